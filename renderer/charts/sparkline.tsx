import { memo, type ReactNode } from 'react';

export interface SparklineProps {
  readonly counts: ArrayLike<number>;
  /** Drawn in front, on its own scale: the same bins for the flagged rows. */
  readonly flaggedCounts?: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

/** A distribution the size of a word. It only accompanies words, so screen readers pass over it. */
export const Sparkline = memo(function Sparkline(props: SparklineProps): ReactNode {
  const { counts, flaggedCounts, width, height } = props;
  return (
    <svg className="chart-spark" width={width} height={height} aria-hidden="true">
      <path d={barsPath(counts, width, height)} fill="var(--mass)" />
      {flaggedCounts !== undefined && (
        <path d={outlinePath(flaggedCounts, width, height)} fill="none" stroke="var(--flag)" />
      )}
    </svg>
  );
});

/** Bars as one path, the tallest as high as the picture. */
export function barsPath(counts: ArrayLike<number>, width: number, height: number): string {
  const tallest = Math.max(1, ...Array.from(counts));
  const step = width / Math.max(1, counts.length);
  return Array.from(counts, (count, index) => {
    const rise = count === 0 ? 0 : Math.max(1, (count / tallest) * height);
    return rise === 0 ? '' : `M${round(index * step)} ${height}v${round(-rise)}h${round(step * 0.82)}v${round(rise)}z`;
  }).join('');
}

/** The tops of the bars as one stepped line, on a scale of its own. */
function outlinePath(counts: ArrayLike<number>, width: number, height: number): string {
  const tallest = Math.max(...Array.from(counts), 0);
  if (tallest === 0) return '';
  const step = width / counts.length;
  const tops = Array.from(counts, (count, index) => {
    const top = round(height - 0.5 - (count / tallest) * (height - 1));
    return `${index === 0 ? 'M' : 'L'}${round(index * step)} ${top}L${round((index + 1) * step)} ${top}`;
  });
  return tops.join('');
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
