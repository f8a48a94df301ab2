import { Component, type ReactNode } from 'react';
import { ErrorState, WholeError } from './states.tsx';

interface ErrorBoundaryProps {
  /** Within the shell, which has the page's main part already. */
  isInside?: boolean;
  children: ReactNode;
}

/** Catches what a screen throws while it renders, a chunk that a new release has taken away included. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    const reload = () => location.reload();
    return this.props.isInside ? (
      <ErrorState error={error} onRetry={reload} isWhole />
    ) : (
      <WholeError error={error} onRetry={reload} />
    );
  }
}
