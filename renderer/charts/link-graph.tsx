import { memo, useCallback, useMemo, type ReactNode } from 'react';
import { CanvasChart, type ChartPick } from './canvas-chart.tsx';
import type { ChartTheme } from './theme.ts';

export interface LinkGraphProps {
  /** The first node is the entity in question. */
  readonly nodes: readonly { readonly id: string; readonly isFlagged: boolean; readonly distance: 0 | 1 | 2 }[];
  readonly links: readonly { readonly from: number; readonly to: number; readonly transactions: number }[];
  readonly height: number;
  readonly onPick?: (node: number) => void;
  readonly onPickLink?: (link: number) => void;
}

/** In a fuller picture only the flagged counterparts carry their names. */
const MOST_NAMED = 40;

/** More nodes than this are not drawn: the table has them all. */
export const MOST_NODES = 200;

/** Who deals with whom: the entity in the middle, its counterparts around it, theirs outside. It stands still. */
export const LinkGraph = memo(function LinkGraph(props: LinkGraphProps): ReactNode {
  const { nodes, links, height, onPick, onPickLink } = props;
  const drawn = useMemo(
    () => Array.from(links.keys()).filter((link) => Math.max(links[link].from, links[link].to) < MOST_NODES),
    [links],
  );
  const option = useCallback(
    (theme: ChartTheme, width: number) => {
      const shown = nodes.slice(0, MOST_NODES);
      const places = ringPlaces(
        shown.map(({ distance }) => distance),
        width,
        height,
      );
      return {
        series: [
          {
            id: 'links',
            type: 'graph',
            layout: 'none',
            coordinateSystem: null,
            roam: false,
            left: 24,
            right: 56,
            top: 12,
            bottom: 12,
            emphasis: { focus: 'adjacency', disabled: shown.length > 120 },
            labelLayout: { hideOverlap: true },
            data: shown.map(({ id, isFlagged, distance }, index) => ({
              id: String(index),
              name: id,
              ...places[index],
              symbol: isFlagged ? 'triangle' : 'circle',
              symbolSize: distance === 0 ? 16 : distance === 1 ? 10 : 6,
              itemStyle: { color: isFlagged ? theme.flag : distance === 0 ? theme.accent : theme.soft },
              label: {
                show: distance === 0 || (distance === 1 && (isFlagged || shown.length <= MOST_NAMED)),
                position: 'right',
                color: theme.ink,
                fontSize: 11,
                formatter: '{b}',
              },
            })),
            links: drawn.map((link) => {
              const { from, to, transactions } = links[link];
              return {
                source: String(from),
                target: String(to),
                lineStyle: {
                  color: theme.soft,
                  opacity: shown.length > MOST_NAMED ? 0.2 : 0.5,
                  width: Math.min(4, 0.6 + Math.log2(1 + transactions) / 2),
                },
              };
            }),
          },
        ],
      };
    },
    [nodes, links, drawn, height],
  );
  const pick = useCallback(
    ({ dataIndex, isLink }: ChartPick) => (isLink ? onPickLink?.(drawn[dataIndex]) : onPick?.(dataIndex)),
    [drawn, onPick, onPickLink],
  );
  return <CanvasChart option={option} height={height} onPick={pick} />;
});

/** Places on rings around the middle, by distance, evenly spread within each ring. */
export function ringPlaces(
  distances: readonly (0 | 1 | 2)[],
  width: number,
  height: number,
): readonly { readonly x: number; readonly y: number }[] {
  const radii = [0, 0.48, 0.9];
  const totals = [0, 1, 2].map((ring) => distances.filter((distance) => distance === ring).length);
  const seen = [0, 0, 0];
  return distances.map((distance) => {
    const angle = (2 * Math.PI * seen[distance]++) / Math.max(1, totals[distance]) - Math.PI / 2;
    return {
      x: width / 2 + Math.cos(angle) * radii[distance] * (width / 2 - 60),
      y: height / 2 + Math.sin(angle) * radii[distance] * (height / 2 - 14),
    };
  });
}
