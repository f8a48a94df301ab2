import { Button } from '@mantine/core';
import { IconMapSearch } from '@tabler/icons-react';
import { Link } from 'wouter';
import { Page } from './page.tsx';
import { EmptyState } from './states.tsx';

export const NotFoundPage = () => (
  <Page title="Not found">
    <EmptyState
      icon={IconMapSearch}
      title="There is nothing at this address"
      actions={
        <Button component={Link} href="~/">
          Go to the overview
        </Button>
      }
    >
      The link may be old, or it leads to a ledger that is not yours.
    </EmptyState>
  </Page>
);
