import type { ReactNode } from 'react';
import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import { useFormats } from '../../data/app-state.tsx';

/** The notes that were written on an alert or a transaction; nothing where there are none. */
export function WrittenNotes({ notes }: { readonly notes: AlertDetail['notes'] }): ReactNode {
  const formats = useFormats();
  if (notes.length === 0) return null;
  return (
    <section aria-label="Notes">
      <h3>Notes</h3>
      {notes.map(({ id, text, writtenAtMs, writtenBy }) => (
        <div key={id} className="triage-written-note">
          <p>{text}</p>
          <span className="soft tabular">
            {formats.columnTime(writtenAtMs)} {writtenBy}
          </span>
        </div>
      ))}
    </section>
  );
}
