import { carriageReturn } from './ascii-bytes.ts';
import { isUtf8 } from 'node:buffer';
import { usageError } from '../domain/error.ts';
import type { RecordingFormat } from '../domain/record-batch.ts';

/** What the first bytes say of the encoding; UTF-32 is known, but not read. */
export type FoundEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32' | 'windows-1252';

/** UTF-16 without a mark: of text mostly in ASCII, every other byte is zero. */
const leastShareOfZeros = 0.3;
const mostShareOfStrayZeros = 0.02;

function zeroShare(sample: Uint8Array, first: 0 | 1): number {
  let zeros = 0;
  for (let index = first; index < sample.length; index += 2) if (sample[index] === 0) zeros++;
  return zeros / Math.max(1, Math.floor(sample.length / 2));
}

/** The encoding that a sample of the decompressed content is in. A character cut off at its end does not count. */
export function detectEncoding(sample: Uint8Array): FoundEncoding {
  const [first, second, third, fourth] = sample;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'utf-32' : 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return 'utf-32';
  const hasZeros = sample.includes(0);
  const evenZeros = hasZeros ? zeroShare(sample, 0) : 0;
  const oddZeros = hasZeros ? zeroShare(sample, 1) : 0;
  if (oddZeros > leastShareOfZeros && evenZeros < mostShareOfStrayZeros) return 'utf-16le';
  if (evenZeros > leastShareOfZeros && oddZeros < mostShareOfStrayZeros) return 'utf-16be';
  for (let cut = 0; cut < 4; cut++) if (isUtf8(sample.subarray(0, sample.length - cut))) return 'utf-8';
  return 'windows-1252';
}

/**
 * The name by which the WHATWG Encoding Standard knows an encoding: `latin1` is windows-1252, `cp1251` windows-1251.
 * @throws AssayError WRONG_USE where it knows none of that name.
 */
export function encodingNamed(name: string): string {
  const spellings = [name, name.replaceAll('_', '-'), name.replaceAll(/[-_ ]/g, '')];
  for (const spelling of [...spellings, spellings[2].replace(/^iso8859/i, 'iso-8859-'), codePageName(spellings[2])]) {
    try {
      return new TextDecoder(spelling.trim()).encoding;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw usageError(
    'WRONG_USE',
    `No encoding named '${name}' can be read.`,
    'Name one such as utf-8, utf-16be, windows-1252, windows-1251, iso-8859-2, shift_jis, gb18030, euc-kr, koi8-r or macintosh; convert others with iconv -f NAME -t UTF-8.',
  );
}

/** Names by which other programs know what browsers call otherwise. */
function codePageName(name: string): string {
  const names: Readonly<Record<string, string>> = {
    cp932: 'shift_jis',
    cp936: 'gbk',
    cp949: 'euc-kr',
    cp950: 'big5',
    cp866: 'ibm866',
    cp65001: 'utf-8',
    macroman: 'macintosh',
    utf8sig: 'utf-8',
  };
  return names[name.toLowerCase()] ?? name;
}

/** U+0085 in UTF-8, by which lines end that were converted from EBCDIC. */
const nextLine = Buffer.from('\u0085', 'utf8');
const lineFeed = 0x0a;

/** True where more lines of a sample in UTF-8 end with U+0085 than in any other way. */
export function endsLinesByNextLine(sample: Buffer): boolean {
  let nextLines = 0;
  for (let at = sample.indexOf(nextLine); at >= 0; at = sample.indexOf(nextLine, at + nextLine.length)) nextLines++;
  if (nextLines === 0) return false;
  let others = 0;
  for (let at = 0; at < sample.length; at++) if (sample[at] === lineFeed || sample[at] === carriageReturn) others++;
  return nextLines > others;
}

/** How the characters of a recording are written. */
export type TextForm = Pick<RecordingFormat, 'encoding' | 'encodingStated' | 'lineEnd'>;

/**
 * True where the content is transcoded to UTF-8 before it is read: offsets and stored rows are then those of the
 * transcription. Content found to be Windows-1252 is not: cell by cell what is UTF-8 is read as such.
 */
export function isTranscoded(format: TextForm): boolean {
  if (format.lineEnd !== undefined) return true;
  if (format.encoding === 'utf-8') return false;
  return format.encoding !== 'windows-1252' || format.encodingStated === true;
}
