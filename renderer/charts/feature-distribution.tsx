import { memo, useCallback, type ReactNode } from 'react';
import { CanvasChart, quietAxis } from './canvas-chart.tsx';
import { axisNumber } from './numbers.ts';
import { rectangles } from './rectangles.ts';
import { valueAtBinPosition } from './scale.ts';
import type { ChartTheme } from './theme.ts';

export interface FeatureDistributionProps {
  readonly edges: ArrayLike<number>;
  readonly rest: ArrayLike<number>;
  readonly flagged: ArrayLike<number>;
  readonly height: number;
}

/** One feature: the rest as filled bars, the flagged as a line, each as shares of its own rows. */
export const FeatureDistribution = memo(function FeatureDistribution(props: FeatureDistributionProps): ReactNode {
  const { edges, rest, flagged, height } = props;
  const option = useCallback(
    (theme: ChartTheme) => {
      const restShares = shares(rest);
      const flaggedShares = shares(flagged);
      const bins = restShares.length;
      return {
        grid: { left: 2, right: 2, top: 4, bottom: 18, containLabel: false },
        xAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: 0,
          max: bins,
          interval: bins / 2,
          axisLine: { show: true, lineStyle: { color: theme.line } },
          axisLabel: {
            color: theme.soft,
            fontSize: 10,
            alignMinLabel: 'left',
            alignMaxLabel: 'right',
            formatter: (position: number) => axisNumber(valueAtBinPosition(position, edges)),
          },
        },
        yAxis: { type: 'value', show: false, min: 0, max: Math.max(...restShares, ...flaggedShares, 0.01) },
        series: [
          rectangles(
            'rest',
            restShares.map((share, bin) => [bin, bin + 1, 0, share]),
            theme.mass,
          ),
          {
            id: 'flagged',
            type: 'line',
            step: 'end',
            symbol: 'none',
            silent: true,
            lineStyle: { color: theme.flag, width: 1.5 },
            data: [...flaggedShares.map((share, bin) => [bin, share]), [bins, flaggedShares[bins - 1] ?? 0]],
          },
        ],
      };
    },
    [edges, rest, flagged],
  );
  return <CanvasChart option={option} height={height} />;
});

function shares(counts: ArrayLike<number>): readonly number[] {
  const all = Array.from(counts);
  const total = all.reduce((sum, count) => sum + count, 0);
  return all.map((count) => (total === 0 ? 0 : count / total));
}

/**
 * How far two distributions lie apart: half the sum of the differences of their shares, 0 equal to 1 without overlap
 * (total variation). Features are shown in this order.
 */
export function distributionGap(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [a, b] = [shares(first), shares(second)];
  return a.reduce((sum, share, bin) => sum + Math.abs(share - b[bin]), 0) / 2;
}
