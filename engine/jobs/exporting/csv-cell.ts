const startsFormula = /^[=+\-@\t\r＝＋－＠]/;
const plainNumber = /^[+-]?\d+(\.\d+)?$/;
const needsQuotes = /[",\n\r]/;
/** Spreadsheets keep 15 digits of a number. */
const longNumber = /^\d{16,}$/;

/**
 * One cell of a CSV file (RFC 4180). Text that a spreadsheet would run as a formula gets an apostrophe in front;
 * plain numbers stay as they are.
 */
export function csvCell(text: string): string {
  const safe = startsFormula.test(text) && !plainNumber.test(text) ? `'${text}` : text;
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** As `csvCell`, for a file that people open: a number too long for a spreadsheet keeps its digits as a text. */
export function csvTextCell(text: string): string {
  return longNumber.test(text) ? `'${text}` : csvCell(text);
}
