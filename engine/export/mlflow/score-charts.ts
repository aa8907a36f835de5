/** Rows of a case by score, in bins of equal width. */
export interface ScoreHistogramBin {
  readonly fromScore: number;
  readonly toScore: number;
  readonly rows: number;
  /** Null without labels. */
  readonly frauds: number | null;
}

export interface PrecisionRecallPoint {
  readonly recall: number;
  readonly precision: number;
  readonly score: number;
}

const width = 720;
const height = 360;
const margin = { left: 64, right: 16, top: 40, bottom: 48 };
const plotWidth = width - margin.left - margin.right;
const plotHeight = height - margin.top - margin.bottom;
const text = 'font-family="Inter, Helvetica, Arial, sans-serif" font-size="12" fill="#333333"';

/** How many transactions have which score, on a logarithmic scale of rows, with the threshold as a line. */
export function histogramSvg(bins: readonly ScoreHistogramBin[], threshold: number): string {
  const least = bins[0]?.fromScore ?? 0;
  const greatest = bins.at(-1)?.toScore ?? 1;
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(1, ...bins.map(({ rows }) => rows)))));
  const x = (score: number): number => margin.left + (plotWidth * (score - least)) / (greatest - least || 1);
  const barHeight = (rows: number): number =>
    rows === 0 ? 0 : (plotHeight * (Math.log10(rows) + 0.15)) / (decades + 0.15);
  const bars = bins.map(({ fromScore, toScore, rows }) => {
    const colour = fromScore >= threshold ? '#c2410c' : '#64748b';
    const tall = barHeight(rows);
    return `<rect x="${fixed(x(fromScore))}" y="${fixed(margin.top + plotHeight - tall)}" width="${fixed(Math.max(0.5, x(toScore) - x(fromScore) - 0.5))}" height="${fixed(tall)}" fill="${colour}"><title>${fixed(fromScore, 4)} to ${fixed(toScore, 4)}: ${rows} transactions</title></rect>`;
  });
  const rowMarks = Array.from({ length: decades + 1 }, (_, decade) => {
    const y = margin.top + plotHeight - barHeight(10 ** decade);
    return `<text x="${margin.left - 8}" y="${fixed(y + 4)}" text-anchor="end" ${text}>${10 ** decade}</text>`;
  });
  const line = `<line x1="${fixed(x(threshold))}" x2="${fixed(x(threshold))}" y1="${margin.top}" y2="${margin.top + plotHeight}" stroke="#c2410c" stroke-dasharray="4 3"/>`;
  return frame('Transactions by anomaly score', 'score (logarithmic rows; flagged right of the line)', [
    ...bars,
    ...rowMarks,
    ...scoreMarks(least, greatest, x),
    line,
    `<text x="${fixed(x(threshold) + 4)}" y="${margin.top + 12}" ${text}>threshold ${fixed(threshold, 4)}</text>`,
  ]);
}

/** Precision against recall over all thresholds, with the chosen one as a dot. */
export function precisionRecallSvg(
  points: readonly PrecisionRecallPoint[],
  chosen: { readonly precision: number | null; readonly recall: number | null },
): string {
  const x = (recall: number): number => margin.left + plotWidth * recall;
  const y = (precision: number): number => margin.top + plotHeight * (1 - precision);
  const path = points.map(({ recall, precision }) => `${fixed(x(recall))},${fixed(y(precision))}`).join(' ');
  const marks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<text x="${fixed(x(share))}" y="${margin.top + plotHeight + 18}" text-anchor="middle" ${text}>${share}</text>`,
    `<text x="${margin.left - 8}" y="${fixed(y(share) + 4)}" text-anchor="end" ${text}>${share}</text>`,
  ]);
  const dot =
    chosen.precision === null || chosen.recall === null
      ? []
      : [`<circle cx="${fixed(x(chosen.recall))}" cy="${fixed(y(chosen.precision))}" r="5" fill="#c2410c"/>`];
  return frame('Precision against recall', 'recall (the dot is the chosen threshold)', [
    `<polyline points="${path}" fill="none" stroke="#1d4ed8" stroke-width="2"/>`,
    ...marks,
    ...dot,
  ]);
}

function scoreMarks(least: number, greatest: number, x: (score: number) => number): readonly string[] {
  return Array.from({ length: 6 }, (_, mark) => {
    const score = least + ((greatest - least) * mark) / 5;
    return `<text x="${fixed(x(score))}" y="${margin.top + plotHeight + 18}" text-anchor="middle" ${text}>${fixed(score, 3)}</text>`;
  });
}

function frame(title: string, axis: string, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin.left}" y="24" ${text} font-weight="600">${title}</text>`,
    `<path d="M${margin.left} ${margin.top}V${margin.top + plotHeight}H${margin.left + plotWidth}" fill="none" stroke="#94a3b8"/>`,
    ...content,
    `<text x="${margin.left + plotWidth / 2}" y="${height - 10}" text-anchor="middle" ${text}>${axis}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function fixed(value: number, digits = 2): string {
  return value.toFixed(digits);
}
