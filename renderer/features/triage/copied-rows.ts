/**
 * Rows as tab-separated text with headers, as spreadsheets paste them. Cells hold one line each; a cell that a
 * spreadsheet would run as a formula, or round as a long number, gets a leading apostrophe and stays text.
 */
export function copiedRows(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headers, ...rows].map((cells) => cells.map(safeCell).join('\t')).join('\r\n');
}

/** Spreadsheets keep 15 digits of a number; a longer id must arrive as text. */
const LONG_NUMBER = /^\d{16,}$/u;
const FORMULA = /^[=+\-@|%]/u;
const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?$/u;

function safeCell(cell: string): string {
  const line = cell.replace(/[\t\r\n]+/gu, ' ');
  const isFormula = FORMULA.test(line) && !PLAIN_NUMBER.test(line);
  return isFormula || LONG_NUMBER.test(line) ? `'${line}` : line;
}
