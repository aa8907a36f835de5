import { useState, type ReactNode } from 'react';
import type { JobInput, JobResult } from '../../../preload/contract/jobs.ts';
import { useGoTo } from '../../app/go-to.tsx';
import { progressWords } from '../../app/job-words.ts';
import { useModels } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatDecimal } from '../../data/format.ts';
import { shareOf, type JobHandle } from '../../data/jobs.tsx';
import { Intervals } from '../../charts/intervals.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Segmented } from '../../ui/field.tsx';
import { Progress } from '../../ui/progress.tsx';
import { ErrorState } from '../../ui/states.tsx';
import './learning.css';

type Source = NonNullable<JobInput<'learn'>['from']>;
type Learned = JobResult<'learn'>;

const sources: readonly { readonly value: Source; readonly text: string }[] = [
  { value: 'verdicts', text: 'Verdicts' },
  { value: 'labels', text: 'Label column' },
  { value: 'both', text: 'Both' },
];

/** Learns from what was decided, and shows the queue before and after on alerts that were not learned from. */
export function LearningDialog({
  casePath,
  learning,
  onClose,
}: {
  readonly casePath: string;
  readonly learning: JobHandle<'learn'>;
  readonly onClose: () => void;
}): ReactNode {
  const [from, setFrom] = useState<Source>('verdicts');
  const { running, outcome } = learning;
  return (
    <Dialog title="Learn from verdicts" size="wide" onClose={onClose}>
      <div className="learning">
        <p className="soft">
          Small trees are added to the forest, so that what you judged fraud comes earlier in the queue. The model is
          kept beside the champion until you promote it; nothing decided is changed.
        </p>
        <div className="learning-choice">
          <Segmented label="Learn from" value={from} options={sources} onChange={setFrom} />
          {running === null ? (
            <Button data-begin tone="primary" onClick={() => void learning.start({ casePath, from })}>
              Learn
            </Button>
          ) : (
            <>
              <Progress label="Learning" share={shareOf(running.progress)} widthPx={180} />
              <span className="soft tabular" aria-live="polite">
                {progressWords('learn', running.progress)}
              </span>
              <Button disabled={running.isCancelling} onClick={learning.cancel}>
                {running.isCancelling ? 'Stopping…' : 'Stop'}
              </Button>
            </>
          )}
        </div>
        {outcome?.ok === false && (
          <ErrorState
            title={outcome.error.code === 'CANCELLED' ? 'Learning was stopped' : 'Nothing was learned'}
            error={outcome.error}
            whatIsSafe="All models and verdicts of the case."
          />
        )}
        {outcome?.ok === true && outcome.result.case === casePath && (
          <Report learned={outcome.result} onClose={onClose} />
        )}
      </div>
    </Dialog>
  );
}

const share = (value: number): string => formatDecimal(value, 3);

function Report({ learned, onClose }: { readonly learned: Learned; readonly onClose: () => void }): ReactNode {
  const goTo = useGoTo();
  const models = useModels();
  const { verdicts, before, after, allTransactions, gate, forward, model } = learned;
  const champion = models.find(({ isChampion }) => isChampion);
  const compare = (id: number): void => {
    goTo('models', {
      'models.selected': `${id}`,
      'models.compareWith': champion === undefined ? '' : `${champion.id}`,
    });
    onClose();
  };
  return (
    <section className="learning" aria-label="What was learned">
      <p role="status">
        <strong>{gate.sentence}</strong>
      </p>
      <h3 className="chart-question">How early do frauds come in the queue? (average precision of alerts)</h3>
      <Intervals
        label="Average precision before and after"
        format={share}
        rows={[
          { name: 'Before: the forest', ...before.averagePrecision },
          { name: 'After: with what was learned', ...after.averagePrecision },
        ]}
      />
      <h3 className="chart-question">How much of the first half of each day’s alerts is fraud?</h3>
      <Intervals
        label="Fraud in the first half before and after"
        format={share}
        rows={[
          { name: 'Before: the forest', ...before.precisionInFirstHalf },
          { name: 'After: with what was learned', ...after.precisionInFirstHalf },
        ]}
      />
      {allTransactions !== null && (
        <>
          <h3 className="chart-question">
            And over all transactions, as far as {formatCounted(allTransactions.drawn, 'verdict')} from below the line
            can tell?
          </h3>
          <Intervals
            label="Average precision over all transactions before and after"
            format={share}
            rows={[
              { name: 'Before: the forest', ...allTransactions.before },
              { name: 'After: with what was learned', ...allTransactions.after },
            ]}
          />
        </>
      )}
      <p className="soft tabular">
        Learned from {formatCounted(verdicts.alerts, 'judged alert')}: {formatCount(verdicts.fraud)} fraud,{' '}
        {formatCount(verdicts.legitimate)} legitimate, of {formatCounted(verdicts.days, 'day')}. Figures stand on cards
        or customers that were not learned from; 95 % intervals by drawing them.
        {forward !== null &&
          ` On later days (${formatCounted(forward.alerts, 'alert')}) ${share(forward.before.averagePrecision.value)} before, ${share(forward.after.averagePrecision.value)} after.`}
      </p>
      {model === null ? (
        <p>{learned.notices.join(' ')}</p>
      ) : (
        <div className="learning-choice">
          <Button onClick={() => compare(model.id)}>Compare it with the champion</Button>
          <span className="soft">There it is promoted, and rolled back, like any other model.</span>
        </div>
      )}
    </section>
  );
}
