import type { ReactNode } from 'react';
import { LEAST_COUNT_FOR_SHARE } from '../../charts/density-map.tsx';
import { formatCount, formatPercent } from '../../data/format.ts';

export interface CategoryBar {
  /** Null where it stands for several texts, which cannot be chosen. */
  readonly text: string | null;
  readonly words: string;
  readonly count: number;
  readonly flagged: number;
  readonly isChosen: boolean;
}

/** The texts of a column: how many transactions have each, and the share of them that is flagged where they are enough for one. */
export function CategoryBars({
  name,
  rows,
  onToggle,
}: {
  readonly name: string;
  readonly rows: readonly CategoryBar[];
  readonly onToggle: (text: string) => void;
}): ReactNode {
  const most = rows.reduce((top, { count }) => Math.max(top, count), 1);
  return (
    <ul className="explore-bars" aria-label={`Values of ${name}`}>
      {rows.map(({ text, words, count, flagged, isChosen }) => {
        const cells = (
          <>
            <span className="explore-bar-words">{words}</span>
            <span className="explore-bar-track" aria-hidden="true">
              <i style={{ width: `${(100 * count) / most}%` }} />
            </span>
            <span className="tabular">{formatCount(count)}</span>
            <span className="tabular explore-bar-share" data-is-flagged={flagged > 0}>
              {count < LEAST_COUNT_FOR_SHARE ? `${formatCount(flagged)} ▲` : formatPercent(flagged / count)}
            </span>
          </>
        );
        return (
          <li key={text ?? 'all others'}>
            {text === null ? (
              <span className="explore-bar-row">{cells}</span>
            ) : (
              <button type="button" className="explore-bar-row" aria-pressed={isChosen} onClick={() => onToggle(text)}>
                {cells}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
