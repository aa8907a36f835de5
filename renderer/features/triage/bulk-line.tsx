import type { ReactNode } from 'react';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import { useFormats, useReadOnlyWords } from '../../data/app-state.tsx';
import { formatCount, formatScore } from '../../data/format.ts';
import { Button } from '../../ui/button.tsx';

/** What a decision would reach when several alerts are selected, before it is made. */
export function BulkLine({
  rows,
  checked,
  onJoin,
  joinKey,
  onClear,
}: {
  readonly rows: readonly AlertRow[];
  readonly checked: ReadonlySet<string>;
  readonly onJoin: () => void;
  readonly joinKey: string | null;
  readonly onClear: () => void;
}): ReactNode {
  const formats = useFormats();
  const offBecause = useReadOnlyWords();
  if (checked.size === 0) return null;
  const chosen = rows.filter(({ key }) => checked.has(key));
  const scores = chosen.map(({ score }) => score);
  const amount = chosen.reduce((sum, row) => sum + (row.amount ?? 0), 0);
  const decided = chosen.filter(({ verdict }) => verdict !== null).length;
  return (
    <div className="triage-bulk tabular" role="status">
      <strong>
        {formatCount(checked.size)} {checked.size === 1 ? 'alert' : 'alerts'} selected
      </strong>
      {scores.length > 0 && (
        <span>
          scores {formatScore(Math.min(...scores))} to {formatScore(Math.max(...scores))} · {formats.amount(amount)} in
          their highest transactions{decided > 0 && ` · ${formatCount(decided)} already decided, would be decided anew`}
        </span>
      )}
      {offBecause === null && <span className="soft">A verdict key decides all of them; undo takes all back</span>}
      {checked.size > 1 && (
        <Button tone="quiet" keyHint={joinKey} offBecause={offBecause} onClick={onJoin}>
          Join: one story
        </Button>
      )}
      <Button tone="quiet" keyHint="Escape" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
