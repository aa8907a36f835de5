import { useCallback, useMemo, type ReactNode } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { CellGrid } from '../../charts/cell-grid.tsx';
import { ChartFrame, type ChartTable } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { DensityMap, LEAST_COUNT_FOR_SHARE, type DensityRange } from '../../charts/density-map.tsx';
import { axisNumber } from '../../charts/numbers.ts';
import { shadeOf } from '../../charts/shades.ts';
import { useFormats } from '../../data/app-state.tsx';
import { formatCount, formatPercent, formatScore, withoutTimeWords } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { ErrorState } from '../../ui/states.tsx';
import { filterOfRange } from './explore-filter.ts';

type Density = RequestOutput<'explore.scoreOverTime'>;

const DENSITY_HEIGHT = 220;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

export interface OverviewProps {
  readonly model: ModelListItem;
  readonly filter: TransactionFilter;
  readonly onFilter: (filter: TransactionFilter) => void;
  /** The transactions of the selection, beside the pictures. */
  readonly rows: ReactNode;
}

/** All transactions at a glance, in bins. What is brushed in one picture filters the others. */
export function Overview({ model, filter, onFilter, rows }: OverviewProps): ReactNode {
  const formats = useFormats();
  // The map that is brushed shows everything, so that a selection can be moved; the others follow it.
  const amounts = useRequest('explore.amountOverTime', { modelId: model.id });
  const scores = useRequest('explore.scoreOverTime', { modelId: model.id, filter }, { keepsPrevious: true });
  const day = useCallback((timeMs: number) => formats.day(timeMs).slice(0, -5), [formats]);
  const onBrush = useCallback(
    (range: DensityRange | null) => {
      if (amounts.data !== undefined) onFilter(filterOfRange(range, amounts.data.xEdges, amounts.data.yEdges));
    },
    [amounts.data, onFilter],
  );
  const range = useMemo(() => rangeOf(filter, amounts.data), [filter, amounts.data]);
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
        hint={hintOf('share flagged; drag to select', amounts.data)}
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
            onBrush={onBrush}
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
      <HourByWeekday model={model} filter={filter} />
      {rows}
    </div>
  );
}

/** Which hours of the week have a larger share of flags than the rest. */
function HourByWeekday({ model, filter }: Pick<OverviewProps, 'model' | 'filter'>): ReactNode {
  const { timeZone } = useFormats();
  const hours = useRequest('explore.hourByWeekday', { modelId: model.id, filter }, { keepsPrevious: true });
  const counts = hours.data?.counts;
  const flagged = hours.data?.flagged;
  const view = useMemo(() => {
    const share = (cell: number): number =>
      (counts?.[cell] ?? 0) === 0 ? 0 : (flagged?.[cell] ?? 0) / (counts?.[cell] ?? 1);
    const shares = Float64Array.from({ length: 168 }, (_, cell) => share(cell));
    const most = shares.reduce((top, value) => Math.max(top, value), 0);
    const busiest = (counts ?? new Uint32Array(168)).reduce((top, value) => Math.max(top, value), 0);
    const peak = shares.indexOf(most);
    // Flags are shaded by their share; hours without any by how busy they are, faintly.
    const shades = shares.map((value, cell) =>
      value > 0 ? 0.15 + 0.85 * (value / most) : 0.6 * shadeOf(counts?.[cell] ?? 0, busiest),
    );
    return { shares, shades, most, peak };
  }, [counts, flagged]);
  const isFlagged = useCallback((cell: number) => view.shares[cell] > 0, [view]);
  const words = useCallback(
    (cell: number) =>
      `${WEEKDAYS[Math.floor(cell / 24)]} ${HOURS[cell % 24]}:00\n${formatCount(flagged?.[cell])} of ${formatCount(counts?.[cell])} flagged, ${formatPercent(view.shares[cell])}`,
    [view, counts, flagged],
  );
  return (
    <ChartFrame
      question="At which hours of the week?"
      hint={hintOf(`share flagged, ${timeZone}`, hours.data)}
      height={190}
      answer={
        view.most > 0
          ? `Highest on ${WEEKDAYS[Math.floor(view.peak / 24)]} at ${HOURS[view.peak % 24]}:00, ${formatPercent(view.most)} flagged`
          : 'Nothing is flagged here'
      }
      table={() => ({
        columns: [{ name: 'Hour', isNumber: false }, ...WEEKDAYS.map((name) => ({ name, isNumber: true }))],
        rows: HOURS.map((hour, at) => [
          `${hour}:00`,
          ...WEEKDAYS.map((_, weekday) => {
            const cell = weekday * 24 + at;
            return `${formatCount(flagged?.[cell])} of ${formatCount(counts?.[cell])}`;
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
  if (density === undefined || Object.keys(filter).length === 0) return null;
  const { xEdges, yEdges } = density;
  return {
    x: [filter.fromMs ?? xEdges[0], filter.toMs ?? xEdges[xEdges.length - 1]],
    y: [filter.minimumAmount ?? yEdges[0], filter.maximumAmount ?? yEdges[yEdges.length - 1]],
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
