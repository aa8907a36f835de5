import { memo, useCallback, useMemo, type ReactNode } from 'react';
import type { ScoredTransactions, TuningView } from '../../../preload/contract/tuning.ts';
import { useGoTo } from '../../app/go-to.tsx';
import { AlertsPerDay } from '../../charts/alerts-per-day.tsx';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { baselineDash, PrecisionRecall } from '../../charts/precision-recall.tsx';
import { ScoreHistogram } from '../../charts/score-histogram.tsx';
import { useFormats } from '../../data/app-state.tsx';
import {
  formatCount,
  formatCounted,
  formatDecimal,
  formatPerDay,
  formatPercent,
  formatScore,
  withoutTimeWords,
} from '../../data/format.ts';
import { Segmented } from '../../ui/field.tsx';
import { beatenBelow, through } from './beaten-below.ts';
import { describeBacklog, simulateBacklog } from './backlog.ts';
import { Scope } from './scope.tsx';

/** Drawn as the prevalence line, not as a curve. */
const CHANCE = 'chance';
const THIS_MODEL = 'this model';
const HISTOGRAM_HEIGHT = 210;
const SMALL_HEIGHT = 150;

/** Where the line falls among the scores; the line is the handle. */
export function ScorePanel(props: {
  readonly histogram: TuningView['histogram'];
  readonly score: number;
  readonly flagged: number;
  readonly alerts: number;
  readonly alertsPerDay: number | null;
  readonly scale: 'linear' | 'logarithmic';
  readonly onScale: (scale: 'linear' | 'logarithmic') => void;
  readonly onMove: (score: number) => void;
  readonly onRelease: () => void;
}): ReactNode {
  const { histogram, score, flagged, alerts, alertsPerDay, scale, onScale, onMove, onRelease } = props;
  const knownShape = scale === 'linear' ? ('square' as const) : ('line' as const);
  const words =
    alertsPerDay === null
      ? `${formatScore(score)}, ${formatCounted(alerts, 'alert')}, ${formatCounted(flagged, 'transaction')}`
      : `${formatScore(score)}, ${formatPerDay(alertsPerDay)} alerts a day, ${formatCounted(flagged, 'transaction')}`;
  return (
    <ChartFrame
      question="Where does the line fall?"
      hint={
        <>
          <Scope of="filter" /> drag it, or type
        </>
      }
      height={HISTOGRAM_HEIGHT}
      tools={
        <>
          <ChartKeys
            entries={[
              { words: 'flagged', colour: 'bar', shape: 'square' },
              { words: 'not flagged', colour: 'mass', shape: 'square' },
              ...(histogram.fraud === null
                ? []
                : [{ words: 'fraud', colour: scale === 'linear' ? 'flag' : 'ink', shape: knownShape }]),
              ...(histogram.legitimate === null
                ? []
                : [{ words: 'legitimate', colour: 'legitimate', shape: knownShape }]),
            ]}
          />
          <Segmented
            label="Counts"
            value={scale}
            options={[
              { value: 'linear', text: 'Linear' },
              { value: 'logarithmic', text: 'Log' },
            ]}
            onChange={onScale}
          />
        </>
      }
      table={() => ({
        columns: [
          { name: 'Score from', isNumber: true },
          { name: 'to', isNumber: true },
          { name: 'Transactions', isNumber: true },
          { name: 'Known fraud', isNumber: true },
          { name: 'Known legitimate', isNumber: true },
        ],
        rows: Array.from(histogram.counts, (count, bin) => [
          formatScore(histogram.edges[bin]),
          formatScore(histogram.edges[bin + 1]),
          formatCount(count),
          formatCount(histogram.fraud?.[bin]),
          formatCount(histogram.legitimate?.[bin]),
        ]),
      })}
    >
      <ScoreHistogram
        histogram={histogram}
        threshold={score}
        scale={scale}
        height={HISTOGRAM_HEIGHT}
        words={words}
        onMove={onMove}
        onRelease={onRelease}
      />
    </ChartFrame>
  );
}

/** Which days bring more alerts than the team can close, and what is left over. */
export const DaysPanel = memo(function DaysPanel({
  days,
  alertsByDay,
  alerts,
  budget,
}: {
  readonly days: readonly number[];
  readonly alertsByDay: Uint32Array;
  /** All at this line: those without a time open on no day. */
  readonly alerts: number;
  readonly budget: number;
}): ReactNode {
  const formats = useFormats();
  const goTo = useGoTo();
  const backlog = useMemo(() => simulateBacklog(alertsByDay, budget), [alertsByDay, budget]);
  const dayWords = useMemo(() => days.map((day) => formats.caseDay(day).slice(0, -5)), [days, formats]);
  const onPickDay = useCallback(
    (day: number) => goTo('triage', { 'triage.filter': { dayMs: days[day] } }),
    [goTo, days],
  );
  if (days.length === 0) {
    return (
      <section>
        <h3 className="chart-question">Which days go over budget?</h3>
        <p className="soft">
          The stream has no event times, so it has no days. Give the time column its role in Sources.
        </p>
      </section>
    );
  }
  return (
    <ChartFrame
      question="Which days go over budget?"
      hint={
        <>
          <Scope of="all" />{' '}
          {['dotted: left over', withoutTimeWords(alerts - alertsByDay.reduce((sum, count) => sum + count, 0))]
            .filter((part) => part !== '')
            .join('; ')}
        </>
      }
      answer={describeBacklog(backlog)}
      height={SMALL_HEIGHT}
      table={() => ({
        columns: [
          { name: 'Day', isNumber: false },
          { name: 'Alerts that open', isNumber: true },
          { name: 'Over budget', isNumber: true },
          { name: 'Left over', isNumber: true },
        ],
        rows: days.map((day, index) => [
          formats.caseDay(day),
          formatCount(alertsByDay[index]),
          formatCount(Math.max(0, alertsByDay[index] - budget)),
          formatCount(backlog.left[index]),
        ]),
      })}
    >
      <AlertsPerDay
        days={dayWords}
        alertsByDay={alertsByDay}
        budget={budget}
        left={backlog.left}
        height={SMALL_HEIGHT}
        onPickDay={onPickDay}
      />
    </ChartFrame>
  );
});

/** What the line catches, beside what chance and plain rules would; within a filter the model alone. */
export const CurvePanel = memo(function CurvePanel({
  view,
  within,
  precision,
  recall,
}: {
  readonly view: TuningView;
  readonly within: ScoredTransactions | undefined;
  readonly precision: number | null;
  readonly recall: number | null;
}): ReactNode {
  const here = useMemo(
    () => (precision === null || recall === null ? null : { precision, recall }),
    [precision, recall],
  );
  const { curve: ownCurve, prevalence } = within ?? view;
  const isWithin = within !== undefined;
  const curves = useMemo(() => {
    const own = { name: THIS_MODEL, isModel: true, points: through(ownCurve, here) };
    // Plain rules are ranked over all transactions.
    const others = isWithin ? [] : view.rankings.filter(({ name, isModel }) => !isModel && name !== CHANCE);
    const isRanked = isWithin || view.rankings.length > 0;
    return [
      ...(isRanked ? [own] : []),
      ...others.map(({ name, curve }) => ({ name, isModel: false, points: curve })),
    ].filter(({ points }) => points.length > 0);
  }, [view.rankings, ownCurve, isWithin, here]);
  if (curves.length === 0) {
    return (
      <section>
        <h3 className="chart-question">What would we catch?</h3>
        <p className="soft">
          {isWithin
            ? 'Nothing is known of the transactions within the filter.'
            : view.rankingsPending
              ? 'Being compared with plain rules.'
              : 'Not known yet: it takes a label column, or verdicts given in Triage.'}
        </p>
      </section>
    );
  }
  const baselines = curves.filter(({ isModel }) => !isModel);
  const beaten = beatenBelow(ownCurve, baselines);
  return (
    <ChartFrame
      question="What would we catch?"
      hint={
        <>
          <Scope of="filter" /> precision over recall
        </>
      }
      height={SMALL_HEIGHT}
      answer={
        <span className="tuning-answer-keys">
          <ChartKeys
            entries={[
              ...curves.map(({ name, isModel }) => ({
                words: name,
                colour: isModel ? 'accent' : 'soft',
                shape: 'line' as const,
                dash: isModel
                  ? ('solid' as const)
                  : baselineDash(baselines.findIndex((baseline) => baseline.name === name)),
              })),
              ...(prevalence === null
                ? []
                : [
                    {
                      words: `chance ${formatPercent(prevalence)}`,
                      colour: 'soft',
                      shape: 'line' as const,
                      dash: [3, 3],
                    },
                  ]),
            ]}
          />
          {isWithin && <span>plain rules are compared over all transactions alone</span>}
          {beaten.map(({ name, recall: below }) => (
            <span key={name}>
              {below === null
                ? `${name} is more precise than this model everywhere`
                : `${name} is more precise below ${formatPercent(below)} recall`}
            </span>
          ))}
        </span>
      }
      table={() => ({
        columns: [
          { name: 'Recall', isNumber: true },
          { name: 'Precision of the model', isNumber: true },
        ],
        rows: ownCurve.map((at) => [formatPercent(at.recall), formatDecimal(at.precision, 3)]),
      })}
    >
      <PrecisionRecall curves={curves} prevalence={prevalence} here={here} height={SMALL_HEIGHT} />
    </ChartFrame>
  );
});
