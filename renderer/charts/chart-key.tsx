import type { ReactNode } from 'react';
import './charts.css';

export interface ChartKeyEntry {
  readonly words: string;
  /** A colour token of the style sheet, without its dashes. */
  readonly colour: string;
  readonly shape: 'square' | 'line' | 'triangle' | 'circle';
  readonly dash?: readonly number[] | 'solid';
}

/** What the shapes and colours of a chart mean, each beside its name. */
export function ChartKeys({ entries }: { readonly entries: readonly ChartKeyEntry[] }): ReactNode {
  return (
    <span className="chart-keys">
      {entries.map((entry) => (
        <span className="chart-key" key={entry.words}>
          <KeyShape {...entry} />
          {entry.words}
        </span>
      ))}
    </span>
  );
}

function KeyShape({ colour, shape, dash = 'solid' }: ChartKeyEntry): ReactNode {
  const paint = `var(--${colour})`;
  return (
    <svg width={shape === 'line' ? 18 : 10} height="10" aria-hidden="true">
      {shape === 'square' && <rect x="0.5" y="1" width="9" height="8" rx="1" fill={paint} />}
      {shape === 'triangle' && <path d="M5 1l4.5 8h-9z" fill={paint} />}
      {shape === 'circle' && <circle cx="5" cy="5" r="3.5" fill={paint} />}
      {shape === 'line' && (
        <path
          d="M0 5h18"
          stroke={paint}
          strokeWidth="2"
          {...(dash === 'solid' ? {} : { strokeDasharray: dash.join(' ') })}
        />
      )}
    </svg>
  );
}
