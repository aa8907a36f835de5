import type { RecordingFormat } from '../domain/record-batch.ts';
import { decodeText } from './cell-text.ts';
import { detectDelimited, type KnownDialect } from './detect-delimited.ts';
import { detectJson } from './detect-json.ts';
import { newlineByte } from './text-batches.ts';
import type { SampleLine, TextLayout, Unreadable } from './text-layout.ts';

const byteOrderMark = [0xef, 0xbb, 0xbf];
const sampledLines = 1000;

export function detectCompression(head: Uint8Array): RecordingFormat['compression'] {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const isZstdFrame = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
  const isSkippableFrame = (head[0] & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
  return isZstdFrame || isSkippableFrame ? 'zstd' : 'none';
}

export function isParquet(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 4)).toString('latin1') === 'PAR1';
}

function startAfterMark(sample: Uint8Array): number {
  return byteOrderMark.every((byte, index) => sample[index] === byte) ? byteOrderMark.length : 0;
}

/** Files of other kinds by their first bytes, with the way to what can be read. */
const otherKinds: readonly {
  readonly start: string;
  readonly at?: number;
  readonly what: string;
  readonly nextStep: string;
}[] = [
  {
    start: 'PK\u0003\u0004',
    what: 'a ZIP archive or a workbook (.xlsx)',
    nextStep: 'Unpack it, or save the sheet as CSV.',
  },
  { start: '\u00d0\u00cf\u0011\u00e0', what: 'an old workbook (.xls)', nextStep: 'Save the sheet as CSV.' },
  { start: 'BZh', what: 'compressed with bzip2', nextStep: 'Unpack it with bunzip2.' },
  { start: '\u00fd7zXZ', what: 'compressed with xz', nextStep: 'Unpack it with unxz.' },
  { start: '7z\u00bc\u00af', what: 'a 7-Zip archive', nextStep: 'Unpack it.' },
  { start: '\u0004\u0022M\u0018', what: 'compressed with lz4', nextStep: 'Unpack it with unlz4.' },
  { start: '\u001f\u008b', what: 'compressed twice', nextStep: 'Unpack it once with gunzip.' },
  { start: '\u0028\u00b5\u002f\u00fd', what: 'compressed twice', nextStep: 'Unpack it once with unzstd.' },
  { start: 'PAR1', what: 'a compressed Parquet file', nextStep: 'Unpack it.' },
  { start: 'Obj\u0001', what: 'an Avro file', nextStep: 'Convert it to Parquet or NDJSON.' },
  { start: 'ORC', what: 'an ORC file', nextStep: 'Convert it to Parquet.' },
  { start: 'ARROW1', what: 'an Arrow or Feather file', nextStep: 'Convert it to Parquet.' },
  { start: 'SQLite format 3', what: 'a SQLite database', nextStep: 'Export its table as CSV.' },
  { start: '%PDF', what: 'a PDF', nextStep: 'Ask for the same as CSV.' },
  { start: 'ustar', at: 257, what: 'a tar archive', nextStep: 'Unpack it with tar -xf.' },
];

function otherKind(sample: Buffer): Unreadable | undefined {
  const kind = otherKinds.find(({ start, at = 0 }) => sample.toString('latin1', at, at + start.length) === start);
  // Text may begin with the letters of some of them.
  if (kind === undefined || (kind.start === 'ORC' && !looksBinary(sample))) return undefined;
  return { kind: 'unreadable', code: 'UNKNOWN_FORMAT', why: `it is ${kind.what}`, nextStep: kind.nextStep };
}

/** Control characters that text may hold: tab to carriage return, escape, and those that files use as separators. */
function isControlOfText(byte: number): boolean {
  return (byte >= 0x09 && byte <= 0x0d) || (byte >= 0x1a && byte <= 0x1f) || byte === 0x01;
}

/**
 * True where more than one byte in a hundred is a control character that text does not hold. Zeros may stand in
 * text, as padding of fields or in a gap: of these there may be more, and a run of them counts once.
 */
function looksBinary(sample: Uint8Array): boolean {
  let controls = 0;
  let zeroRuns = 0;
  let zeros = 0;
  let last = -1;
  for (let at = 0; at < sample.length; at++) {
    const byte = sample[at];
    if (byte === 0) {
      zeros++;
      if (last !== 0) zeroRuns++;
    } else if (byte < 0x20 && !isControlOfText(byte)) controls++;
    last = byte;
  }
  return controls * 100 > sample.length || zeroRuns * 10 > sample.length || zeros === sample.length;
}

function firstLines(sample: Buffer, from: number, isWhole: boolean, most: number): readonly SampleLine[] {
  const lines: SampleLine[] = [];
  for (let start = from; start < sample.length && lines.length < most;) {
    const found = sample.indexOf(newlineByte, start);
    const end = found < 0 ? sample.length : found;
    const text = decodeText(sample, start, end).trim();
    if (text !== '') lines.push({ text, isWhole: found >= 0 || isWhole });
    start = end + 1;
  }
  return lines;
}

/** What is known of a text recording before it is looked into: stated by a person, or found when it was first read. */
export type KnownLayout = Partial<Pick<RecordingFormat, 'kind' | 'jsonLayout' | 'frame'>> & KnownDialect;

/**
 * Tells from a sample of a text recording (UTF-8, or transcoded to it) what it is and where its records start.
 * `isWhole` says that the sample is all there is.
 */
export function detectTextLayout(sample: Buffer, isWhole: boolean, known: KnownLayout = {}): TextLayout | Unreadable {
  const other = otherKind(sample);
  if (other !== undefined) return other;
  if (looksBinary(sample)) {
    return {
      kind: 'unreadable',
      code: 'UNKNOWN_FORMAT',
      why: 'it is binary data, not text',
    };
  }
  const from = startAfterMark(sample);
  const lines = firstLines(sample, from, isWhole, sampledLines);
  if (lines.length === 0)
    return { kind: 'unreadable', code: 'EMPTY_RECORDING', why: 'it holds nothing but blank lines' };
  if (known.delimiter === undefined && known.kind !== 'csv') {
    const records = known.kind === undefined ? undefined : (known.jsonLayout ?? 'lines');
    const json = detectJson(sample, from, isWhole, lines, { records, frame: known.frame });
    if (json !== undefined) return json;
  }
  return detectDelimited(sample, from, isWhole, lines, known);
}
