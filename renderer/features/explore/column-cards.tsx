import { useMemo, type ReactNode } from 'react';
import type { ColumnReport } from '../../../preload/contract/recordings.ts';
import type { TileView, TransactionFilter } from '../../../preload/contract/transactions.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { FeatureDistribution } from '../../charts/feature-distribution.tsx';
import { axisNumber } from '../../charts/numbers.ts';
import { formatCount, formatPercent, formatScore } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { OnScreen } from '../../ui/on-screen.tsx';
import { CategoryBars } from './category-bars.tsx';
import { useTile, type Selection } from './use-tile.ts';

const CARD_HEIGHT = 188;
const CHART_HEIGHT = 130;
const notShown: ReadonlySet<ColumnReport['role']> = new Set(['id', 'event_time', 'amount', 'label', 'ignored']);

/** Of which there are so many that few payments share one: shown last. */
const entities: ReadonlySet<ColumnReport['role']> = new Set(['customer', 'card', 'account', 'terminal', 'merchant']);

export interface ColumnCardsProps {
  readonly selection: Selection;
  readonly onFilter: (filter: TransactionFilter) => void;
}

/** The score and every column under the brush. Only what is on the screen is asked for, so that a thousand columns cost nothing. */
export function ColumnCards({ selection, onFilter }: ColumnCardsProps): ReactNode {
  const profile = useRequest('profile.read', {});
  const columns = useMemo(
    () =>
      (profile.data?.columns ?? [])
        .filter(({ kind, role }) => (kind === 'category' || kind === 'number') && !notShown.has(role))
        .toSorted((first, second) => Number(entities.has(first.role)) - Number(entities.has(second.role))),
    [profile.data],
  );
  return (
    <section className="explore-columns" aria-labelledby="explore-columns">
      <div className="explore-section-head">
        <h3 id="explore-columns" className="chart-question">
          What else have these transactions in common?
        </h3>
        <ChartKeys
          entries={[
            { words: 'not flagged', colour: 'mass', shape: 'square' },
            { words: 'flagged', colour: 'flag', shape: 'line' },
          ]}
        />
        <span className="soft">
          numbers as shares of their own; a text as how many have it and what share of them is flagged; click one to
          filter
        </span>
      </div>
      <div className="explore-cards">
        <OnScreen height={CARD_HEIGHT}>
          {() => <NumberCard name="Score" view={scoreView} selection={selection} words={formatScore} />}
        </OnScreen>
        {columns.map(({ name, kind }) => (
          <OnScreen key={name} height={CARD_HEIGHT}>
            {() =>
              kind === 'number' ? (
                <NumberCard
                  name={name}
                  view={{ kind: 'number', column: name }}
                  selection={selection}
                  words={axisNumber}
                />
              ) : (
                <CategoryCard name={name} selection={selection} onFilter={onFilter} />
              )
            }
          </OnScreen>
        ))}
      </div>
    </section>
  );
}

const scoreView: TileView = { kind: 'score' };

function NumberCard({
  name,
  view,
  selection,
  words,
}: {
  readonly name: string;
  readonly view: TileView;
  readonly selection: Selection;
  readonly words: (value: number) => string;
}): ReactNode {
  const { tile, counts, flagged } = useTile(selection, view);
  const rest = useMemo(() => counts.map((count, bin) => count - flagged[bin]), [counts, flagged]);
  const edges = tile?.edges ?? new Float64Array();
  return (
    <ChartFrame
      question={name}
      answer={tile === undefined ? 'Counting' : flaggedOf(counts, flagged)}
      height={CHART_HEIGHT}
      table={() => ({
        columns: [
          { name: 'From', isNumber: true },
          { name: 'to', isNumber: true },
          { name: 'Transactions', isNumber: true },
          { name: 'Flagged', isNumber: true },
        ],
        rows: Array.from(counts, (count, bin) => [
          words(edges[bin]),
          words(edges[bin + 1]),
          formatCount(count),
          formatCount(flagged[bin]),
        ]),
      })}
    >
      <FeatureDistribution edges={edges} rest={rest} flagged={flagged} height={CHART_HEIGHT} />
    </ChartFrame>
  );
}

function flaggedOf(counts: Uint32Array, flagged: Uint32Array): string {
  const sum = (values: Uint32Array): number => values.reduce((all, value) => all + value, 0);
  return `${formatCount(sum(flagged))} of ${formatCount(sum(counts))} flagged`;
}

function CategoryCard({
  name,
  selection,
  onFilter,
}: {
  readonly name: string;
  readonly selection: Selection;
  readonly onFilter: (filter: TransactionFilter) => void;
}): ReactNode {
  const view = useMemo<TileView>(() => ({ kind: 'category', column: name }), [name]);
  const { tile, counts, flagged } = useTile(selection, view, name);
  const texts = tile?.texts ?? [];
  const { filter } = selection;
  const chosen = filter.columns?.[name] ?? [];
  const toggle = (text: string): void => {
    const next = chosen.includes(text) ? chosen.filter((other) => other !== text) : [...chosen, text];
    const { [name]: _former, ...others } = filter.columns ?? {};
    onFilter({ ...filter, columns: next.length === 0 ? others : { ...others, [name]: next } });
  };
  const rows = Array.from(counts, (count, bin) => ({
    /** The text that a click filters by: all others together are none, and a missing one is the empty text. */
    text: bin < texts.length ? texts[bin] : bin === texts.length ? null : '',
    count,
    flagged: flagged[bin],
  })).filter(({ text, count }) => count > 0 || (text !== null && chosen.includes(text)));
  return (
    <ChartFrame
      question={name}
      answer={tile === undefined ? 'Counting' : undefined}
      height={CHART_HEIGHT}
      table={() => ({
        columns: [
          { name, isNumber: false },
          { name: 'Transactions', isNumber: true },
          { name: 'Flagged', isNumber: true },
          { name: 'Share flagged', isNumber: true },
        ],
        rows: rows.map((row) => [
          wordsOf(row.text),
          formatCount(row.count),
          formatCount(row.flagged),
          formatPercent(row.count === 0 ? null : row.flagged / row.count),
        ]),
      })}
    >
      <CategoryBars
        name={name}
        rows={rows.map((row) => ({
          ...row,
          words: wordsOf(row.text),
          isChosen: row.text !== null && chosen.includes(row.text),
        }))}
        onToggle={toggle}
      />
    </ChartFrame>
  );
}

function wordsOf(text: string | null): string {
  if (text === null) return 'all others';
  return text === '' ? '(empty)' : text;
}
