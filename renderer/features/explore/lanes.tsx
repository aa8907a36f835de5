import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { CellGrid } from '../../charts/cell-grid.tsx';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { useCase, useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatScore, withoutTimeWords } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';

const LANES = 24;
const LANE_HEIGHT = 22;

export interface LanesProps {
  readonly model: ModelListItem;
  readonly filter: TransactionFilter;
  readonly onEntity: (entity: string) => void;
}

/** Entities by day: the highest score of each day, entities with the most flags first, a page at a time. */
export function Lanes({ model, filter, onEntity }: LanesProps): ReactNode {
  const formats = useFormats();
  const role = useCase()?.alertEntity?.role ?? null;
  const [pages, setPages] = useState<readonly number[]>([]);
  const [search, setSearch] = useState('');
  const after = pages.at(-1);
  const page = useRequest(
    'explore.lanes',
    {
      modelId: model.id,
      filter,
      limit: LANES,
      ...(search.trim() === '' ? {} : { search: search.trim() }),
      ...(after === undefined ? {} : { after }),
    },
    { isEnabled: role !== null, keepsPrevious: true, isOnlyWhileShown: true },
  );
  const days = useMemo(
    () => (page.data?.dayStartsMs ?? []).map((day) => formats.caseDay(day).slice(0, -5)),
    [page.data, formats],
  );
  const lanes = useMemo(() => page.data?.lanes ?? [], [page.data]);
  const names = useMemo(() => lanes.map(({ entity }) => entity), [lanes]);
  const scores = useMemo(() => {
    const cells = new Float64Array(lanes.length * days.length).fill(Number.NaN);
    for (const [lane, { maximumScore }] of lanes.entries())
      cells.set(maximumScore.subarray(0, days.length), lane * days.length);
    return cells;
  }, [lanes, days.length]);
  const shades = useMemo(() => laneShades(scores, model.threshold), [scores, model.threshold]);
  const isFlagged = useCallback((cell: number) => scores[cell] >= model.threshold, [scores, model.threshold]);
  const words = useCallback(
    (cell: number) => {
      const lane = lanes[Math.floor(cell / days.length)];
      return `${lane.entity}, ${days[cell % days.length]}\nhighest score ${formatScore(scores[cell])}`;
    },
    [lanes, days, scores],
  );
  const onPick = useCallback(
    (cell: number) => onEntity(names[Math.floor(cell / days.length)]),
    [names, days.length, onEntity],
  );

  if (role === null) {
    return (
      <EmptyState title="No entity to follow">
        Lanes need a card, customer or account column. Give one its role in Sources.
      </EmptyState>
    );
  }
  if (page.error !== null)
    return <ErrorState title="The lanes could not be made" error={page.error} onRetry={page.refetch} />;
  const first = pages.length * LANES + 1;
  return (
    <ChartFrame
      question={`Which ${role}s stand out, and on which days?`}
      hint={['by its highest score; click to open', withoutTimeWords(page.data?.withoutTime)]
        .filter((part) => part !== '')
        .join('; ')}
      height={LANES * LANE_HEIGHT}
      tools={
        <>
          <Field
            label="Find"
            layout="row"
            value={search}
            onChange={(text) => {
              setSearch(text);
              setPages([]);
            }}
          />
          <span className="soft tabular nowrap" role="status">
            {lanes.length === 0
              ? 'none'
              : `${formatCount(first)} to ${formatCount(first + lanes.length - 1)} of ${formatCounted(page.data?.total ?? 0, `flagged ${role}`)}`}
          </span>
          <Button tone="quiet" disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
            Previous
          </Button>
          <Button
            tone="quiet"
            disabled={page.data?.next == null}
            onClick={() => page.data?.next != null && setPages([...pages, page.data.next])}
          >
            Next
          </Button>
        </>
      }
      answer={
        <ChartKeys
          entries={[
            { words: 'flagged that day, darker the higher its score', colour: 'flag', shape: 'square' },
            { words: 'not flagged', colour: 'mass', shape: 'square' },
            { words: 'empty: no transaction', colour: 'line', shape: 'square' },
          ]}
        />
      }
      table={() => ({
        columns: [
          { name: role, isNumber: false },
          { name: 'Flagged', isNumber: true },
          { name: 'Highest score', isNumber: true },
          { name: 'on', isNumber: false },
        ],
        rows: lanes.map(({ entity, flagged, maximumScore }) => {
          const best = maximumScore.reduce((at, score, day) => (score > (maximumScore[at] ?? -1) ? day : at), -1);
          return [entity, formatCount(flagged), formatScore(maximumScore[best]), days[best] ?? ''];
        }),
      })}
    >
      <CellGrid
        columns={days}
        rows={names}
        shades={shades}
        isFlagged={isFlagged}
        words={words}
        rowHeight={LANE_HEIGHT}
        leftPixels={Math.min(150, 24 + 7 * names.reduce((longest, name) => Math.max(longest, name.length), 4))}
        onPick={onPick}
      />
    </ChartFrame>
  );
}

/** Flagged days are dark, by how far they are over the threshold; other days with transactions are faint. */
function laneShades(scores: Float64Array, threshold: number): Float64Array {
  const highest = scores.reduce((most, score) => (score > most ? score : most), threshold);
  return scores.map((score) => {
    if (Number.isNaN(score)) return 0;
    if (score < threshold) return 0.18 + 0.5 * Math.max(0, (score - 0.35) / Math.max(0.01, threshold - 0.35));
    return highest > threshold ? 0.45 + (0.55 * (score - threshold)) / (highest - threshold) : 1;
  });
}
