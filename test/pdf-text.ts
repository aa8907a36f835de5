import { inflateSync } from 'node:zlib';

/** What a PDF of Chromium says, page by page in the order of drawing: its bytes hold numbers of glyphs, which each font's own table turns into letters. */
export function textOfPdf(bytes: Buffer): string {
  const streams = streamsOf(bytes);
  const fonts = streams.filter((stream) => stream.includes('begincmap')).map(lettersOf);
  const drawn = streams.filter((stream) => stream.includes('BT\n'));
  return fonts.map((letters) => drawn.map((stream) => textIn(stream, letters)).join('\n')).join('\n');
}

function streamsOf(bytes: Buffer): readonly string[] {
  const opening = 'stream\n';
  const streams: string[] = [];
  for (let at = bytes.indexOf(opening); at >= 0; at = bytes.indexOf(opening, at + opening.length)) {
    try {
      streams.push(inflateSync(bytes.subarray(at + opening.length)).toString('latin1'));
    } catch {
      // The end of a stream, or a picture.
    }
  }
  return streams;
}

/** Letters by the number of their glyph. */
function lettersOf(table: string): ReadonlyMap<number, string> {
  const letters = new Map<number, string>();
  for (const [, glyph = '', letter = ''] of table.matchAll(/^<([0-9A-F]+)> <([0-9A-F]+)>$/gmu))
    letters.set(Number.parseInt(glyph, 16), String.fromCodePoint(Number.parseInt(letter, 16)));
  for (const [, from = '', to = '', letter = ''] of table.matchAll(/^<([0-9A-F]+)> <([0-9A-F]+)> <([0-9A-F]+)>$/gmu))
    for (let glyph = Number.parseInt(from, 16); glyph <= Number.parseInt(to, 16); glyph++)
      letters.set(glyph, String.fromCodePoint(Number.parseInt(letter, 16) + glyph - Number.parseInt(from, 16)));
  return letters;
}

/** A line for each piece of text that is drawn at once. */
function textIn(stream: string, letters: ReadonlyMap<number, string>): string {
  const pieces = [...stream.matchAll(/BT\n([^]*?)ET\n/gu)].map(([, piece = '']) =>
    [...piece.matchAll(/<([0-9A-F]+)>/gu)].map(([, run = '']) =>
      (run.match(/.{4}/gu) ?? []).map((glyph) => letters.get(Number.parseInt(glyph, 16)) ?? '').join(''),
    ),
  );
  return pieces.map((runs) => runs.join('')).join('\n');
}
