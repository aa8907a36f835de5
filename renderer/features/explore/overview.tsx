import { useCallback, useMemo, type ReactNode } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TileView, TransactionFilter } from '../../../preload/contract/transactions.ts';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { CellGrid } from '../../charts/cell-grid.tsx';
import { ChartFrame, type ChartTable } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { DensityMap, LEAST_COUNT_FOR_SHARE, type DensityRange } from '../../charts/density-map.tsx';
import { axisNumber } from '../../charts/numbers.ts';
import { binPosition } from '../../charts/scale.ts';
import { shadeOf } from '../../charts/shades.ts';
import { useCase, useFormats } from '../../data/app-state.tsx';
import { formatCount, formatPercent, formatScore, withoutTimeWords } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { ErrorState } from '../../ui/states.tsx';
import { besideBrush, cellsOfFilter, filterOfCells, type CellRange } from './brushed.ts';
import { ColumnCards } from './column-cards.tsx';
import { useTile, type Selection } from './use-tile.ts';

type Density = RequestOutput<'explore.scoreOverTime'>;

const DENSITY_HEIGHT = 220;
/** Of an hour with flags and too few transactions for a share. */
const SHADE_OF_FEW = 0.15;
const hoursOfWeek: TileView = { kind: 'hourOfWeek' };
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

export interface OverviewProps {
  readonly model: ModelListItem;
  /** As it is kept, and as it is while a brush is dragged. */
  readonly filter: TransactionFilter;
  readonly shown: TransactionFilter;
  readonly onBrush: (filter: TransactionFilter, isDone: boolean) => void;
  readonly onFilter: (filter: TransactionFilter) => void;
  /** What lies within the selection, beside the pictures. */
  readonly children: ReactNode;
}

/** All transactions at a glance, in bins. A brush over one picture filters all others, while it is dragged. */
export function Overview({ model, filter, shown, onBrush, onFilter, children }: OverviewProps): ReactNode {
  const formats = useFormats();
  const hasTimes = useCase()?.firstEventMs != null;
  const beside = besideBrush(shown);
  // The map that is brushed shows everything else, so that a selection can be moved; the others follow it.
  const amounts = useRequest('explore.amountOverTime', { modelId: model.id, filter: beside }, { keepsPrevious: true });
  const scores = useRequest(
    'explore.scoreOverTime',
    { modelId: model.id, filter: shown },
    { keepsPrevious: true, isOnlyWhileShown: true },
  );
  const day = useCallback((timeMs: number) => formats.day(timeMs).slice(0, -5), [formats]);
  const onBrushed = useCallback(
    (range: CellRange | null, isDone: boolean) => {
      if (amounts.data === undefined) return;
      const { xEdges, yEdges } = amounts.data;
      // Without times the map is laid out by the order of the rows, which is no condition.
      const cells = range === null || hasTimes ? range : { ...range, x: [0, xEdges.length - 1] as const };
      onBrush({ ...besideBrush(shown), ...filterOfCells(cells, xEdges, yEdges) }, isDone);
    },
    [amounts.data, hasTimes, shown, onBrush],
  );
  const selection = useMemo<Selection>(
    () => ({
      modelId: model.id,
      filter,
      shown,
      cells: amounts.data === undefined ? undefined : cellsOfFilter(shown, amounts.data.xEdges, amounts.data.yEdges),
    }),
    [model.id, filter, shown, amounts.data],
  );
  const range = useMemo(() => rangeOf(shown, amounts.data), [shown, amounts.data]);
  const keys = (
    <ChartKeys
      entries={[
        { words: 'none flagged', colour: 'accent', shape: 'square' },
        { words: 'all flagged', colour: 'flag', shape: 'square' },
        { words: `flagged, of fewer than ${LEAST_COUNT_FOR_SHARE}`, colour: 'flag', shape: 'circle' },
      ]}
    />
  );
  const error = amounts.error ?? scores.error;
  if (error !== null)
    return <ErrorState title="The pictures could not be made" error={error} onRetry={scores.refetch} />;

  return (
    <div className="explore-overview">
      <ChartFrame
        question="Which amounts are flagged, and when?"
        hint={hintOf('share flagged; drag to select, drag the selection to move it', amounts.data)}
        answer={keys}
        height={DENSITY_HEIGHT}
        table={() => densityTable(amounts.data, 'Amount', formats.day, axisNumber)}
      >
        {amounts.data === undefined ? (
          <Waiting height={DENSITY_HEIGHT} />
        ) : (
          <DensityMap
            {...amounts.data}
            xWords={day}
            yWords={axisNumber}
            height={DENSITY_HEIGHT}
            range={range}
            onBrush={onBrushed}
          />
        )}
      </ChartFrame>
      <ChartFrame
        question="How do scores move over time?"
        hint={hintOf(`share flagged; line: threshold ${formatScore(model.threshold)}`, scores.data)}
        answer={keys}
        height={DENSITY_HEIGHT}
        table={() => densityTable(scores.data, 'Score', formats.day, formatScore)}
      >
        {scores.data === undefined ? (
          <Waiting height={DENSITY_HEIGHT} />
        ) : (
          <DensityMap
            {...scores.data}
            xWords={day}
            yWords={shortScore}
            line={model.threshold}
            height={DENSITY_HEIGHT}
          />
        )}
      </ChartFrame>
      <HourByWeekday selection={selection} scores={scores.data} />
      {children}
      <ColumnCards selection={selection} onFilter={onFilter} />
    </div>
  );
}

/** Which hours of the week have a larger share of flags than the rest. */
function HourByWeekday({
  selection,
  scores,
}: {
  readonly selection: Selection;
  /** Of the same selection: says what has no time. */
  readonly scores: Density | undefined;
}): ReactNode {
  const { timeZone } = useFormats();
  const { tile, counts, flagged } = useTile(selection, hoursOfWeek);
  const view = useMemo(() => {
    const hasShare = (cell: number): boolean => counts[cell] >= LEAST_COUNT_FOR_SHARE;
    const shares = Float64Array.from({ length: 168 }, (_, cell) => (hasShare(cell) ? flagged[cell] / counts[cell] : 0));
    const most = shares.reduce((top, value) => Math.max(top, value), 0);
    const busiest = counts.reduce((top, value) => Math.max(top, value), 0);
    const peak = shares.indexOf(most);
    // By the share of flags where there are enough for one; hours without any by how busy they are, faintly.
    const shades = shares.map((value, cell) => {
      if (value > 0) return 0.15 + 0.85 * (value / most);
      return flagged[cell] > 0 ? SHADE_OF_FEW : 0.6 * shadeOf(counts[cell] ?? 0, busiest);
    });
    return { shares, shades, most, peak };
  }, [counts, flagged]);
  const isFlagged = useCallback((cell: number) => flagged[cell] > 0, [flagged]);
  const words = useCallback(
    (cell: number) =>
      `${WEEKDAYS[Math.floor(cell / 24)]} ${HOURS[cell % 24]}:00\n${formatCount(flagged[cell])} of ${formatCount(counts[cell])} flagged${counts[cell] < LEAST_COUNT_FOR_SHARE ? '' : `, ${formatPercent(view.shares[cell])}`}`,
    [view, counts, flagged],
  );
  return (
    <ChartFrame
      question="At which hours of the week?"
      hint={hintOf(`share flagged, ${timeZone}`, scores)}
      height={190}
      answer={
        tile === undefined
          ? 'Counting'
          : view.most > 0
            ? `Highest on ${WEEKDAYS[Math.floor(view.peak / 24)]} at ${HOURS[view.peak % 24]}:00, ${formatPercent(view.most)} flagged`
            : `No hour has a flag and ${LEAST_COUNT_FOR_SHARE} transactions`
      }
      table={() => ({
        columns: [{ name: 'Hour', isNumber: false }, ...WEEKDAYS.map((name) => ({ name, isNumber: true }))],
        rows: HOURS.map((hour, at) => [
          `${hour}:00`,
          ...WEEKDAYS.map((_, weekday) => {
            const cell = weekday * 24 + at;
            return `${formatCount(flagged[cell])} of ${formatCount(counts[cell])}`;
          }),
        ]),
      })}
    >
      <CellGrid
        columns={HOURS}
        rows={WEEKDAYS}
        shades={view.shades}
        isFlagged={isFlagged}
        words={words}
        rowHeight={23}
        leftPixels={50}
      />
    </ChartFrame>
  );
}

/** A hint, and how many transactions the picture leaves out because they have no time. */
function hintOf(hint: string, answer: { readonly withoutTime: number } | undefined): string {
  return [hint, withoutTimeWords(answer?.withoutTime)].filter((part) => part !== '').join('; ');
}

function Waiting({ height }: { readonly height: number }): ReactNode {
  return (
    <p className="soft explore-waiting" role="status" style={{ height }}>
      Counting
    </p>
  );
}

function shortScore(score: number): string {
  return score.toFixed(2);
}

/** The brushed area that a filter stands for; open ends reach to the end of the axis. */
function rangeOf(filter: TransactionFilter, density: Density | undefined): DensityRange | null {
  const { fromMs, toMs, minimumAmount, maximumAmount } = filter;
  const isBrushed = [fromMs, toMs, minimumAmount, maximumAmount].some((end) => end !== undefined);
  if (density === undefined || !isBrushed || density.yEdges.length === 0) return null;
  const placeOf = (value: number | undefined, edges: Float64Array, open: number): number =>
    value === undefined ? open : binPosition(value, edges);
  const { xEdges, yEdges } = density;
  return {
    x: [placeOf(fromMs, xEdges, 0), placeOf(toMs, xEdges, xEdges.length - 1)],
    y: [placeOf(minimumAmount, yEdges, 0), placeOf(maximumAmount, yEdges, yEdges.length - 1)],
  };
}

const MOST_TABLE_ROWS = 500;

/** The fullest bins of a density as a table. */
function densityTable(
  density: Density | undefined,
  yName: string,
  xWords: (value: number) => string,
  yWords: (value: number) => string,
): ChartTable {
  const columns = [
    { name: 'From', isNumber: false },
    { name: `${yName} from`, isNumber: true },
    { name: 'to', isNumber: true },
    { name: 'Transactions', isNumber: true },
    { name: 'Flagged', isNumber: true },
  ];
  if (density === undefined) return { columns, rows: [] };
  const { xEdges, yEdges, counts, flaggedCounts } = density;
  const width = xEdges.length - 1;
  const rows = Array.from(counts, (_, cell) => cell)
    .filter((cell) => counts[cell] > 0)
    .toSorted((first, second) => flaggedCounts[second] - flaggedCounts[first] || counts[second] - counts[first])
    .slice(0, MOST_TABLE_ROWS)
    .map((cell) => {
      const y = Math.floor(cell / width);
      return [
        xWords(xEdges[cell % width]),
        yWords(yEdges[y]),
        yWords(yEdges[y + 1]),
        formatCount(counts[cell]),
        formatCount(flaggedCounts[cell]),
      ];
    });
  return { columns, rows };
}
