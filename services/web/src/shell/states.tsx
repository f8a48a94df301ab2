import { Button, Text, Title } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import { ApiProblem, messageOf } from '../api/problem.ts';
import classes from './states.module.css';

interface EmptyStateProps {
  icon: ComponentType<{ size?: number; stroke?: number }>;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** Nothing here yet, and what to do about it. */
export const EmptyState = ({ icon: Icon, title, children, actions }: EmptyStateProps) => (
  <div className={classes.state}>
    <div className={classes.icon} aria-hidden="true">
      <Icon size={28} stroke={1.6} />
    </div>
    <Title order={2} size="h3">
      {title}
    </Title>
    {children && (
      <Text c="dimmed" maw="26rem">
        {children}
      </Text>
    )}
    {actions && <div className={classes.actions}>{actions}</div>}
  </div>
);

interface ErrorStateProps {
  error: unknown;
  onRetry?: () => void;
  /** Stands alone, where there is no screen and so no other heading. */
  isWhole?: boolean;
}

/** Something failed: what, a way to try again, and the trace id for whoever runs the server. */
export const ErrorState = ({ error, onRetry, isWhole = false }: ErrorStateProps) => (
  <div className={classes.state} role="alert">
    <div className={classes.icon} data-bad aria-hidden="true">
      <IconCloudOff size={28} stroke={1.6} />
    </div>
    <Title order={isWhole ? 1 : 2} size="h3">
      This could not be loaded
    </Title>
    <Text c="dimmed" maw="28rem">
      {messageOf(error)}
    </Text>
    {onRetry && (
      <Button variant="default" onClick={onRetry} mt="xs">
        Try again
      </Button>
    )}
    {error instanceof ApiProblem && error.traceId && (
      <Text size="xs" c="dimmed" ff="monospace">
        Trace {error.traceId}
      </Text>
    )}
  </div>
);

/** In the place of the whole page. */
export const WholeError = (props: Omit<ErrorStateProps, 'isWhole'>) => (
  <main>
    <ErrorState {...props} isWhole />
  </main>
);
