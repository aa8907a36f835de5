import type { ProfileOverrides, Reading } from '../../../engine/domain/profile.ts';
import type { ColumnReport } from '../../../preload/contract/recordings.ts';
import { Button } from '../../ui/button.tsx';

export interface DoubtsProps {
  readonly columns: readonly ColumnReport[];
  readonly onSettle: (states: NonNullable<ProfileOverrides['columns']>) => void;
}

/** What fits two readings, with what each would give; a click on one settles it. */
export function Doubts({ columns, onSettle }: DoubtsProps) {
  const doubts = columns.flatMap(({ name, doubt }) => (doubt === undefined ? [] : [{ name, doubt }]));
  if (doubts.length === 0) return null;
  const choice = (reading: Reading, isTaken: boolean) => (
    <Button onClick={() => onSettle(reading.states)}>
      {reading.reading}
      <span className="soft tabular">
        {reading.givesInWords}
        {isTaken && ' · taken'}
      </span>
    </Button>
  );
  return (
    <ul className="sources-doubts" aria-label="In doubt">
      {doubts.map(({ name, doubt }) => (
        <li key={name}>
          <p>
            <span className="sources-doubt" aria-hidden="true">
              ?{' '}
            </span>
            {doubt.question} <span className="soft">{doubt.evidence}</span>
          </p>
          <div className="state-actions">
            {choice(doubt.taken, true)}
            {choice(doubt.other, false)}
          </div>
        </li>
      ))}
    </ul>
  );
}
