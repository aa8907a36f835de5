import { Component } from 'react';
import type { ReactNode } from 'react';
import { reportOf } from '../data/client.tsx';
import { ErrorState } from '../ui/states.tsx';

interface ErrorBoundaryProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** Holds a failure of drawing to the part where it happened. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly error: unknown }> {
  override state = { error: undefined as unknown };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    const { code: _internal, ...cause } = reportOf(this.state.error);
    return (
      <ErrorState
        title={this.props.title}
        error={{ ...cause, nextStep: 'Try again, or go to another place. Nothing has to be entered twice.' }}
        whatIsSafe="The case, with every verdict and note: they are written as they are made."
        onRetry={() => this.setState({ error: undefined })}
      />
    );
  }
}
