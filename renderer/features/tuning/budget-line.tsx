import { memo, useState, type ReactNode } from 'react';
import type { TransactionsAtLine, TuningPoint } from '../../../preload/contract/tuning.ts';
import { useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatPerDay, formatPercent } from '../../data/format.ts';
import { Button } from '../../ui/button.tsx';
import { NumberField } from '../../ui/field.tsx';
import { Quality } from './quality.tsx';
import { Scope } from './scope.tsx';
import type { Within } from './use-within.ts';
import type { Handle } from './use-threshold.ts';

export interface BudgetLineProps {
  readonly analysts: number;
  readonly alertsPerAnalyst: number;
  readonly onTeam: (analysts: number, alertsPerAnalyst: number) => void;
  readonly point: TuningPoint;
  /** What cost and quality are counted over where a filter holds; the handles move the line of all transactions. */
  readonly within: Within;
  /** What set the line, in words; null while it is moved. */
  readonly lineSentence: string | null;
  readonly score: number;
  readonly rows: number;
  readonly days: number;
  readonly onHandle: (handle: Handle) => void;
  readonly onUndo: () => void;
  readonly undoKey: string | null;
  readonly undoDepth: number;
}

/** The headline: what the team can review. Every other handle of the same line stands below it. */
export const BudgetLine = memo(function BudgetLine(props: BudgetLineProps): ReactNode {
  const { analysts, alertsPerAnalyst, onTeam, point, within, lineSentence, score, rows, days } = props;
  const { onHandle, onUndo, undoKey, undoDepth } = props;
  const budget = analysts * alertsPerAnalyst;
  const { quality } = within.point ?? point;
  const isAtBudget = point.alertsPerDay !== null && Math.abs(point.alertsPerDay - budget) < Math.max(1, budget * 0.005);
  return (
    <section className="tuning-budget" aria-label="Alert budget">
      <div className="tuning-section-head">
        <h3>How many alerts can the team review?</h3>
        <span className="tuning-now soft">
          <Scope of="all" />{' '}
          {point.alertsPerDay === null ? (
            <>
              <strong>{formatCounted(point.alerts, 'alert')}</strong> = {formatCounted(point.flagged, 'transaction')} of{' '}
              {formatCount(rows)}
            </>
          ) : (
            <>
              <strong>{formatPerDay(point.alertsPerDay)} alerts a day</strong> = {formatPerDay(point.flagged / days)}{' '}
              transactions a day; {formatCounted(point.alerts, 'alert')} in {formatCounted(days, 'day')}
            </>
          )}
        </span>
      </div>
      <div className="tuning-team">
        <NumberField
          label="Analysts"
          layout="hidden"
          unit={analysts === 1 ? 'analyst' : 'analysts'}
          value={analysts}
          minimum={1}
          maximum={1000}
          isInteger
          widthPx={52}
          onChange={(value) => onTeam(value, alertsPerAnalyst)}
        />
        <span aria-hidden="true">×</span>
        <NumberField
          label="Alerts a day for each analyst"
          layout="hidden"
          unit="alerts a day"
          value={alertsPerAnalyst}
          minimum={1}
          maximum={100_000}
          isInteger
          widthPx={60}
          onChange={(value) => onTeam(analysts, value)}
        />
        <span aria-hidden="true">=</span>
        <strong className="tuning-total">{formatCounted(budget, 'alert')} a day</strong>
        {days > 0 && !isAtBudget && (
          <Button onClick={() => onHandle({ kind: 'alerts-per-day', value: budget })}>Move the line there</Button>
        )}
      </div>
      <div className="tuning-line">
        <p className="soft" role="status">
          {lineSentence ?? 'The line is being moved.'}
        </p>
        {undoDepth > 0 && (
          <Button tone="quiet" keyHint={undoKey} onClick={onUndo}>
            Move back
          </Button>
        )}
      </div>
      <div className="tuning-handles">
        <NumberField
          label="Contamination"
          widthPx={66}
          unit="%"
          value={point.contamination * 100}
          minimum={0.0001}
          maximum={50}
          step={0.05}
          format={(percent) => formatPercent(percent / 100).replace(/\s*%$/u, '')}
          onChange={(percent) => onHandle({ kind: 'contamination', value: percent / 100 })}
        />
        <NumberField
          label="Threshold score"
          widthPx={72}
          value={score}
          minimum={0}
          maximum={1}
          step={0.001}
          format={(value) => value.toFixed(3)}
          onChange={(value) => onHandle({ kind: 'score', value })}
        />
        {point.recall === null || point.precision === null ? (
          <p className="tuning-no-labels soft">
            Recall, precision and cost follow as soon as frauds are known: from a label column, or from verdicts.
          </p>
        ) : (
          <>
            <NumberField
              label="Recall"
              widthPx={62}
              unit="%"
              value={point.recall * 100}
              minimum={0.1}
              maximum={100}
              format={(percent) => percent.toFixed(1)}
              onChange={(percent) => onHandle({ kind: 'recall', value: percent / 100 })}
            />
            <NumberField
              label="Precision"
              widthPx={62}
              unit="%"
              value={point.precision * 100}
              minimum={0.1}
              maximum={100}
              format={(percent) => percent.toFixed(1)}
              onChange={(percent) => onHandle({ kind: 'precision', value: percent / 100 })}
            />
            <CostHandle at={within.isFiltered ? within.point : point} onHandle={onHandle} />
          </>
        )}
      </div>
      {quality.length > 0 && <Quality quality={quality} />}
    </section>
  );
});

/** The line where missed frauds and reviews together cost least. */
function CostHandle({
  at,
  onHandle,
}: {
  /** Undefined until it is known within the filter. */
  readonly at: TransactionsAtLine | undefined;
  readonly onHandle: (handle: Handle) => void;
}): ReactNode {
  const { currency } = useFormats();
  const inCurrency = currency === null ? '' : `, ${currency}`;
  const [missedFraud, setMissedFraud] = useState(200);
  const [review, setReview] = useState(5);
  return (
    <div className="tuning-cost" role="group" aria-label="Costs">
      <NumberField
        label={`Fraud cost${inCurrency}`}
        value={missedFraud}
        minimum={0.01}
        step={10}
        onChange={setMissedFraud}
        widthPx={64}
      />
      <NumberField label={`Review cost${inCurrency}`} value={review} minimum={0.01} onChange={setReview} widthPx={60} />
      <div className="tuning-cost-now">
        {at !== undefined && at.judged !== null && (
          <span
            className="soft tabular"
            title="Known frauds that are missed, and reviews of all flagged transactions, at this line"
          >
            Cost now {formatCount(missedFraud * (at.judged.frauds - at.judged.flaggedFrauds) + review * at.flagged)}
            {currency !== null && ` ${currency}`} <Scope of="filter" />
          </span>
        )}
        <Button onClick={() => onHandle({ kind: 'cost', missedFraud, review })}>Cheapest line</Button>
      </div>
    </div>
  );
}
