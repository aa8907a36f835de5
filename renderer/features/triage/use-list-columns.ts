import { useMemo } from 'react';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { useFormats, useWindowState } from '../../data/app-state.tsx';
import { useRequest } from '../../data/requests.ts';
import { columnsOf, storedColumnId, type ColumnContext, type StoredColumn } from './alert-columns.tsx';
import { fitted, isColumnLayout, isShown, type ColumnLayout } from './column-layout.ts';

const FIRST_LAYOUT: ColumnLayout = { order: [], widths: {}, hidden: ['topId'], frozen: 1 };
/** Columns that the list shows under names of its own. */
const ownRoles: ReadonlySet<string> = new Set(['id', 'event_time', 'amount', 'ignored']);
/** Rows whose ids tell how wide their columns are. */
const FITTED_ROWS = 100;
/** Columns of ids, whose length differs from case to case. */
const fittedColumns: ReadonlySet<string> = new Set(['entity', 'counterpart']);

/** How the columns of the list are laid out, and which of the recording's are shown, so that their cells are read. */
export function useColumnLayout(openCase: CaseOverview) {
  const [layout, setLayout] = useWindowState('triage.columns', FIRST_LAYOUT, isColumnLayout);
  const stored = useStoredColumns(openCase);
  const cellColumns = useMemo(
    () =>
      stored
        .filter(({ name }) => isShown({ id: storedColumnId(name), isOptional: true }, layout))
        .map(({ name }) => name),
    [stored, layout],
  );
  return { layout, setLayout, stored, cellColumns };
}

/** What the columns of the list need to draw these rows, and their layout fitted to the ids in them. */
export function useListColumns(
  openCase: CaseOverview,
  model: ModelListItem,
  { layout, stored }: Pick<ReturnType<typeof useColumnLayout>, 'layout' | 'stored'>,
  rows: readonly AlertRow[],
  cellColumns: readonly string[] | undefined,
): { readonly context: ColumnContext; readonly fittedLayout: ColumnLayout } {
  const formats = useFormats();
  const { low, high } = useMemo(
    () =>
      scoreSpan(
        rows.map(({ score }) => score),
        model.threshold,
      ),
    [rows, model.threshold],
  );
  const roles = useUnchanged({ alertEntity: openCase.alertEntity, counterpart: openCase.counterpart });
  const hasThemes = model.themes.length > 0;
  const showsThemes = hasThemes && isShown({ id: 'theme' }, layout);
  // A new context draws every row again: nothing is in it that a verdict changes.
  const context = useMemo(
    () => ({
      ...{ formats, openCase: roles, scores: { low, high }, hasThemes, showsThemes, stored },
      cellColumns: cellColumns ?? [],
    }),
    [formats, roles, low, high, hasThemes, showsThemes, stored, cellColumns],
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
  return { context, fittedLayout: useUnchanged(fittedToRows) };
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

/** From the threshold to the highest score of the list: what the bars beside the scores span. */
function scoreSpan(scores: readonly number[], threshold: number): { readonly low: number; readonly high: number } {
  return {
    low: Math.min(threshold, ...scores.slice(-1)),
    high: scores.reduce((most, score) => Math.max(most, score), threshold),
  };
}
