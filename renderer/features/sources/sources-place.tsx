import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { useCommand, useCommandKey, useCommands } from '../../app/commands.tsx';
import { useFileChoice } from '../../app/file-choice.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import { useApp, useCase, useFormats, useWindowState } from '../../data/app-state.tsx';
import { useClient } from '../../data/client.tsx';
import { formatCount } from '../../data/format.ts';
import { fileName } from '../../data/paths.ts';
import { isReplaySummary, type ReplaySummary } from '../../data/replay-summary.ts';
import { useAction, usePagedRequest, useRequest } from '../../data/requests.ts';
import { useRunningStream } from '../../data/stream.tsx';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { DataColumn } from '../../ui/data-table.tsx';
import { Segmented } from '../../ui/field.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import { Menu } from '../../ui/menu.tsx';
import { SplitPane } from '../../ui/split-pane.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { ColumnsTitle } from './columns-title.tsx';
import { ColumnTable, type ColumnChange } from './column-table.tsx';
import { Connect } from './connect.tsx';
import { Inspection } from './inspection.tsx';
import { LiveView } from './live-view.tsx';
import { ReplayEnd } from './replay-end.tsx';
import { Rows } from './rows.tsx';
import { RetryQuarantine } from './retry-quarantine.tsx';
import { formatWords } from './role-words.ts';
import './sources.css';
import { errorWords } from '../../ui/error-words.ts';

const tabs = ['recordings', 'stream', 'columns', 'rows', 'quarantine'] as const;
type Tab = (typeof tabs)[number];
const isTab = (value: unknown): value is Tab => tabs.some((tab) => tab === value);
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');
const mostRecent = 10;
const noPaths: readonly string[] = [];

/** Where transactions come from: open a recording, see what it means, read it; and what the case holds by now. */
export function SourcesPlace() {
  const openCase = useCase();
  const { bundledRecording } = useApp();
  const { dialogs } = useClient();
  const choose = useFileChoice();
  const toast = useToast();
  const [inspected, setInspected] = useWindowState('sources.inspected', '');
  const [alsoRead, setAlsoRead] = useWindowState<readonly string[]>('sources.alsoRead', noPaths, isTexts);
  const [tab, setTab] = useWindowState<Tab>('sources.tab', 'recordings', isTab);
  const [recent, setRecent] = useWindowState<readonly string[]>('sources.recent', [], isTexts);
  const [replayed, setReplayed] = useWindowState<ReplaySummary | null>('sources.replayed', null, isReplaySummary);
  const openKey = useCommandKey('sources.open');

  const inspect = useCallback(
    (path: string, others: readonly string[] = noPaths) => {
      setInspected(path);
      setAlsoRead(others);
      setRecent([path, ...recent.filter((other) => other !== path)].slice(0, mostRecent));
    },
    [recent, setInspected, setAlsoRead, setRecent],
  );
  const open = (): void => {
    void choose.recordings().then((paths) => {
      const [path, ...others] = paths;
      if (path !== undefined) inspect(path, others);
    });
  };
  const close = (): void => setInspected('');
  useCommand('sources.open', open);
  const stream = useRunningStream();
  const isStream = tab === 'stream' && (openCase === null || inspected === '');
  const connect = (): void => {
    setInspected('');
    setTab('stream');
  };
  useCommand('sources.connect', connect);
  const leave = inspected !== '' ? close : isStream && openCase === null ? () => setTab('recordings') : null;
  useCommand('sources.back', leave);
  const connectKey = useCommandKey('sources.connect');

  useEffect(() => {
    const onDragOver = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
    };
    const onDrop = (event: DragEvent): void => {
      const files = [...(event.dataTransfer?.files ?? [])];
      const file = files.at(0);
      if (file === undefined) return;
      event.preventDefault();
      const [path, ...others] = files.flatMap((dropped) => dialogs?.pathOfDroppedFile(dropped) ?? []);
      if (path !== undefined) inspect(path, others);
      else toast({ text: `A browser does not say where ${file.name} lies. Next: Open a recording.`, tone: 'problem' });
    };
    document.addEventListener('dragover', onDragOver);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onDragOver);
      document.removeEventListener('drop', onDrop);
    };
  }, [dialogs, inspect, toast]);

  if (inspected !== '')
    return (
      <Inspection
        key={inspected}
        path={inspected}
        others={alsoRead}
        onClose={close}
        onOther={(path) => inspect(path)}
      />
    );

  const openers = (
    <>
      <Button tone={openCase === null ? 'primary' : 'plain'} keyHint={openKey} onClick={open}>
        Open a recording
      </Button>
      {tab !== 'stream' && (
        <Button keyHint={connectKey} onClick={connect}>
          {stream === null ? 'Connect to a topic' : 'Show the stream'}
        </Button>
      )}
      <Menu
        label="Recent recordings"
        button={
          <>
            Recent <span aria-hidden="true">▾</span>
          </>
        }
        entries={[
          ...recent.map((path) => ({ text: fileName(path), onSelect: () => inspect(path) })),
          ...(recent.length > 0 ? [{ kind: 'line' as const }] : []),
          { text: 'The bundled recording', onSelect: () => inspect(bundledRecording) },
        ]}
      />
    </>
  );
  // One key for both frames: what was typed stays when a case opens.
  const streamView =
    stream !== null ? (
      <LiveView key={stream.jobId} stream={stream} />
    ) : replayed !== null ? (
      <ReplayEnd summary={replayed} onClose={() => setReplayed(null)} />
    ) : (
      <Connect key="connect" />
    );
  if (openCase === null) {
    if (tab !== 'stream') return <NoCase openers={openers} />;
    return (
      <div className="sources">
        <div className="sources-bar">
          <h2>Stream</h2>
          <span className="grow" />
          <Button onClick={() => setTab('recordings')}>Back</Button>
        </div>
        {streamView}
      </div>
    );
  }
  return (
    <div className="sources">
      <div className="sources-bar">
        <Segmented
          label="What the case holds"
          value={tab}
          options={[
            { value: 'recordings', text: `Recordings ${formatCount(openCase.sources.length)}` },
            { value: 'stream', text: stream === null ? 'Stream' : 'Stream ●' },
            { value: 'columns', text: 'Columns' },
            { value: 'rows', text: `Rows ${formatCount(openCase.rows)}` },
            { value: 'quarantine', text: `Quarantine ${formatCount(openCase.quarantined)}` },
          ]}
          onChange={setTab}
        />
        <span className="grow" />
        {openers}
      </div>
      {tab === 'recordings' && <Recordings openCase={openCase} />}
      {tab === 'stream' && streamView}
      {tab === 'columns' && <Columns openCase={openCase} />}
      {tab === 'rows' && <Rows openCase={openCase} />}
      {tab === 'quarantine' && <Quarantine openCase={openCase} />}
    </div>
  );
}

/** First start, or after a case was closed: what can be opened, and what happens then. */
function NoCase({ openers }: { readonly openers: ReactNode }) {
  const { firstCasePath } = useApp();
  const [newCase] = useWindowState('sources.newCase', '');
  const { run } = useCommands();
  const recent = useRequest('recent.list', {}).data ?? [];
  const toast = useToast();
  const openKey = useCommandKey('app.openCase');
  const goTo = useGoTo();
  const open = useAction('case.open', {
    // A case that has alerts begins with the most suspicious of them.
    onDone: ({ models }) => {
      if (models > 0) goTo('triage');
    },
    onError: (error) => toast({ text: errorWords(error), tone: 'problem', about: 'case.open' }),
  });
  const there = recent.filter(({ exists }) => exists);
  const cases =
    firstCasePath === null || there.some(({ path }) => path === firstCasePath)
      ? there
      : [...there, { path: firstCasePath, name: 'The bundled recording, ready to look at' }];
  return (
    <div className="sources">
      <EmptyState
        title={newCase === '' ? 'No case is open' : 'A new case'}
        actions={
          <>
            {openers}
            <Button keyHint={openKey} onClick={() => run('app.openCase')}>
              Open a case
            </Button>
          </>
        }
      >
        <p className="first-sentence">
          Assay finds the payments that are unlike all others, and lists them as alerts with reasons, as many as your
          team can look at in a day.
        </p>
        {newCase !== '' && (
          <p>
            The recording that you open next is read into <span className="break-anywhere">{newCase}</span>.
          </p>
        )}
        <ol className="first-keys" aria-label="What to do first">
          <FirstKey command="sources.open">opens a recording: CSV, NDJSON, Parquet, .gz and .zst too</FirstKey>
          <FirstKey command="sources.read">reads it and trains, once its columns look right</FirstKey>
          <FirstKey command="app.go.triage">shows the alerts, the most suspicious first and explained</FirstKey>
        </ol>
        <p className="soft">Files can be dropped on the window. Nothing leaves this machine.</p>
      </EmptyState>
      {cases.length > 0 && (
        <section className="sources-recent" aria-label="Recent cases">
          <h2>Recent cases</h2>
          <ul>
            {cases.slice(0, 8).map(({ path, name }) => (
              <li key={path}>
                <button
                  type="button"
                  className="sources-case"
                  disabled={open.isRunning}
                  onClick={() => open.run({ path })}
                >
                  <span>{name}</span>
                  <span className="soft fixed ellipsis">{path}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** One of the first steps: the key that takes it now, and what it does. */
function FirstKey({ command, children }: { readonly command: string; readonly children: string }) {
  const key = useCommandKey(command);
  return (
    <li>
      {key !== null && <KeyHint keys={key} />}
      <span className="visually-hidden">{key}</span> <span>{children}</span>
    </li>
  );
}

type Source = CaseOverview['sources'][number];
const keyOfSource = (source: Source): string => `${source.id}`;

function Recordings({ openCase }: { readonly openCase: CaseOverview }) {
  const formats = useFormats();
  const columns = useMemo<readonly DataColumn<Source>[]>(
    () => [
      {
        id: 'name',
        title: 'Recording',
        widthPx: 320,
        text: (row) => fileName(row.uri),
        render: (row) => <span title={row.uri}>{fileName(row.uri)}</span>,
      },
      { id: 'rows', title: 'Rows', widthPx: 110, align: 'right', text: (row) => formatCount(row.rows) },
      {
        id: 'quarantined',
        title: 'Quarantined',
        widthPx: 110,
        align: 'right',
        text: (row) => formatCount(row.quarantined),
      },
      {
        id: 'bytes',
        title: 'Bytes',
        widthPx: 120,
        align: 'right',
        text: (row) => (row.file === null ? '' : formatCount(row.file.storedBytes)),
      },
      { id: 'state', title: 'State', widthPx: 150, text: (row) => (row.complete ? 'read whole' : '▲ read in part') },
      { id: 'added', title: 'Read', widthPx: 170, text: (row) => formats.time(row.addedAtMs) },
      {
        id: 'format',
        title: 'Format',
        widthPx: 260,
        text: (row) => (row.format === null ? row.kind : formatWords(row.format)),
      },
      {
        id: 'sha256',
        title: 'SHA-256',
        widthPx: 200,
        text: (row) => row.file?.sha256 ?? '',
        render: (row) => (
          <span className="fixed ellipsis" title={row.file?.sha256}>
            {row.file?.sha256 ?? ''}
          </span>
        ),
      },
    ],
    [formats],
  );
  const [first, last] = [openCase.firstEventMs, openCase.lastEventMs];
  return (
    <>
      <p className="sources-summary soft tabular">
        {formatCount(openCase.rows)} transactions
        {first !== null &&
          last !== null &&
          ` from ${formats.day(first)} to ${formats.day(last)}, ${formatCount(openCase.days)} days`}
        {openCase.withoutTime > 0 && ` · ${formatCount(openCase.withoutTime)} without a time`}
        {' · '}
        {openCase.alertEntity === null
          ? 'every transaction is its own alert'
          : `one alert for each ${openCase.alertEntity.role} (${openCase.alertEntity.column})`}
        {' · '}
        {openCase.hasLabels ? 'known fraud is labelled' : 'no labels'}
        {' · '}
        {openCase.currency ?? 'currency not known'}
      </p>
      <DataTable
        label="Recordings of this case"
        columns={columns}
        rows={openCase.sources}
        rowKey={keyOfSource}
        empty={<EmptyState title="Nothing was read yet">Open a recording to fill this case.</EmptyState>}
      />
    </>
  );
}

function Columns({ openCase }: { readonly openCase: CaseOverview }) {
  const profile = useRequest('profile.read', {});
  const toast = useToast();
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map());
  const { run } = useAction('profile.write', {
    onDone: () => {
      profile.refetch();
      setProblems(new Map());
      toast({ text: 'Meaning changed. Next: train again, so that a model uses it.' });
    },
    // Said beside the column; the others stay as they are.
    onError: (error, { overrides }) =>
      setProblems(new Map(Object.keys(overrides.columns ?? {}).map((name) => [name, errorWords(error)]))),
  });
  const change = useCallback(
    (name: string, to: ColumnChange) => run({ overrides: { columns: { [name]: to } } }),
    [run],
  );
  if (profile.error !== null) {
    return <ErrorState title="The columns cannot be read" error={profile.error} onRetry={profile.refetch} />;
  }
  return (
    <>
      <ColumnsTitle refusal={[...problems.values()].at(0) ?? null}>
        What a column means decides the features and the alerts. A change counts for the next training.
      </ColumnsTitle>
      <ColumnTable
        columns={profile.data?.columns ?? []}
        onChange={change}
        isReadOnly={openCase.readOnly}
        isStored
        problems={problems}
      />
    </>
  );
}

type SetAside = RequestOutput<'quarantine.page'>['rows'][number];
const keyOfSetAside = (row: SetAside): string => `${row.id}`;
const quarantineColumns: readonly DataColumn<SetAside>[] = [
  { id: 'line', title: 'Line', widthPx: 90, align: 'right', text: (row) => formatCount(row.line) },
  { id: 'reason', title: 'Reason', widthPx: 360, text: (row) => row.reason },
  {
    id: 'raw',
    title: 'As received',
    widthPx: 420,
    text: (row) => row.raw,
    render: (row) => <span className="fixed">{row.raw}</span>,
  },
  { id: 'source', title: 'Recording', widthPx: 240, text: (row) => fileName(row.source) },
];

function Quarantine({ openCase }: { readonly openCase: CaseOverview }) {
  const page = usePagedRequest('quarantine.page', { limit: 200 });
  const [selected, setSelected] = useState<string | null>(null);
  const [detailPx, setDetailPx] = useWindowState('sources.quarantinePx', 380);
  const row = page.rows.find((candidate) => keyOfSetAside(candidate) === selected) ?? page.rows.at(0);
  if (page.error !== null) return <ErrorState title="The quarantine cannot be read" error={page.error} />;
  if (openCase.quarantined === 0) {
    return (
      <EmptyState title="Nothing is in quarantine">
        Every row could be read. A row that cannot be is kept here with its raw text, its position and the reason.
      </EmptyState>
    );
  }
  return (
    <SplitPane
      mainLabel="Rows set aside"
      detailLabel="The row as received"
      detailPx={detailPx}
      onResize={setDetailPx}
      defaultPx={380}
      main={
        <DataTable
          label="Quarantine"
          columns={quarantineColumns}
          rows={page.rows}
          rowKey={keyOfSetAside}
          selectedKey={row === undefined ? null : keyOfSetAside(row)}
          onSelect={setSelected}
          total={openCase.quarantined}
          hasMore={page.hasMore}
          onNeedMore={page.loadMore}
        />
      }
      detail={
        row !== undefined && (
          <div className="sources-reading">
            <h2>Line {formatCount(row.line)}</h2>
            <p>{row.reason}</p>
            <h3>As received</h3>
            <pre className="sources-raw fixed">{row.raw}</pre>
            <h3>Where</h3>
            <p className="soft">
              {row.source}, byte {formatCount(row.byteOffset)}
            </p>
            <h3>Next</h3>
            <p className="soft">
              If a column cannot be read, mend its meaning under Columns (ignored: its cell is then missing), and retry.
              If the row itself is broken, it stays here with its reason.
            </p>
            <RetryQuarantine openCase={openCase} />
          </div>
        )
      }
    />
  );
}
