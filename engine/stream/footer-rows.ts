import { decodeText } from './cell-text.ts';
import type { CellRanges } from './delimited-text.ts';
import { isBlank } from './text-batches.ts';

/** More last lines than this are rows. */
const mostFooterRows = 5;
/** Rows that must stand before a footer that is known by its blank fields alone. */
const tellingRows = 10;
const comparedRows = 200;

/** How lines begin that close a list, in some languages of the exports of banks. */
const closingWords =
  /^\W*(?:(?:grand|sub)[- ]?)?(?:totals?|sum|count|closing|opening|balance|(?:end|eof)\b.*|trailer|records?|rows?|generated|exported|printed|page|summe|gesamt|saldo|endsaldo|anzahl|somme|solde|suma|totale|totaal|som|soma|razem|итого|всего)(?![\p{L}\d_])/iu;

/** Number of fields of a row that are not blank. */
function filledFields(bytes: Buffer, cells: CellRanges, row: number, columnCount: number): number {
  let filled = 0;
  for (let cell = row * columnCount; cell < (row + 1) * columnCount; cell++)
    if (!isBlank(bytes, cells.starts[cell], cells.ends[cell])) filled++;
  return filled;
}

function firstFilledText(bytes: Buffer, cells: CellRanges, row: number, columnCount: number): string {
  for (let cell = row * columnCount; cell < (row + 1) * columnCount; cell++) {
    const text = decodeText(bytes, cells.starts[cell], cells.ends[cell]).trim();
    if (text !== '') return text;
  }
  return '';
}

/**
 * How many of the last rows of a recording are no rows but close it: totals, remarks. Such a line has blank fields and
 * begins with a word for it, or fills at most half as many fields as any row before it.
 */
export function footerRows(bytes: Buffer, cells: CellRanges, rowCount: number, columnCount: number): number {
  if (columnCount < 3) return 0;
  let footers = 0;
  while (footers < mostFooterRows && footers + 1 < rowCount) {
    const row = rowCount - 1 - footers;
    const filled = filledFields(bytes, cells, row, columnCount);
    if (filled === columnCount) break;
    const isNamed = filled * 2 <= columnCount + 1 && closingWords.test(firstFilledText(bytes, cells, row, columnCount));
    if (!isNamed && !isSparser(bytes, cells, row, columnCount, filled)) break;
    footers++;
  }
  return footers;
}

function isSparser(bytes: Buffer, cells: CellRanges, row: number, columnCount: number, filled: number): boolean {
  if (row < tellingRows || filled * 2 > columnCount) return false;
  for (let before = Math.max(0, row - comparedRows); before < row; before++)
    if (filledFields(bytes, cells, before, columnCount) < filled * 2) return false;
  return true;
}
