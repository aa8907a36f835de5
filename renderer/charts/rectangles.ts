import type { CustomSeriesOption } from 'echarts/charts';

/** A series of filled rectangles in data coordinates; each datum is [x from, x to, y from, y to]. */
export function rectangles(
  id: string,
  data: readonly (readonly number[])[],
  fill: string | ((index: number) => string),
  gapPixels = 1,
): CustomSeriesOption {
  return {
    id,
    type: 'custom',
    animation: false,
    clip: true,
    // All at once: drawn in steps, the first picture would lack most of its cells.
    progressive: 0,
    encode: { x: [0, 1], y: [2, 3] },
    data: data as number[][],
    renderItem: (params, api) => {
      const [left, top] = api.coord([api.value(0), api.value(3)]);
      const [right, bottom] = api.coord([api.value(1), api.value(2)]);
      const width = right - left;
      return {
        type: 'rect',
        transition: [],
        shape: { x: left, y: top, width: Math.max(0.6, width - Math.min(gapPixels, width / 4)), height: bottom - top },
        style: { fill: typeof fill === 'string' ? fill : fill(params.dataIndex) },
      };
    },
  };
}
