/** A count as a shade from faint to full, on a logarithm, so that single rows are seen beside thousands. */
export function shadeOf(count: number, most: number): number {
  if (count <= 0 || most <= 0) return 0;
  return 0.12 + 0.88 * (Math.log1p(count) / Math.log1p(most));
}

/** A colour between two of the style sheet (#rrggbb): the first one at 0, the second one at 1. */
export function mixedColour(first: string, second: string, part: number): string {
  const channels = [1, 3, 5].map((at) => {
    const from = parseInt(first.slice(at, at + 2), 16);
    const to = parseInt(second.slice(at, at + 2), 16);
    return Math.round(from + (to - from) * part)
      .toString(16)
      .padStart(2, '0');
  });
  return `#${channels.join('')}`;
}

/** A colour of the style sheet (#rrggbb) made lighter by an opacity from 0 to 1. */
export function withOpacity(hexColour: string, opacity: number): string {
  const alpha = Math.round(Math.min(1, Math.max(0, opacity)) * 255);
  return `${hexColour}${alpha.toString(16).padStart(2, '0')}`;
}
