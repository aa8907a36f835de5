import { useState, type ReactNode } from 'react';
import type { LabelBasis } from '../../../preload/contract/evaluations.ts';
import type { TuningPoint } from '../../../preload/contract/tuning.ts';
import { useCase, useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatInterval, formatPercent } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { errorWords } from '../../ui/error-words.ts';
import { VerdictMark } from '../../ui/verdict-mark.tsx';
import { Scope } from './scope.tsx';

const basisWords: Readonly<Record<LabelBasis, { readonly title: string; readonly meaning: string }>> = {
  labels: { title: 'By labels', meaning: 'The label column alone, each transaction once' },
  verdicts: { title: 'By verdicts', meaning: 'Verdicts alone, each once whatever it speaks for' },
  both: { title: 'By both', meaning: 'The label column, and verdicts where it says nothing' },
};

/** How good the line is, in a column for each source of truth, with how sure that is. */
export function Quality({ quality }: { readonly quality: TuningPoint['quality'] }): ReactNode {
  const openCase = useCase();
  const [isListed, setListed] = useState(false);
  const conflicts = openCase?.labelConflicts ?? 0;
  return (
    <div className="tuning-quality">
      <table className="plain-table" aria-label="Quality at the line">
        <thead>
          <tr>
            <td>
              <Scope of="filter" />
            </td>
            {quality.map(({ basis }) => (
              <th key={basis} scope="col" className="number" title={basisWords[basis].meaning}>
                {basisWords[basis].title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Recall</th>
            {quality.map(({ basis, judged }) => (
              <Share
                key={basis}
                part={judged.flaggedFrauds}
                whole={judged.frauds}
                interval={judged.recall}
                bySample={judged.recallBySample}
              />
            ))}
          </tr>
          <tr>
            <th scope="row">Precision</th>
            {quality.map(({ basis, judged }) => (
              <Share
                key={basis}
                part={judged.flaggedFrauds}
                whole={judged.flagged}
                interval={judged.precision}
                bySample={judged.precisionBySample}
              />
            ))}
          </tr>
        </tbody>
      </table>
      {conflicts > 0 && (
        <Button tone="quiet" onClick={() => setListed(true)}>
          {formatCounted(conflicts, 'transaction is', 'transactions are')} judged otherwise than the label column says
        </Button>
      )}
      {isListed && <Conflicts total={conflicts} onClose={() => setListed(false)} />}
    </div>
  );
}

function Share({
  part,
  whole,
  interval,
  bySample,
}: {
  readonly part: number;
  readonly whole: number;
  readonly interval: readonly [number, number] | null;
  /** The share where it is not part of whole, but by what was drawn from below the line. */
  readonly bySample?: number | undefined;
}): ReactNode {
  if (interval === null) return <td className="number soft">–</td>;
  return (
    <td
      className="number"
      title={
        bySample === undefined
          ? '95 % interval after Wilson'
          : '95 % interval; transactions drawn from below the line stand for as many as they were drawn from'
      }
    >
      {formatPercent(bySample ?? part / whole)}{' '}
      <span className="soft">
        {formatInterval(interval)}, {formatCount(part)} of {formatCount(whole)}
      </span>
    </td>
  );
}

const SHOWN = 500;

/** Transactions of which analysts said other than the label column; the column counts. */
function Conflicts({ total, onClose }: { readonly total: number; readonly onClose: () => void }): ReactNode {
  const formats = useFormats();
  const { data, error } = useRequest('labels.conflicts', { limit: SHOWN });
  return (
    <Dialog title="Judged otherwise than the label column says" size="wide" onClose={onClose}>
      <p className="soft">
        The label column counts where it has a value. Correct it in the source, or take the verdict back.
      </p>
      {error !== null && <p role="alert">▲ {errorWords(error)}</p>}
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Transaction</th>
            <th scope="col">The column says</th>
            <th scope="col">The verdict says</th>
            <th scope="col">By</th>
            <th scope="col">Decided</th>
          </tr>
        </thead>
        <tbody>
          {(data ?? []).map(({ sequence, id, columnSays, verdict, decidedBy, decidedAtMs }) => (
            <tr key={sequence}>
              <td>{id}</td>
              <td>{columnSays}</td>
              <td>
                <VerdictMark verdict={verdict} />
              </td>
              <td>{decidedBy}</td>
              <td className="tabular">{formats.columnTime(decidedAtMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {data !== undefined && total > data.length && <p className="soft">The first {formatCount(data.length)}.</p>}
    </Dialog>
  );
}
