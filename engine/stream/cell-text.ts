import { isUtf8 } from 'node:buffer';

const replacementCharacter = '\ufffd';
const windows1252 = new TextDecoder('windows-1252');

/** Bytes as text: UTF-8, or Windows-1252 where they are not valid UTF-8 (as one spreadsheet program exports). */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes(replacementCharacter)) return text;
  const slice = bytes.subarray(start, end);
  return isUtf8(slice) ? text : windows1252.decode(slice);
}
