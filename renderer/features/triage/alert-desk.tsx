import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useSaveAlerts } from '../../app/save-alerts.ts';
import type { AlertFilter, AlertSort } from '../../../preload/contract/alert-choice.ts';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { AlertListFormat } from '../../../preload/contract/exports.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { isTextOrNull, useCaseState, useSettings, useStateStore } from '../../data/app-state.tsx';
import { formatCount } from '../../data/format.ts';
import { useAlertFilter } from '../../data/use-transaction-filter.ts';
import { Button } from '../../ui/button.tsx';
import { asTabbedText } from '../../ui/copy-table.ts';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { AlertActions } from './alert-actions.tsx';
import { columnsOf } from './alert-columns.tsx';
import { AlertGrid } from './alert-grid.tsx';
import { AlertStory } from './alert-story.tsx';
import { BulkLine } from './bulk-line.tsx';
import { filteredByCell, type CellRelation } from './cell-filter.ts';
import { useCheckedAlerts } from './checked-alerts.ts';
import { closedUntil, REOPENS, type Closing } from './closing.ts';
import { arrangedColumns } from './column-layout.ts';
import { DayLine } from './day-line.tsx';
import { DeskSplit } from './desk-split.tsx';
import type { EntityRef } from './entity-stack.ts';
import type { PointedTransactions } from './expanded-alert.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isListPosition, type ListPosition } from './list-position.ts';
import { keysBetween } from './next-selection.ts';
import { useAlerts } from './use-alerts.ts';
import { useColumnLayout, useListColumns } from './use-list-columns.ts';
import { useCopyText } from './use-copy-text.ts';
import { useDayHeadings } from './use-day-headings.ts';
import { useDecisions } from './use-decisions.ts';
import { useSelectedAlert } from './use-selected-alert.ts';

/** Which alerts are listed, or the sample below the line in their place. */
export type ListChoice = AlertFilter & { readonly belowLine?: boolean };

export const FIRST_FILTER: AlertFilter = { verdict: ['none'] };
const FIRST_SORT: readonly AlertSort[] = [{ by: 'score', descending: true }];
const SORT_BY_DAY: readonly AlertSort[] = [{ by: 'day', descending: true }, ...FIRST_SORT];
/** Most alerts that one bulk decision may take, as the engine takes them. */
const MOST_SELECTED = 5000;
const NOTHING_CHOSEN: readonly number[] = [];

/** The list of alerts with its filters, and the selected alert beside it. */
export function AlertDesk({
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
  const toast = useToast();
  const [settings] = useSettings();
  const [filter, setFilter] = useAlertFilter(FIRST_FILTER);
  const [sort, setSort] = useCaseState<readonly AlertSort[]>('triage.sort', FIRST_SORT, isSort);
  const [kept, setSelected] = useCaseState<string | null>('triage.selected', null, isTextOrNull);
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
  const columns = useColumnLayout(openCase);
  const { layout, setLayout } = columns;
  const { alertGap, alertEntity, exploredShare } = openCase;
  const makings = `${alertGap} ${alertEntity?.column ?? ''} ${exploredShare}`;
  const alerts = useAlerts(
    model.id,
    model.thresholdUnits,
    makings,
    filter,
    sort,
    columns.cellColumns,
    position?.rows ?? 0,
  );
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

  const { context, fittedLayout } = useListColumns(openCase, model, columns, rows, alerts.list?.columns);
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
  const isByDay = sort[0]?.by === 'day';
  const { days, chosenMs, headingOf } = useDayHeadings(model.id, filter, rows, isByDay);
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
    const shown = arrangedColumns(columnsOf(context), layout).map(({ column }) => column);
    const copied = checked.size > 0 ? rows.filter(({ key }) => checked.has(key)) : rows;
    const cells = copied.map((row) => shown.map((column) => column.text(row, context)));
    copy(
      asTabbedText({ headers: shown.map((column) => column.title(context)), rows: cells }),
      `${formatCount(copied.length)} ${copied.length === 1 ? 'row' : 'rows'} copied with headers`,
    );
  };

  const alert = useSelectedAlert({
    modelId: model.id,
    openCase,
    order,
    selected,
    checked: checked.size,
    chosen,
    decisions,
    note,
    nameOf,
    onSelect: setSelected,
  });
  const { current } = alert;
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
    const text = current?.row.counterpart ?? null;
    if (column !== undefined && text !== null) changeFilter({ columns: { [column]: [text] } });
  }, [openCase.counterpart, current, changeFilter]);
  const alike = current?.similar.open;
  const selectAlike = useCallback(() => {
    if (alike === undefined || alike.length === 0) return;
    changeFilter({ anyOf: [...alike] });
    setChecked(new Set(alike));
  }, [alike, changeFilter, setChecked]);
  const narrow = useCallback((part: TransactionFilter) => changeFilter({ ...filter, ...part }), [filter, changeFilter]);
  const choose = useCallback(
    (sequences: readonly number[]) => setChoice(selected === null ? null : { key: selected, sequences }),
    [selected],
  );
  const { join } = decisions;
  const joinChecked = useCallback(() => join([...checked]), [join, checked]);
  const refresh = (): void => {
    alerts.reload();
    setExpanded(new Set());
  };

  useCommand('triage.filterSame', filterBySelected('same'));
  useCommand('triage.filterFrom', filterBySelected('from'));
  useCommand('triage.filterUpTo', filterBySelected('upTo'));
  useCommand('triage.search', () => {
    search.current?.focus();
    search.current?.select();
  });
  useCommand('triage.note', selected === null ? null : () => note.current?.focus());
  useCommand('triage.select', selected === null ? null : () => toggleChecked(selected));
  useCommand('triage.selectRange', order.length === 0 ? null : () => void selectMany());
  useCommand('triage.selectAll', order.length === 0 ? null : () => void selectAll());
  useCommand('triage.clearSelection', checked.size === 0 && chosen.length === 0 ? null : clear);
  useCommand('triage.join', checked.size > 1 ? joinChecked : null);
  useCommand('triage.expand', selected === null ? null : () => toggleExpanded(selected));
  useCommand('triage.copyRows', rows.length === 0 ? null : copyRows);
  useCommand('triage.alike', (alike?.length ?? 0) > 0 ? selectAlike : null);
  useCommand('triage.counterpart', openCase.counterpart === null || current === null ? null : () => sameCounterpart());
  const { save } = useSaveAlerts();
  const saveAs = (format: AlertListFormat) => (save === null ? null : () => save(format, { filter, sort: [...sort] }));
  useCommand('triage.exportCsv', saveAs('csv'));
  useCommand('triage.exportParquet', saveAs('parquet'));
  useCommand('triage.refresh', refresh);
  useCommand(
    'triage.entity',
    current === null || openCase.alertEntity === null
      ? null
      : () => onEntity({ text: current.row.entity, side: 'entity' }),
  );

  return (
    <DeskSplit
      desk={desk}
      mainLabel="Alerts"
      detailLabel="Selected alert"
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
            showsMatched={rows.some(({ matched, topSequence }) => matched !== null && matched.sequence !== topSequence)}
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
            days={days}
            chosenMs={chosenMs}
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
      story={
        <AlertStory
          alert={alert}
          isShown={selected !== null}
          onShowTransactions={showTransactions}
          onOpenAlert={openAlert}
          onOpenEntity={onEntity}
          onSameCounterpart={sameCounterpart}
          onAlike={selectAlike}
          onFilter={narrow}
          onChoose={choose}
        />
      }
      actions={
        selected !== null && (
          <AlertActions
            alert={alert}
            alertKey={selected}
            checked={checked.size}
            closing={closing}
            onClosing={setClosing}
            onSuppressed={alerts.reload}
            onLeave={toGrid}
          />
        )
      }
    />
  );
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

function isSort(value: unknown): value is readonly AlertSort[] {
  return Array.isArray(value) && value.length > 0;
}
