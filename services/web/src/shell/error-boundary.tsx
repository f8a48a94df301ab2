import { Component, type ReactNode } from 'react';
import { ErrorState } from './states.tsx';

/** Catches what a screen throws while it renders, a chunk that a new release has taken away included. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <main>
        <ErrorState error={this.state.error} onRetry={() => location.reload()} />
      </main>
    );
  }
}
