import { useGoTo } from '../../app/go-to.tsx';
import { useAction } from '../../data/requests.ts';
import { useCase } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatDuration } from '../../data/format.ts';
import { fileName } from '../../data/paths.ts';
import type { ReplaySummary } from '../../data/replay-summary.ts';
import { Button } from '../../ui/button.tsx';

/** How the last replay ended: what came, what was flagged, and the digest by which two replays are compared. */
export function ReplayEnd({ summary, onClose }: { readonly summary: ReplaySummary; readonly onClose: () => void }) {
  const open = useAction('case.open');
  const openPath = useCase()?.path;
  const goTo = useGoTo();
  return (
    <section className="replay-end" aria-label="How the replay ended">
      <h2>The replay of {fileName(summary.recording)} ended</h2>
      <p className="tabular">
        {formatCounted(summary.addedRows, 'row')} in {formatDuration(summary.tookMs)},{' '}
        {formatCount(summary.quarantined)} in quarantine; {formatCounted(summary.alerts, 'alert')} ={' '}
        {formatCounted(summary.flagged, 'flagged transaction')} by model {summary.model}.
      </p>
      <p>
        Digest of the flags <span className="fixed break-anywhere">{summary.digest}</span>
      </p>
      <p className="soft">
        It is made of id, sum and flag of every row of {fileName(summary.casePath)}, in order: the same recording and
        model give the same digest at any speed.
      </p>
      <div className="state-actions">
        {openPath === summary.casePath ? (
          <Button tone="primary" onClick={() => goTo('triage')}>
            Triage its alerts
          </Button>
        ) : (
          <Button onClick={() => open.run({ path: summary.casePath })}>Open {fileName(summary.casePath)}</Button>
        )}
        <Button onClick={() => void navigator.clipboard.writeText(summary.digest)}>Copy the digest</Button>
        <Button onClick={onClose}>Close</Button>
      </div>
    </section>
  );
}
