import type { ReactNode } from 'react';
import type { BelowLineReport } from '../../../preload/contract/below-line.ts';
import { useGoTo } from '../../app/go-to.tsx';
import { useBelowLine } from '../../data/below-line.ts';
import { formatCount, formatCounted, formatDecimal } from '../../data/format.ts';
import { Button } from '../../ui/button.tsx';
import { errorWords } from '../../ui/error-words.ts';
import { Scope } from './scope.tsx';

/** How much fraud is below the line, by a random sample that was judged blind. */
export function MissedPanel({ modelId }: { readonly modelId: number }): ReactNode {
  const goTo = useGoTo();
  const { data, error } = useBelowLine(modelId);
  return (
    <section className="tuning-worth" aria-labelledby="tuning-missed">
      <div className="tuning-section-head">
        <h3 id="tuning-missed" className="chart-question">
          How much fraud is missed?
        </h3>
        <Scope of="all" />
        <Button tone="quiet" onClick={() => goTo('triage', { 'triage.filter': { belowLine: true } })}>
          Judge the sample
        </Button>
      </div>
      {error !== null && <p role="alert">▲ {errorWords(error)}</p>}
      {data !== undefined && <Estimate report={data.report} />}
    </section>
  );
}

function Estimate({ report }: { readonly report: BelowLineReport }): ReactNode {
  const { missed, judged, frauds, sampled, inQueue, fewestJudged } = report;
  const drawn = inQueue === 0 ? 'sampled' : `sampled and ${formatCount(inQueue)} drawn into the queue`;
  const judgedWords = `${formatCount(judged)} of ${formatCount(sampled)} ${drawn} are judged, ${formatCount(frauds)} of them fraud`;
  if (missed === null) {
    return (
      <p className="tuning-worth-answer tabular">
        Unknown: {judgedWords}. The estimate appears after {formatCounted(fewestJudged - judged, 'more verdict')}.
      </p>
    );
  }
  return (
    <>
      <p className="tabular">
        {missed.perWeek !== null && (
          <>
            <strong>{weekly(missed.perWeek.frauds)} a week</strong>{' '}
            <span className="soft">
              ({weekly(missed.perWeek.low)} to {weekly(missed.perWeek.high)}),
            </span>{' '}
          </>
        )}
        <strong>{formatCount(Math.round(missed.frauds))} in all</strong>{' '}
        <span className="soft">
          ({formatCount(missed.low)} to {formatCount(missed.high)}, 95 %)
        </span>
      </p>
      <p className="tuning-worth-answer tabular">
        {judgedWords}.{' '}
        {missed.moreToHalve > 0 && `${formatCounted(missed.moreToHalve, 'more verdict')} would halve the interval.`}
      </p>
    </>
  );
}

/** A tenth of a fraud says something only where there are few. */
function weekly(frauds: number): string {
  return frauds < 10 ? formatDecimal(frauds, 1) : formatCount(Math.round(frauds));
}
