import { useId } from 'react';
import type { ReactNode } from 'react';
import './layout.css';

export interface PanelProps {
  /** For a chart: the question it answers. */
  readonly title: string;
  readonly aside?: ReactNode;
  readonly actions?: ReactNode;
  /** No inner padding, for tables. */
  readonly isFlush?: boolean;
  readonly level?: 2 | 3;
  readonly children: ReactNode;
}

/** A titled region. */
export function Panel({ title, aside, actions, isFlush = false, level = 3, children }: PanelProps) {
  const titleId = useId();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section className="panel" aria-labelledby={titleId}>
      <div className="panel-head">
        <Heading id={titleId}>{title}</Heading>
        {aside !== undefined && <span className="soft">{aside}</span>}
        {actions !== undefined && <div className="panel-actions">{actions}</div>}
      </div>
      <div className="panel-body" data-flush={isFlush}>
        {children}
      </div>
    </section>
  );
}
