import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';

export interface ExportProps {
  readonly openCase: CaseOverview;
  readonly model: ModelListItem;
}

/** Asks whether a file of another kind is to be replaced; nothing where that is not the question. */
export function Replace({ job: { replace } }: { readonly job: { readonly replace: (() => void) | null } }) {
  return replace === null ? null : <Button onClick={replace}>Replace it</Button>;
}

/** One thing that can leave the case: what it is, and what starts it. */
export function Item({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}) {
  return (
    <section className="exports-item" aria-label={title}>
      <div>
        <h2>{title}</h2>
        <p className="soft">{text}</p>
      </div>
      <div className="exports-action">{children}</div>
    </section>
  );
}
