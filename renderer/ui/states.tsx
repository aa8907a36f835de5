import type { ReactNode } from 'react';
import type { ErrorReport } from '../../preload/contract/envelope.ts';
import { Button } from './button.tsx';
import './feedback.css';

export interface EmptyStateProps {
  /** What is not there. */
  readonly title: string;
  /** Why, and what brings it. */
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** Nothing here yet: says why and what to do. */
export function EmptyState({ title, children, actions }: EmptyStateProps) {
  return (
    <div className="state">
      <h2>{title}</h2>
      <div className="soft">{children}</div>
      {actions !== undefined && <div className="state-actions">{actions}</div>}
    </div>
  );
}

export interface ErrorStateProps {
  readonly title: string;
  readonly error: Pick<ErrorReport, 'message'> & Partial<ErrorReport>;
  /** What is not lost. */
  readonly whatIsSafe?: string;
  readonly onRetry?: () => void;
  readonly actions?: ReactNode;
}

/** A failure: cause, what is safe, next step. */
export function ErrorState({ title, error, whatIsSafe, onRetry, actions }: ErrorStateProps) {
  return (
    <div className="state" role="alert">
      <h2>
        <span className="state-mark" aria-hidden="true">
          ▲
        </span>
        {title}
      </h2>
      <dl>
        <dt>Cause</dt>
        <dd title={error.code}>{error.message}</dd>
        {whatIsSafe !== undefined && (
          <>
            <dt>Safe</dt>
            <dd>{whatIsSafe}</dd>
          </>
        )}
        {error.nextStep !== undefined && (
          <>
            <dt>Next</dt>
            <dd>{error.nextStep}</dd>
          </>
        )}
      </dl>
      <div className="state-actions">
        {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
        {actions}
      </div>
    </div>
  );
}
