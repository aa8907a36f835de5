import { useEffect, useMemo, useState } from 'react';
import type { StreamFigures } from '../../../engine/domain/stream-figures.ts';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import { ChartFrame, FactTable } from '../../charts/chart-frame.tsx';
import { StreamLine } from '../../charts/stream-line.tsx';
import { useApp, useCase, useFormats, useWindowState } from '../../data/app-state.tsx';
import { formatCount, formatDecimal, formatDuration, formatPercent, formatTime } from '../../data/format.ts';
import { useJobs } from '../../data/jobs.tsx';
import { fileName, joinPath } from '../../data/paths.ts';
import { useAction } from '../../data/requests.ts';
import { trueSpeed } from '../../data/replay-summary.ts';
import { lagOf, useStreamCommand, type RunningStream, type StreamMoment } from '../../data/stream.tsx';
import { Button } from '../../ui/button.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { parseInstant } from './connection-draft.ts';
import { nextSpeed, speeds, speedWords } from './speeds.ts';

const chartHeightPx = 150;
const tableHeightPx = 190;
/** From here on a feature has another distribution than the training had. */
const driftedFrom = 0.2;

/** A running stream: where it stands, whether Assay keeps up, and what can be asked of it. */
export function LiveView({ stream }: { readonly stream: RunningStream }) {
  const { figures, history } = stream;
  useCaseOfStream(figures);
  return (
    <div className="live">
      <Controls stream={stream} />
      <Figures figures={figures} history={history} />
      <div className="live-charts">
        {figures.replay === null ? (
          <HistoryChart
            question="Is Assay keeping up?"
            answer={lagWords(figures)}
            history={history}
            value={lagAt}
            words={waitingWords}
            column="Messages waiting"
            leastTop={100}
          />
        ) : (
          <HistoryChart
            question="How much of it is flagged?"
            answer={`${formatPercent(figures.flaggedShare)} of the last seconds`}
            history={history}
            value={flaggedAt}
            words={flaggedWords}
            column="Flagged, %"
            leastTop={1}
            colour="flag"
          />
        )}
        <HistoryChart
          question="How fast does it come?"
          answer={`${formatCount(figures.messagesPerSecond)} a second now`}
          history={history}
          value={rateAt}
          words={rateWords}
          column="A second"
          leastTop={10}
        />
      </div>
      <div className="live-tables">
        <Notices figures={figures} />
        {figures.replay === null && (
          <>
            <Partitions figures={figures} />
            <Drift figures={figures} />
          </>
        )}
      </div>
    </div>
  );
}

/** A case that the stream makes is opened as soon as it has a row to show. */
function useCaseOfStream({ casePath, rows }: StreamFigures): void {
  const [awaited, setAwaited] = useWindowState('sources.awaitedCase', '');
  const open = useAction('case.open');
  const isDue = awaited !== '' && rows > 0;
  const { run } = open;
  useEffect(() => {
    if (!isDue) return;
    setAwaited('');
    run({ path: casePath });
  }, [isDue, casePath, run, setAwaited]);
}

function Controls({ stream }: { readonly stream: RunningStream }) {
  const { jobId, figures, isStopping } = stream;
  const { dataFolder } = useApp();
  const formats = useFormats();
  const { cancel } = useJobs();
  const command = useStreamCommand(jobId);
  const goTo = useGoTo();
  const openCase = useCase();
  const { isPaused, replay, recording } = figures;
  const toggle = (): void => command({ kind: isPaused ? 'resume' : 'pause' });
  const setSpeed = (speed: number | null): void => command({ kind: 'speed', speed });
  const record = (): void =>
    command(
      recording === null
        ? { kind: 'record', output: joinPath(dataFolder, `${fileName(figures.source)}-${fileTime(new Date())}`) }
        : { kind: 'stop-recording' },
    );
  useCommand('sources.pause', toggle);
  useCommand('sources.stop', isStopping ? null : () => cancel(jobId));
  useCommand('sources.record', replay === null ? record : null);
  useCommand('sources.step', replay === null ? null : () => command({ kind: 'step', rows: 1 }));
  useCommand('sources.slower', replay === null ? null : () => setSpeed(nextSpeed(replay.speed, -1)));
  useCommand('sources.faster', replay === null ? null : () => setSpeed(nextSpeed(replay.speed, 1)));
  const keys = {
    pause: useCommandKey('sources.pause'),
    stop: useCommandKey('sources.stop'),
    record: useCommandKey('sources.record'),
    step: useCommandKey('sources.step'),
  };
  return (
    <div className="live-controls">
      <div className="live-source">
        <h2 className="ellipsis" title={figures.source}>
          <span className="live-state" data-paused={isPaused} aria-hidden="true" />
          {stateWords(figures)} {replay === null ? figures.source : fileName(figures.source)}
        </h2>
        <span className="soft ellipsis" title={figures.casePath}>
          into {fileName(figures.casePath)}
          {figures.positionMs !== null && <> · at {formats.time(figures.positionMs)}</>}
        </span>
      </div>
      <Button keyHint={keys.pause} onClick={toggle}>
        {isPaused ? 'Go on' : 'Pause'}
      </Button>
      {replay !== null && (
        <>
          <Button keyHint={keys.step} onClick={() => command({ kind: 'step', rows: 1 })}>
            Step
          </Button>
          <Select
            label="Speed"
            layout="hidden"
            value={String(replay.speed)}
            options={speeds.map((speed) => ({ value: String(speed), text: speedWords(speed) }))}
            onChange={(speed) => setSpeed(speed === 'null' ? null : Number(speed))}
          />
          <Seek stream={stream} />
        </>
      )}
      {replay === null && (
        <Button keyHint={keys.record} aria-pressed={recording !== null} onClick={record}>
          {recording === null ? 'Record' : `Recording ${formatCount(recording.messages)}; end it`}
        </Button>
      )}
      {openCase !== null && figures.hasModel && <Button onClick={() => goTo('triage')}>Triage</Button>}
      <Button keyHint={keys.stop} disabled={isStopping} onClick={() => cancel(jobId)}>
        {isStopping ? 'Stopping…' : 'Stop'}
      </Button>
    </div>
  );
}

/** Types a time; the replay goes on to it at full speed. */
function Seek({ stream }: { readonly stream: RunningStream }) {
  const command = useStreamCommand(stream.jobId);
  const [text, setText] = useState('');
  const { positionMs, replay } = stream.figures;
  const timeMs = parseInstant(text);
  const isBack = timeMs !== null && positionMs !== null && timeMs <= positionMs;
  const error =
    text !== '' && timeMs === null
      ? 'Write 2026-03-02T08:00 (UTC).'
      : isBack
        ? 'Those rows are in the case already: see Rows or Explore.'
        : null;
  if (positionMs === null) return null;
  return (
    <form
      className="live-seek"
      onSubmit={(event) => {
        event.preventDefault();
        if (timeMs !== null && !isBack) command({ kind: 'seek', timeMs });
      }}
    >
      <Field
        label="Go on to (UTC)"
        layout="hidden"
        placeholder={new Date(positionMs).toISOString().slice(0, 16)}
        value={text}
        error={error}
        onChange={setText}
      />
      <Button type="submit" disabled={timeMs === null || isBack}>
        {replay?.seekMs === null ? 'Seek' : 'Seeking…'}
      </Button>
    </form>
  );
}

function stateWords({ isPaused, replay }: StreamFigures): string {
  if (isPaused) return 'Paused:';
  return replay === null ? 'Following' : 'Replaying';
}

function fileTime(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
}

function Figures({ figures, history }: { readonly figures: StreamFigures; readonly history: readonly StreamMoment[] }) {
  const really = trueSpeed(history);
  const { latencyMs, replay } = figures;
  const lag = lagOf(figures);
  return (
    <dl className="live-figures tabular">
      <Figure name="Rate" value={formatCount(figures.messagesPerSecond)} unit="a second" />
      {replay === null ? (
        <>
          <Figure
            name="Lag"
            value={formatCount(lag)}
            unit="waiting"
            isBad={lag > 10 * figures.messagesPerSecond && lag > 1000}
          />
          <Figure
            name="Produced to stored"
            value={latencyMs.p50 === null ? '–' : formatDuration(latencyMs.p50)}
            unit={latencyMs.p99 === null ? '' : `99 % within ${formatDuration(latencyMs.p99)}`}
          />
        </>
      ) : (
        <Figure
          name="Speed"
          value={replay.speed === null ? 'maximum' : `×${formatCount(replay.speed)}`}
          unit={really === null || figures.isPaused ? '' : `truly ×${formatCount(really)}`}
        />
      )}
      <Figure
        name="Flagged"
        value={figures.hasModel ? formatCount(figures.flagged) : '–'}
        unit={figures.hasModel ? `${formatPercent(figures.flaggedShare)} lately` : 'no model yet'}
      />
      <Figure name="Stored" value={formatCount(figures.rows)} unit="now" />
      <Figure name="Quarantine" value={formatCount(figures.quarantined)} unit="now" isBad={figures.quarantined > 0} />
    </dl>
  );
}

function Figure(props: {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly isBad?: boolean;
}) {
  return (
    <div className="live-figure" data-bad={props.isBad === true}>
      <dt>{props.name}</dt>
      <dd>
        <strong>
          {props.isBad === true && <span aria-hidden="true">▲ </span>}
          {props.value}
        </strong>{' '}
        <span className="soft">{props.unit}</span>
      </dd>
    </div>
  );
}

const lagAt = ({ lag }: StreamMoment): number => lag;
const rateAt = ({ messagesPerSecond }: StreamMoment): number => messagesPerSecond;
const flaggedAt = ({ flaggedShare }: StreamMoment): number => 100 * (flaggedShare ?? 0);
const waitingWords = (value: number): string => `${formatCount(value)} waiting`;
const rateWords = (value: number): string => `${formatCount(value)} a second`;
const flaggedWords = (value: number): string => `${formatPercent(value / 100)} flagged`;
const clockZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const clockWords = (atMs: number): string => formatTime(atMs, clockZone, { withSeconds: true }).slice(-8);

function lagWords(figures: StreamFigures): string {
  const lag = lagOf(figures);
  if (lag === 0) return 'yes: nothing waits';
  const seconds = figures.messagesPerSecond > 0 ? lag / figures.messagesPerSecond : null;
  return `${formatCount(lag)} messages wait${seconds === null ? '' : `, ${formatDuration(seconds * 1000)} at this rate`}`;
}

interface HistoryChartProps {
  readonly question: string;
  readonly answer: string;
  readonly history: readonly StreamMoment[];
  readonly value: (moment: StreamMoment) => number;
  readonly words: (value: number) => string;
  readonly column: string;
  readonly leastTop: number;
  readonly colour?: 'accent' | 'flag';
}

function HistoryChart(props: HistoryChartProps) {
  const { question, answer, history, value, words, column, leastTop, colour = 'accent' } = props;
  const timesMs = useMemo(() => history.map(({ atMs }) => atMs), [history]);
  const values = useMemo(() => history.map(value), [history, value]);
  return (
    <ChartFrame
      question={question}
      answer={answer}
      height={chartHeightPx}
      table={() => ({
        columns: [
          { name: 'Time here', isNumber: false },
          { name: column, isNumber: true },
        ],
        rows: history.toReversed().map((moment) => [clockWords(moment.atMs), formatDecimal(value(moment), 1)]),
      })}
    >
      <StreamLine
        timesMs={timesMs}
        values={values}
        words={words}
        timeWords={clockWords}
        colour={colour}
        leastTop={leastTop}
        height={chartHeightPx}
      />
    </ChartFrame>
  );
}

function Notices({ figures }: { readonly figures: StreamFigures }) {
  const rows = figures.notices.toReversed().map(({ atMs, sentence }) => [clockWords(atMs), sentence]);
  return (
    <section className="live-table" data-wide="true">
      <h3>What happened?</h3>
      {rows.length === 0 ? (
        <p className="soft">Nothing out of the ordinary: every column is as the profile says.</p>
      ) : (
        <FactTable
          label="What happened?"
          height={tableHeightPx}
          table={{
            columns: [
              { name: 'Time here', isNumber: false },
              { name: 'What', isNumber: false },
            ],
            rows,
          }}
        />
      )}
    </section>
  );
}

function Partitions({ figures }: { readonly figures: StreamFigures }) {
  return (
    <section className="live-table">
      <h3>Which partition waits?</h3>
      <FactTable
        label="Which partition waits?"
        height={tableHeightPx}
        table={{
          columns: [
            { name: 'Partition', isNumber: true },
            { name: 'Waiting', isNumber: true },
          ],
          rows: figures.lag
            .toSorted((one, other) => one.partition - other.partition)
            .map(({ partition, messages }) => [`${partition}`, formatCount(messages)]),
        }}
      />
    </section>
  );
}

function Drift({ figures }: { readonly figures: StreamFigures }) {
  const rows = figures.drift
    .toSorted((first, second) => second.psi - first.psi)
    .map(({ feature, psi, ks }) => [
      `${psi >= driftedFrom ? '▲ ' : ''}${feature}`,
      formatDecimal(psi, 3),
      formatDecimal(ks, 3),
    ]);
  return (
    <section className="live-table">
      <h3>Has it moved from the training?</h3>
      {rows.length === 0 ? (
        <p className="soft">Not known yet: it takes a few hundred scored transactions, and the training's own rows.</p>
      ) : (
        <FactTable
          label="Has it moved from the training?"
          height={tableHeightPx}
          table={{
            columns: [
              { name: 'Feature', isNumber: false },
              { name: 'PSI', isNumber: true },
              { name: 'KS', isNumber: true },
            ],
            rows,
          }}
        />
      )}
    </section>
  );
}
