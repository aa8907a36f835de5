/**
 * What a terminal obeys instead of showing it (control characters, escape sequences among them) and what turns the order of
 * text around (direction marks, by which `1.50` can be shown as `05.1`); line ends and tabs are left alone.
 */
const commanding = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const inOneLine = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text from outside as it may reach a terminal or a report: what would be obeyed shows as a dot. */
export function printableText(text: string): string {
  return text.replace(commanding, '·');
}

/** As `printableText`, for what must not begin a line of its own, such as a cell of a table or a name. */
export function printableLine(text: string): string {
  return text.replace(inOneLine, '·');
}

/** JSON text with the same content in which nothing is obeyed: such characters stand as escapes. */
export function printableJson(json: string): string {
  return json.replace(commanding, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
