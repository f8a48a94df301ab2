import { Alert } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** What went wrong with a form as a whole, read out at once. */
export const FormError = ({ children }: { children: ReactNode }) => (
  <Alert
    role="alert"
    color="red"
    variant="light"
    icon={<IconAlertCircle size={20} />}
    styles={{ message: { color: 'var(--outlay-bad)' } }}
  >
    {children}
  </Alert>
);
