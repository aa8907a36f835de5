import { useCallback, useMemo, useRef, useState } from 'react';
import type { ProfileOverrides } from '../../../engine/domain/profile.ts';
import type { StatedFormat } from '../../../engine/domain/stated-format.ts';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useFileChoice } from '../../app/file-choice.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import { progressWords } from '../../app/job-words.ts';
import { useApp, useCase, useSettings, useWindowState } from '../../data/app-state.tsx';
import { formatBytes, formatCount, formatCounted, withCapital } from '../../data/format.ts';
import { themeNames } from '../../data/theme-names.ts';
import { shareOf, useJob } from '../../data/jobs.tsx';
import { fileName, fileStem, joinPath } from '../../data/paths.ts';
import { reportOf } from '../../data/client.tsx';
import { useAction, useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Field, Segmented } from '../../ui/field.tsx';
import { Progress } from '../../ui/progress.tsx';
import { SplitPane } from '../../ui/split-pane.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { CellsTable } from './cells-table.tsx';
import { ColumnsTitle } from './columns-title.tsx';
import { ColumnTable, type ColumnChange } from './column-table.tsx';
import { Doubts } from './doubts.tsx';
import { Replaying } from './replaying.tsx';
import { WrittenAs } from './written-as.tsx';
import { formatWords, numericColumns, withColumn } from './role-words.ts';
import { errorWords } from '../../ui/error-words.ts';

export interface InspectionProps {
  readonly path: string;
  /** Recordings chosen with it: read after it, by the same meaning of columns. */
  readonly others: readonly string[];
  readonly onClose: () => void;
  /** Looks into another recording instead: this one is not there, and the other is named nearly so. */
  readonly onOther: (path: string) => void;
}

/** What was chosen last and does not fit: a column's meaning, or, without one, how the recording is written. */
interface Refusal {
  readonly column: string | null;
  readonly words: string;
}

/** A recording before it is read: its format, what its columns mean, its first rows, and where it will go. */
export function Inspection({ path, others, onClose, onOther }: InspectionProps) {
  const [overrides, setOverrides] = useState<ProfileOverrides>({});
  const [detailPx, setDetailPx] = useWindowState('sources.detailPx', 340);
  const inspected = useRequest('recording.inspect', { path, overrides }, { keepsPrevious: true });
  const columns = inspected.data?.columns;
  const { runAsync: tryOut } = useAction('recording.inspect');
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  /** Typing into a list of choices makes several on the way to the one that is meant: the last one counts. */
  const attempts = useRef(0);
  // What does not fit is said where it was chosen, and everything else stays as it is.
  const attempt = useCallback(
    (next: ProfileOverrides, column: string | null) => {
      const number = ++attempts.current;
      tryOut({ path, overrides: next }).then(
        () => {
          if (number !== attempts.current) return;
          setOverrides(next);
          setRefusal(null);
        },
        (error: unknown) => {
          if (number === attempts.current) setRefusal({ column, words: errorWords(reportOf(error)) });
        },
      );
    },
    [path, tryOut],
  );
  const change = useCallback(
    (name: string, to: ColumnChange) => attempt(withColumn(overrides, name, to, columns ?? []), name),
    [attempt, overrides, columns],
  );
  const settle = useCallback(
    (states: NonNullable<ProfileOverrides['columns']>) => {
      const said = Object.entries(states);
      const next = said.reduce((all, [name, column]) => withColumn(all, name, column, columns ?? []), overrides);
      attempt(next, said[0]?.[0] ?? null);
    },
    [attempt, overrides, columns],
  );
  const problems = useMemo<ReadonlyMap<string, string>>(
    () => new Map(refusal === null || refusal.column === null ? [] : [[refusal.column, refusal.words]]),
    [refusal],
  );
  const rows = useMemo(
    () => (inspected.data?.firstRows ?? []).map((cells, index) => ({ key: `${index}`, cells })),
    [inspected.data],
  );
  const numeric = useMemo(() => numericColumns(columns ?? []), [columns]);
  const names = useMemo(() => (columns ?? []).map(({ name }) => name), [columns]);

  const state = useCallback((stated: StatedFormat) => attempt({ ...overrides, ...stated }, null), [attempt, overrides]);

  if (inspected.error !== null && inspected.data === undefined) {
    return (
      <ErrorState
        title={`${fileName(path)} cannot be opened`}
        error={inspected.error}
        whatIsSafe="The case: nothing was read."
        onRetry={inspected.refetch}
        actions={
          <>
            {(inspected.error.missing?.near ?? []).map((near) => (
              <Button key={near} title={near} onClick={() => onOther(near)}>
                Open {fileName(near)}
              </Button>
            ))}
            <Button onClick={onClose}>Back</Button>
            {inspected.error.code === 'UNKNOWN_FORMAT' && <WrittenAs stated={overrides} onState={state} />}
            {refusal !== null && <p role="alert">{refusal.words}</p>}
          </>
        }
      />
    );
  }
  if (inspected.data === undefined) return <p className="place-wait soft">Looking into {fileName(path)}…</p>;
  return (
    <SplitPane
      mainLabel="The recording"
      detailLabel="Reading it"
      detailPx={detailPx}
      onResize={setDetailPx}
      defaultPx={340}
      main={
        <>
          <div className="sources-bar">
            <h2 className="ellipsis" title={path}>
              {fileName(path)}
            </h2>
            <span className="soft tabular nowrap">
              {formatBytes(inspected.data.sizeBytes)} · {formatWords(inspected.data.format)} ·{' '}
              {formatCount(inspected.data.columns.length)} columns
            </span>
          </div>
          {inspected.data.notices.map((notice) => (
            <p key={notice} className="notice" role="status">
              {notice}
            </p>
          ))}
          <Doubts columns={inspected.data.columns} onSettle={settle} />
          <ColumnsTitle refusal={refusal?.words ?? null}>
            What does each column mean? Change what is wrong.
          </ColumnsTitle>
          <div className="sources-half" data-fits="true">
            <ColumnTable columns={inspected.data.columns} onChange={change} problems={problems} fitsRows />
          </div>
          <h3 className="sources-title">First {rows.length} rows as received</h3>
          <div className="sources-half">
            <CellsTable label="First rows" columns={names} numeric={numeric} rows={rows} />
          </div>
        </>
      }
      detail={
        <>
          {inspected.data.format.kind !== 'parquet' && <WrittenAs stated={overrides} onState={state} />}
          <ReadingPanel
            path={path}
            others={others}
            overrides={overrides}
            inspected={inspected.data}
            onClose={onClose}
          />
        </>
      }
    />
  );
}

interface ReadingPanelProps extends Omit<InspectionProps, 'onOther'> {
  readonly overrides: ProfileOverrides;
  readonly inspected: RequestOutput<'recording.inspect'>;
}

function ReadingPanel({ path, others, overrides, inspected, onClose }: ReadingPanelProps) {
  const app = useApp();
  const openCase = useCase();
  const [settings] = useSettings();
  const choose = useFileChoice();
  const goTo = useGoTo();
  const canExtend = openCase !== null && !openCase.readOnly;
  const [target, setTarget] = useState<'this' | 'new'>('new');
  const [asked, setAsked] = useWindowState('sources.newCase', '');
  const [newPath, setNewPath] = useState(() =>
    asked === '' ? joinPath(app.dataFolder, `${fileStem(path)}.assay`) : asked,
  );
  const [trains, setTrains] = useState(true);
  const ingest = useJob('ingest');
  const run = useJob('run');
  const open = useAction('case.open');
  const running = run.running ?? ingest.running;
  const stop = run.running === null ? ingest.cancel : run.cancel;
  const isThis = canExtend && target === 'this';
  const casePath = isThis ? openCase.path : newPath.trim();
  const hasTime = inspected.columns.some(({ role }) => role === 'event_time');
  const hasLabel = inspected.columns.some(({ role }) => role === 'label');
  const hasEntity = inspected.columns.some(({ role }) => role === 'card' || role === 'customer' || role === 'account');
  const budget = settings.analysts * settings.alertsPerAnalystPerDay;
  const failure = [run.outcome, ingest.outcome].find((outcome) => outcome?.ok === false);

  const read = async (): Promise<void> => {
    const input = { recordings: [path, ...others], casePath, overrides };
    const outcome = trains ? await run.start(input) : await ingest.start(input);
    if (!outcome.ok) return;
    setAsked('');
    if (!isThis) await open.runAsync({ path: casePath }).catch(() => undefined);
    onClose();
    if (trains) goTo('triage');
  };
  const canRead = running === null && casePath !== '';
  useCommand('sources.read', canRead ? () => void read() : null);
  const readKey = useCommandKey('sources.read');
  const backKey = useCommandKey('sources.back');

  return (
    <div className="sources-reading">
      <h2>Read it</h2>
      {others.length > 0 && (
        <p className="soft" title={others.join('\n')}>
          Then {formatCounted(others.length, 'more recording')}, in this order: {others.map(fileName).join(', ')}.
        </p>
      )}
      {canExtend && (
        <Segmented
          label="Case to read into"
          value={target}
          options={[
            { value: 'new', text: 'New case' },
            { value: 'this', text: 'This case' },
          ]}
          onChange={setTarget}
        />
      )}
      {isThis ? (
        <p className="soft">Rows are added to {openCase.name}. Models of the case stay as they are.</p>
      ) : (
        <>
          <Field
            label="Case file"
            value={newPath}
            onChange={setNewPath}
            hint="One file holds everything; it can be copied."
          />
          <Button
            onClick={() => {
              void choose.newFile(`${fileStem(path)}.assay`).then((chosen) => {
                if (chosen !== null) setNewPath(chosen);
              });
            }}
          >
            Choose where…
          </Button>
        </>
      )}
      <Checkbox label="Train a model on it" checked={trains} onChange={setTrains} />
      {trains && (
        <p className="soft">
          300 trees; the line at{' '}
          {hasTime
            ? `${formatCount(budget)} alerts a day, the team’s budget, or 5 % of the transactions, whichever is less`
            : '2 % of the transactions, since there are no days'}
          . Tuning moves it later.
        </p>
      )}
      <ul className="sources-notes">
        {!hasTime && <li>No event time: no days, no budget a day, no features over time.</li>}
        {!hasEntity && <li>No card, customer or account: every transaction is its own alert.</li>}
        {!hasLabel && <li>No label: recall and precision come from verdicts.</li>}
      </ul>
      <ThemesToLookFor themes={inspected.themes} />
      {running === null ? (
        <div className="state-actions">
          <Button tone="primary" keyHint={readKey} disabled={!canRead} onClick={() => void read()}>
            {trains ? 'Read and train' : 'Read'}
          </Button>
          <Button keyHint={backKey === 'Escape' ? 'Esc' : backKey} onClick={onClose}>
            Back
          </Button>
        </div>
      ) : (
        <div className="sources-running" aria-live="polite">
          <span className="tabular">{progressWords(running.name, running.progress)}</span>
          <Progress label="Reading" share={shareOf(running.progress)} widthPx={220} />
          <Button disabled={running.isCancelling} onClick={stop}>
            {running.isCancelling ? 'Stopping…' : 'Stop'}
          </Button>
        </div>
      )}
      {failure !== undefined && failure !== null && !failure.ok && (
        <ErrorState
          title={failure.error.code === 'CANCELLED' ? 'Reading was stopped' : 'Reading failed'}
          error={failure.error}
          whatIsSafe="The recording, and every row stored before."
        />
      )}
      {running === null && <Replaying path={path} onStarted={onClose} onReadInstead={() => void read()} />}
    </div>
  );
}

/** What a model of this recording would look for, and for each theme that it cannot have the column that would bring it. */
function ThemesToLookFor({ themes }: Pick<RequestOutput<'recording.inspect'>, 'themes'>) {
  const present = themes.filter(({ features }) => features > 0);
  return (
    <section aria-label="What a model looks for">
      <h3>What a model looks for</h3>
      <ul className="sources-notes">
        {present.length > 0 && <li>{withCapital(present.map(({ theme }) => themeNames[theme]).join(', '))}.</li>}
        {present.length < 2 && <li>Fewer than two themes: all features alike, in plain path lengths.</li>}
        {themes
          .filter(({ missing }) => missing !== null)
          .map(({ theme, missing }) => (
            <li key={theme}>
              Not {themeNames[theme]}: {missing}.
            </li>
          ))}
      </ul>
    </section>
  );
}
