import { printableLine } from '../../../domain/printable-text.ts';

/* Parts of a report as HTML. Whatever comes from data goes through `html`: one line, nothing of it is markup. */

/** Text from a case as it may stand in a report. */
export function html(text: string): string {
  return printableLine(text.replaceAll(/\s+/gu, ' ')).replaceAll(
    /[&<>"'{}]/g,
    (mark) => `&#${String(mark.charCodeAt(0))};`,
  );
}

/** A date or an id with hyphens, at which browsers break a cell. */
const oneWord = /^(?=.*-)\S{1,24}$/u;

/** A table; cells are texts. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const cells = (row: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${row.map((cell) => `<${tag}${oneWord.test(cell) ? ' class="word"' : ''}>${html(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>\n${cells(head, 'th')}\n${rows.map((row) => cells(row, 'td')).join('\n')}\n</table>`;
}

/** Names with what they are. */
export function factsOf(facts: readonly (readonly [name: string, value: string])[]): string {
  return `<dl>\n${facts.map(([name, value]) => `<dt>${html(name)}</dt><dd>${html(value)}</dd>`).join('\n')}\n</dl>`;
}

export function listOf(lines: readonly string[]): string {
  return lines.length === 0
    ? '<p>None.</p>'
    : `<ul>\n${lines.map((line) => `<li>${html(line)}</li>`).join('\n')}\n</ul>`;
}

const WIDTH = 720;
const STRIP_HEIGHT = 220;
const EDGE = { left: 70, right: 12, top: 34, bottom: 30 };

interface Strip {
  readonly fromMs: number;
  readonly toMs: number;
  readonly timesMs: Float64Array;
  readonly amounts: Float64Array;
  readonly flagged: Uint8Array;
}

/** Amounts of an entity over time as a picture; what is flagged is a filled square, the rest a ring. */
export function amountsPicture(
  { fromMs, toMs, timesMs, amounts, flagged }: Strip,
  timeText: (ms: number) => string,
): string {
  if (timesMs.length === 0) return '<p>No picture: the transactions have no times or no amounts.</p>';
  const greatest = amounts.reduce((most, amount) => Math.max(most, amount), 0) || 1;
  const x = (ms: number): number =>
    EDGE.left + ((WIDTH - EDGE.left - EDGE.right) * (ms - fromMs)) / (toMs - fromMs || 1);
  const y = (amount: number): number =>
    STRIP_HEIGHT - EDGE.bottom - ((STRIP_HEIGHT - EDGE.top - EDGE.bottom) * Math.max(0, amount)) / greatest;
  const marks = Array.from(timesMs, (ms, index) => {
    const at = { x: x(ms), y: y(amounts[index]) };
    return flagged[index] === 1
      ? `<rect x="${fixed(at.x - 4)}" y="${fixed(at.y - 4)}" width="8" height="8" class="flagged"/>`
      : `<circle cx="${fixed(at.x)}" cy="${fixed(at.y)}" r="3" class="other"/>`;
  });
  return picture('Amounts over time (squares are flagged)', STRIP_HEIGHT, [
    `<path d="M${EDGE.left} ${EDGE.top}V${STRIP_HEIGHT - EDGE.bottom}H${WIDTH - EDGE.right}" class="axis"/>`,
    `<text x="${EDGE.left - 6}" y="${EDGE.top + 4}" text-anchor="end">${html(greatest.toLocaleString('en'))}</text>`,
    `<text x="${EDGE.left - 6}" y="${STRIP_HEIGHT - EDGE.bottom}" text-anchor="end">0</text>`,
    `<text x="${EDGE.left}" y="${STRIP_HEIGHT - 10}">${html(timeText(fromMs))}</text>`,
    `<text x="${WIDTH - EDGE.right}" y="${STRIP_HEIGHT - 10}" text-anchor="end">${html(timeText(toMs))}</text>`,
    ...marks,
  ]);
}

const BAR = 22;
const BARS_FROM = 390;

/** What raised and what lowered a score, as bars on both sides of a line. */
export function reasonsPicture(reasons: readonly { readonly label: string; readonly amount: number }[]): string {
  if (reasons.length === 0) return '';
  const most = Math.max(...reasons.map(({ amount }) => Math.abs(amount))) || 1;
  const half = (WIDTH - BARS_FROM - 20) / 2;
  const middle = BARS_FROM + half;
  const bars = reasons.flatMap(({ label, amount }, index) => {
    const top = EDGE.top + index * BAR;
    const length = (half * Math.abs(amount)) / most;
    return [
      `<text x="${BARS_FROM - 8}" y="${top + 13}" text-anchor="end">${html(label)}</text>`,
      `<rect x="${fixed(amount >= 0 ? middle : middle - length)}" y="${top + 3}" width="${fixed(length)}" height="14" class="${amount >= 0 ? 'flagged' : 'lower'}"/>`,
    ];
  });
  const height = EDGE.top + reasons.length * BAR + 8;
  return picture('What raised the score (right) and lowered it (left)', height, [
    ...bars,
    `<path d="M${fixed(middle)} ${EDGE.top}V${height - 6}" class="axis"/>`,
  ]);
}

function picture(title: string, height: number, content: readonly string[]): string {
  return [
    `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${html(title)}">`,
    `<text x="${EDGE.left}" y="20" class="title">${html(title)}</text>`,
    ...content,
    '</svg>',
  ].join('\n');
}

function fixed(value: number): string {
  return value.toFixed(1);
}
