import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import { useHistory } from '../../app/history.tsx';
import { useSaveAlerts } from '../../app/save-alerts.ts';
import type { AlertFilter, AlertSort } from '../../../preload/contract/alert-choice.ts';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { AlertListFormat } from '../../../preload/contract/exports.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import {
  isTextOrNull,
  useCase,
  useCaseState,
  useCurrentModel,
  useFormats,
  useSettings,
  useStateStore,
  useWindowState,
} from '../../data/app-state.tsx';
import { formatCount } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { useAlertFilter } from '../../data/use-transaction-filter.ts';
import { Button } from '../../ui/button.tsx';
import { asTabbedText } from '../../ui/copy-table.ts';
import { SplitPane } from '../../ui/split-pane.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { columnsOf, storedColumnId, type StoredColumn } from './alert-columns.tsx';
import { AlertGrid } from './alert-grid.tsx';
import { AlertActions, extensionOf } from './alert-actions.tsx';
import { alertAsText } from './alert-text.ts';
import { canSplit } from './alert-transactions.tsx';
import { BelowLineDesk } from './below-line-desk.tsx';
import { filteredByCell, type CellRelation } from './cell-filter.ts';
import { DayLine } from './day-line.tsx';
import { dayStart, dayWords } from './day-words.ts';
import { BulkLine } from './bulk-line.tsx';
import { closedUntil, REOPENS, type Closing } from './closing.ts';
import { useCheckedAlerts } from './checked-alerts.ts';
import { arrangedColumns, fitted, isColumnLayout, isShown, type ColumnLayout } from './column-layout.ts';
import { alertTitle, DetailPane } from './detail-pane.tsx';
import type { PointedTransactions } from './expanded-alert.tsx';
import { EntityDesk } from './entity-desk.tsx';
import { isEntityStack, opened, type EntityRef, type EntityStack } from './entity-stack.ts';
import { FilterBar } from './filter-bar.tsx';
import { isListPosition, type ListPosition } from './list-position.ts';
import { keysBetween, neighbour } from './next-selection.ts';
import { sharedVerdict } from './shared-verdict.ts';
import { useAlerts } from './use-alerts.ts';
import { useCopyText } from './use-copy-text.ts';
import { useSelectedDetail } from './use-selected-detail.ts';
import { useDecisions } from './use-decisions.ts';
import './triage.css';

/** Which alerts are listed, or the sample below the line in their place. */
type ListChoice = AlertFilter & { readonly belowLine?: boolean };

const NO_ENTITY: EntityStack = [];
const FIRST_LAYOUT: ColumnLayout = { order: [], widths: {}, hidden: ['topId'], frozen: 1 };
const FIRST_FILTER: AlertFilter = { verdict: ['none'] };
const FIRST_SORT: readonly AlertSort[] = [{ by: 'score', descending: true }];
const SORT_BY_DAY: readonly AlertSort[] = [{ by: 'day', descending: true }, ...FIRST_SORT];
/** Columns that the list shows under names of its own. */
const ownRoles: ReadonlySet<string> = new Set(['id', 'event_time', 'amount', 'ignored']);
/** Most alerts that one bulk decision may take, as the engine takes them. */
const MOST_SELECTED = 5000;
const NOTHING_CHOSEN: readonly number[] = [];
/** Rows whose ids tell how wide their columns are. */
const FITTED_ROWS = 100;
/** Columns of ids, whose length differs from case to case. */
const fittedColumns: ReadonlySet<string> = new Set(['entity', 'counterpart']);

/** Triage: the list of alerts, the selected one beside it, and every decision on one key. */
export function TriagePlace(): ReactNode {
  const openCase = useCase();
  const [model] = useCurrentModel();
  const goTo = useGoTo();
  const [choice, setChoice] = useCaseState<ListChoice>('triage.filter', FIRST_FILTER);
  const [stack, setStack] = useCaseState<EntityStack>('triage.entity', NO_ENTITY, isEntityStack);
  if (openCase === null) {
    return (
      <EmptyState title="No case is open" actions={<Button onClick={() => goTo('sources')}>Go to Sources</Button>}>
        Open a recording or a case in Sources.
      </EmptyState>
    );
  }
  if (model === null) {
    return (
      <EmptyState title="No alerts yet" actions={<Button onClick={() => goTo('tuning')}>Go to Tuning</Button>}>
        A model has to score the transactions first. Training takes seconds.
      </EmptyState>
    );
  }
  const desk = { openCase, model };
  const entity = stack.at(-1);
  if (entity !== undefined)
    return (
      <EntityDesk
        key={`${model.id} ${entity.side} ${entity.text}`}
        {...desk}
        stack={stack}
        entity={entity}
        onStack={setStack}
        onListAlert={(key) => goTo('triage', { 'triage.filter': { anyOf: [key] }, 'triage.selected': key })}
        onList={(columns) => goTo('triage', { 'triage.filter': {}, 'transactions.filter': columns })}
      />
    );
  return choice.belowLine === true ? (
    <BelowLineDesk key={model.id} {...desk} onLeave={() => setChoice(FIRST_FILTER)} />
  ) : (
    <TriageDesk
      key={model.id}
      {...desk}
      onBelowLine={() => setChoice({ belowLine: true })}
      onEntity={(next) => setStack(opened([], next))}
    />
  );
}

function TriageDesk({
  openCase,
  model,
  onBelowLine,
  onEntity,
}: {
  readonly openCase: CaseOverview;
  readonly model: ModelListItem;
  readonly onBelowLine: () => void;
  readonly onEntity: (entity: EntityRef) => void;
}): ReactNode {
  const formats = useFormats();
  const toast = useToast();
  const [settings] = useSettings();
  const [filter, setFilter] = useAlertFilter(FIRST_FILTER);
  const [sort, setSort] = useCaseState<readonly AlertSort[]>('triage.sort', FIRST_SORT, isSort);
  const [layout, setLayout] = useWindowState('triage.columns', FIRST_LAYOUT, isColumnLayout);
  const [kept, setSelected] = useCaseState<string | null>('triage.selected', null, isTextOrNull);
  const [detailPx, setDetailPx] = useWindowState('triage.detailPx', window.innerWidth < 1400 ? 384 : 456);
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [pointed, setPointed] = useState<PointedTransactions | null>(null);
  const [anchor, setAnchor] = useState<string | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const desk = useRef<HTMLDivElement>(null);

  const store = useStateStore();
  const [position] = useState(() => {
    const left = store.get('triage.position');
    return isListPosition(left) ? left : null;
  });
  const keepPosition = useCallback((next: ListPosition) => store.set('triage.position', next), [store]);
  const stored = useStoredColumns(openCase);
  const cellColumns = useMemo(
    () =>
      stored
        .filter(({ name }) => isShown({ id: storedColumnId(name), isOptional: true }, layout))
        .map(({ name }) => name),
    [stored, layout],
  );
  const { alertGap, alertEntity, exploredShare } = openCase;
  const makings = `${alertGap} ${alertEntity?.column ?? ''} ${exploredShare}`;
  const alerts = useAlerts(model.id, model.thresholdUnits, makings, filter, sort, cellColumns, position?.rows ?? 0);
  const rows = useMemo(() => alerts.list?.rows ?? [], [alerts.list]);
  const order = useMemo(() => rows.map(({ key }) => key), [rows]);
  const [checked, setChecked] = useCheckedAlerts(model.id, order);
  const selected = kept !== null && order.includes(kept) ? kept : (order[0] ?? null);
  const toGrid = useCallback(() => desk.current?.querySelector<HTMLElement>('[role="grid"]')?.focus(), []);

  const [choice, setChoice] = useState<{ readonly key: string; readonly sequences: readonly number[] } | null>(null);
  const chosen = useMemo(() => (choice?.key === selected ? choice.sequences : NOTHING_CHOSEN), [choice, selected]);
  const [closing, setClosing] = useState<Closing>(REOPENS);
  const nameOf = useCallback(
    (key: string) => {
      const row = rows.find((other) => other.key === key);
      return row === undefined ? key : row.entity === '' ? row.topId : row.entity;
    },
    [rows],
  );
  const clear = useCallback(() => {
    setChecked(new Set());
    setChoice(null);
  }, [setChecked]);
  const decisions = useDecisions({
    modelId: model.id,
    alerts,
    order,
    selected,
    checked,
    chosen,
    closedUntilMs: closedUntil(closing, openCase.lastEventMs, openCase.timeZone),
    isBlind: openCase.exploredShare > 0,
    nameOf,
    onSelect: setSelected,
    onClear: clear,
  });

  const { low, high } = useMemo(
    () =>
      scoreSpan(
        rows.map(({ score }) => score),
        model.threshold,
      ),
    [rows, model.threshold],
  );
  const roles = useUnchanged({ alertEntity: openCase.alertEntity, counterpart: openCase.counterpart });
  const listColumns = alerts.list?.columns;
  const hasThemes = model.themes.length > 0;
  const showsThemes = hasThemes && isShown({ id: 'theme' }, layout);
  // A new context draws every row again: nothing is in it that a verdict changes.
  const context = useMemo(
    () => ({
      ...{ formats, openCase: roles, scores: { low, high }, hasThemes, showsThemes, stored },
      cellColumns: listColumns ?? [],
    }),
    [formats, roles, low, high, hasThemes, showsThemes, stored, listColumns],
  );
  const fittedToRows = useMemo(() => {
    const first = rows.slice(0, FITTED_ROWS);
    const columns = columnsOf(context).filter(({ id, isOptional }) => fittedColumns.has(id) || isOptional === true);
    return fitted(
      layout,
      Object.fromEntries(
        columns.map((column) => [column.id, [column.title(context), ...first.map((row) => column.text(row, context))]]),
      ),
    );
  }, [rows, layout, context]);
  const fittedLayout = useUnchanged(fittedToRows);
  const toggleChecked = useCallback(
    (key: string) => {
      setChecked(toggled(checked, key));
      setAnchor(key);
    },
    [checked, setChecked],
  );
  const toggleExpanded = useCallback((key: string) => setExpanded((keys) => toggled(keys, key)), []);
  const changeFilter = useCallback(
    (next: AlertFilter) => {
      setFilter(next);
      setChecked(new Set());
    },
    [setFilter, setChecked],
  );
  const [activeColumn, setActiveColumn] = useState<string>('entity');
  const filterByCell = useCallback(
    (columnId: string, row: AlertRow, relation: CellRelation = 'same') => {
      const next = filteredByCell(filter, columnId, row, context, relation);
      if (next === null) toast({ text: 'This cell holds nothing to filter by.' });
      else changeFilter(next);
    },
    [filter, context, changeFilter, toast],
  );
  const onCell = useCallback((columnId: string, row: AlertRow) => filterByCell(columnId, row), [filterByCell]);
  const selectedRow = rows.find(({ key }) => key === selected);
  const filterBySelected = (relation: CellRelation) =>
    selectedRow === undefined ? null : () => filterByCell(activeColumn, selectedRow, relation);
  const { verdict: _verdict, dayMs: chosenDayMs, ...dayFilter } = filter;
  const days = useRequest('alerts.days', { modelId: model.id, filter: dayFilter }, { keepsPrevious: true }).data;
  const isByDay = sort[0]?.by === 'day';
  const headingOf = useCallback(
    (index: number) => {
      if (!isByDay || days === undefined || chosenDayMs !== undefined) return null;
      const startOf = (at: number): number | null => {
        const opensMs = rows[at]?.opensMs ?? null;
        return opensMs === null ? null : dayStart(days, opensMs);
      };
      const start = startOf(index);
      if (start === null || (index > 0 && startOf(index - 1) === start)) return null;
      const day = days.find(({ dayMs }) => dayMs === start);
      return day === undefined ? null : dayWords(day, formats.caseDay);
    },
    [isByDay, days, chosenDayMs, rows, formats],
  );
  const chooseDay = useCallback(
    (dayMs: number | undefined) => {
      const { dayMs: _former, ...rest } = filter;
      changeFilter(dayMs === undefined ? rest : { ...rest, dayMs });
    },
    [filter, changeFilter],
  );
  const selectMany = async (): Promise<void> => {
    if (anchor !== null && selected !== null && anchor !== selected && order.includes(anchor))
      setChecked(new Set([...checked, ...keysBetween(order, anchor, selected)]));
    else await selectAll();
  };
  const selectAll = async (): Promise<void> => {
    const all = await alerts.loadKeys(MOST_SELECTED);
    if (all === null) return;
    setChecked(new Set(all));
    if ((alerts.list?.total ?? 0) > all.length) {
      toast({ text: `The first ${formatCount(all.length)} are selected: more are not decided at once.` });
    }
  };
  const copy = useCopyText();
  const copyRows = (): void => {
    const columns = arrangedColumns(columnsOf(context), layout).map(({ column }) => column);
    const chosen = checked.size > 0 ? rows.filter(({ key }) => checked.has(key)) : rows;
    const cells = chosen.map((row) => columns.map((column) => column.text(row, context)));
    copy(
      asTabbedText({ headers: columns.map((column) => column.title(context)), rows: cells }),
      `${formatCount(chosen.length)} ${chosen.length === 1 ? 'row' : 'rows'} copied with headers`,
    );
  };

  const detail = useSelectedDetail(model.id, order, selected);
  const selectedDetail = detail.data;
  const copyAlert = useCallback(() => {
    if (selectedDetail !== undefined)
      copy(
        alertAsText(alertTitle(selectedDetail, openCase), selectedDetail, formats.time),
        'The alert is copied as text',
      );
  }, [selectedDetail, openCase, formats, copy]);
  const showTransactions = useCallback((key: string, sequences: readonly number[]) => {
    setExpanded((keys) => new Set([...keys, key]));
    setPointed({ key, sequences });
  }, []);
  const openAlert = useCallback(
    (key: string) => {
      setSelected(key);
      if (!order.includes(key)) changeFilter({ anyOf: [key] });
    },
    [order, changeFilter, setSelected],
  );
  const sameCounterpart = useCallback(() => {
    const column = openCase.counterpart?.column;
    const text = detail.data?.row.counterpart ?? null;
    if (column !== undefined && text !== null) changeFilter({ columns: { [column]: [text] } });
  }, [openCase.counterpart, detail.data, changeFilter]);
  const alike = detail.data?.similar.open;
  const selectAlike = useCallback(() => {
    if (alike === undefined || alike.length === 0) return;
    changeFilter({ anyOf: [...alike] });
    setChecked(new Set(alike));
  }, [alike, changeFilter, setChecked]);
  const narrow = useCallback((part: TransactionFilter) => changeFilter({ ...filter, ...part }), [filter, changeFilter]);
  const shared = detail.data === undefined ? null : sharedVerdict(detail.data.similar.alerts);
  const isDetailOfSelected = detail.data !== undefined && detail.data.row.key === selected;
  const choose = useCallback(
    (sequences: readonly number[]) => setChoice(selected === null ? null : { key: selected, sequences }),
    [selected],
  );
  const { split, join, decide } = decisions;
  const splitChosen = useCallback(() => {
    if (selected !== null) split(selected, chosen);
  }, [split, selected, chosen]);
  const joinChecked = useCallback(() => join([...checked]), [join, checked]);
  const showHistory = useHistory();
  const showAlertHistory = useCallback(() => {
    if (selected !== null) showHistory({ kind: 'alert', key: selected, name: nameOf(selected) });
  }, [showHistory, selected, nameOf]);
  const decision = isDetailOfSelected ? (detail.data?.decision ?? null) : null;
  const extension = extensionOf(decision, decide);
  const refresh = (): void => {
    alerts.reload();
    setExpanded(new Set());
  };

  useCommand('triage.filterSame', filterBySelected('same'));
  useCommand('triage.filterFrom', filterBySelected('from'));
  useCommand('triage.filterUpTo', filterBySelected('upTo'));
  useCommand('triage.next', () => setSelected(neighbour(order, selected, 1)));
  useCommand('triage.previous', () => setSelected(neighbour(order, selected, -1)));
  useCommand('triage.search', () => {
    search.current?.focus();
    search.current?.select();
  });
  useCommand('triage.note', selected === null ? null : () => note.current?.focus());
  useCommand('triage.select', selected === null ? null : () => toggleChecked(selected));
  useCommand('triage.selectRange', order.length === 0 ? null : () => void selectMany());
  useCommand('triage.selectAll', order.length === 0 ? null : () => void selectAll());
  useCommand('triage.clearSelection', checked.size === 0 && chosen.length === 0 ? null : clear);
  useCommand('triage.extend', extension === null || checked.size > 0 || chosen.length > 0 ? null : extension.run);
  useCommand('triage.split', isDetailOfSelected && canSplit(detail.data, chosen) ? splitChosen : null);
  useCommand('triage.join', checked.size > 1 ? joinChecked : null);
  useCommand('triage.history', selected === null ? null : showAlertHistory);
  useCommand('triage.expand', selected === null ? null : () => toggleExpanded(selected));
  useCommand('triage.copy', isDetailOfSelected ? copyAlert : null);
  useCommand('triage.copyRows', rows.length === 0 ? null : copyRows);
  useCommand(
    'triage.same',
    shared === null || !isDetailOfSelected ? null : () => decisions.decide(shared.kind, shared.reason),
  );
  useCommand('triage.alike', isDetailOfSelected && (alike?.length ?? 0) > 0 ? selectAlike : null);
  useCommand(
    'triage.counterpart',
    openCase.counterpart === null || !isDetailOfSelected ? null : () => sameCounterpart(),
  );
  const { save } = useSaveAlerts();
  const saveAs = (format: AlertListFormat) => (save === null ? null : () => save(format, { filter, sort: [...sort] }));
  useCommand('triage.exportCsv', saveAs('csv'));
  useCommand('triage.exportParquet', saveAs('parquet'));
  useCommand('triage.refresh', refresh);
  useCommand(
    'triage.entity',
    !isDetailOfSelected || openCase.alertEntity === null
      ? null
      : () => onEntity({ text: detail.data?.row.entity ?? '', side: 'entity' }),
  );

  return (
    <div className="triage-desk" ref={desk}>
      <SplitPane
        mainLabel="Alerts"
        detailLabel="Selected alert"
        detailPx={detailPx}
        onResize={setDetailPx}
        defaultPx={456}
        minimumPx={340}
        main={
          <div className="triage-main">
            <FilterBar
              modelId={model.id}
              filter={filter}
              onFilter={changeFilter}
              onBelowLine={onBelowLine}
              counts={alerts.list?.counts ?? {}}
              total={alerts.list?.total ?? null}
              transactions={alerts.list?.transactions ?? 0}
              showsMatched={rows.some(
                ({ matched, topSequence }) => matched !== null && matched.sequence !== topSequence,
              )}
              search={search}
              searchKey={useCommandKey('triage.search')}
              onLeaveSearch={toGrid}
              context={context}
              unexplained={alerts.unexplained}
              layout={layout}
              onLayout={setLayout}
              onCopyRows={copyRows}
              copyKey={useCommandKey('triage.copyRows')}
              onSave={saveAs}
              onReload={refresh}
              reloadKey={useCommandKey('triage.refresh')}
            />
            <DayLine
              days={days ?? []}
              chosenMs={chosenDayMs}
              isByDay={isByDay}
              onDay={chooseDay}
              onByDay={() => setSort(isByDay ? FIRST_SORT : SORT_BY_DAY)}
            />
            <BulkLine
              rows={rows}
              checked={checked}
              onJoin={joinChecked}
              joinKey={useCommandKey('triage.join')}
              onClear={clear}
            />
            {alerts.error !== null ? (
              <ErrorState
                title="The alerts could not be read"
                error={alerts.error}
                whatIsSafe="All verdicts and notes are in the case."
                onRetry={alerts.reload}
              />
            ) : alerts.list !== null && rows.length === 0 ? (
              <NoAlerts filter={filter} flagged={model.flagged} onAll={() => changeFilter({})} />
            ) : (
              <AlertGrid
                modelId={model.id}
                rows={rows}
                total={alerts.list?.total ?? 0}
                context={context}
                layout={fittedLayout}
                onLayout={setLayout}
                sort={sort}
                onSort={setSort}
                selected={selected}
                onSelect={setSelected}
                checked={checked}
                onCheck={toggleChecked}
                onCheckAll={() => (checked.size > 0 ? clear() : void selectAll())}
                expanded={expanded}
                onExpand={toggleExpanded}
                pointed={pointed}
                activeColumn={activeColumn}
                onActiveColumn={setActiveColumn}
                onCell={onCell}
                headingOf={headingOf}
                rowHeight={settings.density === 'dense' ? 28 : 36}
                position={position}
                onPosition={keepPosition}
                onNearEnd={alerts.loadMore}
              />
            )}
          </div>
        }
        detail={
          <div className="triage-detail">
            <div className="triage-story">
              {detail.error !== null && (
                <ErrorState title="The alert could not be read" error={detail.error} onRetry={detail.refetch} />
              )}
              {detail.data !== undefined && selected !== null && (
                <DetailPane
                  modelId={model.id}
                  detail={detail.data}
                  openCase={openCase}
                  onCopy={copyAlert}
                  onShowTransactions={showTransactions}
                  onOpenAlert={openAlert}
                  onOpenEntity={onEntity}
                  onSameCounterpart={sameCounterpart}
                  onAlike={selectAlike}
                  onFilter={narrow}
                  onHistory={showAlertHistory}
                  chosen={chosen}
                  onChoose={choose}
                  onSplit={splitChosen}
                />
              )}
            </div>
            {selected !== null && (
              <AlertActions
                modelId={model.id}
                alertKey={selected}
                note={note}
                decisions={decisions}
                checked={checked.size}
                chosen={chosen.length}
                extension={extension}
                closing={closing}
                onClosing={setClosing}
                lastEventMs={openCase.lastEventMs}
                onSuppressed={alerts.reload}
                onLeave={toGrid}
              />
            )}
          </div>
        }
      />
    </div>
  );
}

/** Columns of the recording that the list has none of its own for. */
function useStoredColumns({ alertEntity, counterpart }: CaseOverview): readonly StoredColumn[] {
  const profile = useRequest('profile.read', {}).data;
  return useUnchanged(
    (profile?.columns ?? []).filter(
      ({ name, kind, role }) =>
        kind !== 'text' && !ownRoles.has(role) && name !== alertEntity?.column && name !== counterpart?.column,
    ),
  );
}

/** The same object as long as what it says is the same: the engine tells of a case anew after every verdict. */
function useUnchanged<T>(value: T): T {
  const written = JSON.stringify(value);
  return useMemo(() => JSON.parse(written) as T, [written]);
}

function NoAlerts({
  filter,
  flagged,
  onAll,
}: {
  readonly filter: AlertFilter;
  readonly flagged: number;
  readonly onAll: () => void;
}): ReactNode {
  if (Object.keys(filter).length === 0) {
    return (
      <EmptyState title="Nothing is flagged">
        {flagged === 0 ? 'The line is above every score. Lower it in Tuning.' : 'Read the list anew.'}
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No alert passes the filter" actions={<Button onClick={onAll}>Show all alerts</Button>}>
      {filter.verdict?.includes('none') === true && Object.keys(filter).length === 1
        ? 'Every alert is decided.'
        : 'Take a condition away, or look for something else.'}
    </EmptyState>
  );
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** From the threshold to the highest score of the list: what the bars beside the scores span. */
function scoreSpan(scores: readonly number[], threshold: number): { readonly low: number; readonly high: number } {
  return {
    low: Math.min(threshold, ...scores.slice(-1)),
    high: scores.reduce((most, score) => Math.max(most, score), threshold),
  };
}

function isSort(value: unknown): value is readonly AlertSort[] {
  return Array.isArray(value) && value.length > 0;
}
