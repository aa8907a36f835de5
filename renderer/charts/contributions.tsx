import { memo, type ReactNode } from 'react';
import './charts.css';

export interface Contribution {
  readonly name: string;
  /** The name at length, for those who ask. */
  readonly explanation?: string;
  readonly amount: number;
}

export interface ContributionsProps {
  readonly label: string;
  readonly contributions: readonly Contribution[];
  /** What the amounts add up to, and its name. */
  readonly sum: Contribution;
}

/** From where to where each bar reaches, as shares of the widest reach; bars start where the one above ended. */
export function waterfall(amounts: readonly number[]): readonly { readonly from: number; readonly to: number }[] {
  let reached = 0;
  const spans = amounts.map((amount) => {
    const start = reached;
    reached += amount;
    return [Math.min(start, reached), Math.max(start, reached)] as const;
  });
  const lowest = Math.min(0, ...spans.map(([from]) => from));
  const widest = Math.max(0, ...spans.map(([, to]) => to)) - lowest || 1;
  return spans.map(([from, to]) => ({ from: (from - lowest) / widest, to: (to - lowest) / widest }));
}

/** An amount with its sign, a true minus, and two decimals; a large one, of a model on a scale of its own, has none. */
export function signed(amount: number): string {
  const size = Math.abs(amount);
  return `${amount < 0 ? '−' : '+'}${size.toFixed(size < 1000 ? 2 : 0)}`;
}

/** What pushed a score up or down, largest first, and the sum. It is a table, drawn as a waterfall. */
export const Contributions = memo(function Contributions({ label, contributions, sum }: ContributionsProps): ReactNode {
  const spans = waterfall(contributions.map(({ amount }) => amount));
  return (
    <div className="waterfall" role="table" aria-label={label}>
      {contributions.map(({ name, explanation = name, amount }, index) => (
        <div className="waterfall-row" role="row" key={name}>
          <span className="waterfall-name" role="cell" title={explanation}>
            {name}
          </span>
          <span className="waterfall-track" role="presentation">
            <span
              className={amount < 0 ? 'waterfall-bar is-lower' : 'waterfall-bar'}
              style={{ left: `${spans[index].from * 100}%`, width: `${(spans[index].to - spans[index].from) * 100}%` }}
            />
          </span>
          <span className="waterfall-amount" role="cell">
            {signed(amount)}
          </span>
        </div>
      ))}
      <div className="waterfall-row" role="row">
        <span className="waterfall-name waterfall-sum" role="cell">
          {sum.name}
        </span>
        <span className="waterfall-sum" role="presentation" style={{ height: 19 }} />
        <span className="waterfall-amount waterfall-sum" role="cell">
          {signed(sum.amount)}
        </span>
      </div>
    </div>
  );
});
