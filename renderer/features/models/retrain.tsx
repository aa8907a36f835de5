import { useState, type ReactNode } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { JobInput, JobResult } from '../../../preload/contract/jobs.ts';
import type { GateCheck } from '../../../preload/contract/retraining.ts';
import { progressWords } from '../../app/job-words.ts';
import { useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatDecimal, formatPercent } from '../../data/format.ts';
import { shareOf, useJob } from '../../data/jobs.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox, NumberField, Segmented } from '../../ui/field.tsx';
import { Progress } from '../../ui/progress.tsx';
import { ErrorState } from '../../ui/states.tsx';

type Recent = NonNullable<JobInput<'retrain'>['recent']>['kind'];
type Retrained = JobResult<'retrain'>;

const usualDays = 30;
const usualRows = 20_000;

export interface RetrainProps {
  readonly openCase: CaseOverview;
  /** Shows a model in the list. */
  readonly onShow: (modelId: number) => void;
  readonly onPromote: (modelId: number) => void;
  readonly onClose: () => void;
}

/** A challenger of recent transactions, and what the gate says of it beside the champion. */
export function Retrain({ openCase, onShow, onPromote, onClose }: RetrainProps): ReactNode {
  const hasDays = openCase.days > 0;
  const [kind, setKind] = useState<Recent>(hasDays ? 'days' : 'rows');
  const [days, setDays] = useState(usualDays);
  const [rows, setRows] = useState(Math.min(usualRows, openCase.rows));
  const [withoutFraud, setWithoutFraud] = useState(false);
  const [promote, setPromote] = useState(false);
  const [kept, setKept] = useState(openCase.challengersKept);
  const retraining = useJob('retrain');
  const { running, outcome } = retraining;
  const start = async (): Promise<void> => {
    const recent = kind === 'rows' ? { kind, rows } : { kind: 'days' as const, days };
    const ended = await retraining.start({
      casePath: openCase.path,
      recent,
      withoutFraud,
      promote,
      ...(kept === null ? {} : { keepChallengers: kept }),
    });
    if (ended.ok && ended.result.model !== null) onShow(ended.result.model.id);
  };
  return (
    <section className="models-train" aria-label="Retrain">
      <h3>Retrain on recent transactions</h3>
      <p className="soft">
        A challenger like the champion learns from the first seven tenths; both are judged on the later rest.
      </p>
      {hasDays && (
        <Segmented<Recent>
          label="Learn from and judge by the newest"
          value={kind}
          options={[
            { value: 'days', text: 'Days' },
            { value: 'rows', text: 'Transactions' },
          ]}
          onChange={setKind}
        />
      )}
      {kind === 'rows' ? (
        <NumberField
          layout="row"
          label="Newest transactions"
          value={rows}
          onChange={setRows}
          minimum={400}
          maximum={100_000_000}
          step={1000}
          isInteger
          widthPx={120}
        />
      ) : (
        <NumberField layout="row" label="Newest days" value={days} onChange={setDays} minimum={1} maximum={3650} />
      )}
      <Checkbox label="Leave out known fraud when learning" checked={withoutFraud} onChange={setWithoutFraud} />
      <Checkbox label="Promote it where it passes the gate" checked={promote} onChange={setPromote} />
      {kept !== null && (
        <NumberField
          layout="row"
          label="Challengers that stay"
          hint="The newest; older ones go, but for those that were ever champion, published or judged by."
          value={kept}
          onChange={setKept}
          minimum={1}
          maximum={1000}
          isInteger
        />
      )}
      {running === null ? (
        <div className="models-actions">
          <Button tone="primary" onClick={() => void start()}>
            Retrain
          </Button>
          <Button onClick={onClose}>Close</Button>
        </div>
      ) : (
        <div className="models-running" aria-live="polite">
          <span className="tabular">{progressWords('retrain', running.progress)}</span>
          <Progress label="Retraining" share={shareOf(running.progress)} widthPx={180} />
          <Button disabled={running.isCancelling} onClick={retraining.cancel}>
            {running.isCancelling ? 'Stopping…' : 'Stop'}
          </Button>
        </div>
      )}
      {outcome?.ok === false && (
        <ErrorState
          title={outcome.error.code === 'CANCELLED' ? 'Retraining was stopped' : 'No challenger was made'}
          error={outcome.error}
          whatIsSafe="All models and transactions of the case."
        />
      )}
      {outcome?.ok === true && outcome.result.case === openCase.path && (
        <Report retrained={outcome.result} canPromote={!openCase.readOnly} onPromote={onPromote} />
      )}
    </section>
  );
}

function Report({
  retrained,
  canPromote,
  onPromote,
}: {
  readonly retrained: Retrained;
  readonly canPromote: boolean;
  readonly onPromote: (modelId: number) => void;
}): ReactNode {
  const formats = useFormats();
  const { gate, model, trained, judged, isChampion } = retrained;
  const span = ({ fromMs, toMs }: typeof trained | typeof judged): string =>
    fromMs === null || toMs === null ? '' : ` (${formats.time(fromMs)} to ${formats.time(toMs)})`;
  return (
    <section className="models-gate" aria-label="Gate">
      {gate !== null && (
        <p role="status">
          <strong>{gate.passed ? 'The gate is passed' : 'The gate holds it back'}</strong>{' '}
          <span className="soft">{gate.basis === 'labels' ? 'with labels' : 'without labels'}</span>
        </p>
      )}
      {gate !== null && (
        <table className="tabular">
          <thead>
            <tr>
              <th scope="col">On the later rows</th>
              <th scope="col">Champion</th>
              <th scope="col">Challenger</th>
              <th scope="col">Gate</th>
            </tr>
          </thead>
          <tbody>
            {gate.checks.map((check) => (
              <tr key={check.name} title={check.sentence}>
                <th scope="row">{checkWords[check.name]}</th>
                <td>{figure(check.name, check.champion)}</td>
                <td>{figure(check.name, check.challenger)}</td>
                <td>{check.passed === null ? 'told only' : check.passed ? '✓ passed' : '▲ held back'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="soft">
        Learned from {formatCounted(trained.rows, 'transaction')}
        {span(trained)}
        {trained.withoutFraud > 0 && `, without ${formatCount(trained.withoutFraud)} known to be fraud`}. Judged on{' '}
        {formatCount(judged.rows)} later ones{span(judged)}, {formatCount(judged.frauds)} known to be fraud.
      </p>
      {retrained.notices
        .filter((notice) => !notice.includes('is not the champion'))
        .map((notice) => (
          <p key={notice} className="soft">
            {notice}
          </p>
        ))}
      {model !== null && !isChampion && canPromote && (
        <div className="models-actions">
          <Button onClick={() => onPromote(model.id)}>Make it the champion…</Button>
        </div>
      )}
      {isChampion && <p>It is the champion now. A stream that is followed changes over by itself.</p>}
    </section>
  );
}

const checkWords: Readonly<Record<GateCheck['name'], string>> = {
  'flagged share': 'Flagged',
  drift: 'Greatest drift (PSI)',
  stability: 'Same, other seeds',
  overlap: 'Same as champion’s',
  'average precision': 'Average precision',
  'card precision': 'Card precision',
};

const ofShares: ReadonlySet<GateCheck['name']> = new Set(['flagged share', 'stability', 'overlap']);

function figure(name: GateCheck['name'], value: number | null): string {
  if (value === null) return '';
  return ofShares.has(name) ? formatPercent(value) : formatDecimal(value, 3);
}
