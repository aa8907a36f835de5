/** A table as text for the clipboard: the first row holds the headers. */
export interface CopiedTable {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const startsFormula = /^[=+\-@\t\r＝＋－＠]/;
const isPlainNumber = /^[-−+]?[\d,. ]+(?:e[-+]?\d+)?\s*%?$/i;

/** Spreadsheets keep 15 digits of a number; a longer id must arrive as text. */
const isLongNumber = /^\d{16,}$/;

/**
 * A cell that a spreadsheet would run as a formula, or round as a long number, gets an apostrophe before it and stays
 * text; other numbers stay numbers.
 */
function neutralised(cell: string): string {
  const isFormula = startsFormula.test(cell) && !isPlainNumber.test(cell);
  return isFormula || isLongNumber.test(cell) ? `'${cell}` : cell;
}

/** Tab-separated lines; tabs and line breaks inside a cell become spaces. */
export function asTabbedText({ headers, rows }: CopiedTable): string {
  const line = (cells: readonly string[]): string =>
    cells.map((cell) => neutralised(cell.replaceAll(/[\t\r\n]+/g, ' '))).join('\t');
  return [line(headers), ...rows.map(line)].join('\r\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** An HTML table for spreadsheets; columns of text are marked so, and keep 16-digit ids whole. */
export function asHtmlTable({ headers, rows }: CopiedTable, isText: readonly boolean[]): string {
  const cellsOf = (cells: readonly string[], tag: 'th' | 'td'): string =>
    cells
      .map((cell, index) => {
        const style = tag === 'td' && isText[index] === true ? ` style="mso-number-format:'\\@'"` : '';
        return `<${tag}${style}>${escaped(cell)}</${tag}>`;
      })
      .join('');
  const body = rows.map((row) => `<tr>${cellsOf(row, 'td')}</tr>`).join('');
  return `<table><thead><tr>${cellsOf(headers, 'th')}</tr></thead><tbody>${body}</tbody></table>`;
}
