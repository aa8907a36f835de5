import { backslash, closeBrace, doubleQuote } from '../ascii-bytes.ts';
import type { RecordBatch, RecordingPosition, RejectedRecord } from '../../domain/record-batch.ts';
import { writeDigits } from '../../features/text-block.ts';
import { decodeText } from '../cell-text.ts';
import { kcatColumnNames, payloadWriter, tombstoneReason } from '../json-lines.ts';
import { defaultRowsPerBatch, longestRecordBytes, tooLongReason } from '../text-batches.ts';
import { TypedCells } from '../typed-cells.ts';
import { envelopeHead, envelopeLine } from './envelope.ts';
import { messageAt, type MessageBlock, type MessageSlice } from './message-block.ts';
import { utf8Text, type TopicMessage } from './topic-message.ts';

/** Turns messages into batches of records, as a recording of the same messages would give them. */
export interface MessageBatcher {
  /** The columns met so far. */
  readonly columnNames: readonly string[];
  /** Messages that a batch takes at most. */
  readonly capacity: number;
  /**
   * A batch of at most `capacity` messages, valid until the next one is made. Rows are numbered through the stream of
   * the source as if its envelopes were the lines of one file: `start` is where the first of them lies.
   */
  batchOf(slices: readonly MessageSlice[], start: RecordingPosition): RecordBatch;
}

const firstBufferBytes = 1 << 20;
const firstPlainByte = 0x20;
const lastPlainByte = 0x7e;
/** Digits of an offset and of a time, quotes, and the names of the fields between them. */
const mostBytesBesides = 200;

export function messageBatcher(
  topic: string,
  columnNames: readonly string[],
  capacity: number = defaultRowsPerBatch,
): MessageBatcher {
  const cells = new TypedCells(columnNames, capacity);
  const payloads = payloadWriter(cells);
  const rawStart = new Uint32Array(capacity);
  const rawEnd = new Uint32Array(capacity);
  const byteOffset = new Float64Array(capacity);
  const line = new Float64Array(capacity);
  let bytes = Buffer.alloc(firstBufferBytes);
  let columns: readonly number[] | undefined;

  const openingOf = memoize((partition: number) =>
    Buffer.from(`{"topic":"${topic}","partition":${partition},"offset":`),
  );
  const timeField = memoize((timestampMs: number) => Buffer.from(`,"tstype":"create","ts":${timestampMs},"key":`));
  const payloadName = Buffer.from(',"payload":');
  const nullText = Buffer.from('null');

  function reserve(used: number, needed: number): void {
    if (used + needed <= bytes.length) return;
    const larger = Buffer.alloc(Math.max(used + needed, bytes.length * 2));
    bytes.copy(larger, 0, 0, used);
    bytes = larger;
  }

  function append(part: Buffer, at: number): number {
    part.copy(bytes, at);
    return at + part.length;
  }

  /**
   * Writes the envelope up to the payload at `at` and returns its end, or -1 where it cannot be written byte by byte:
   * there are headers, or the key needs escapes.
   */
  function appendHead(block: MessageBlock, index: number, at: number): number {
    if (block.headers.size > 0 && block.headers.has(index)) return -1;
    let end = writeDigits(block.offsets[index], bytes, append(openingOf(block.partition), at));
    end = append(timeField(block.timestampsMs[index]), end);
    const keyStart = block.keyStarts[index];
    if (keyStart < 0) return append(payloadName, append(nullText, end));
    bytes[end++] = doubleQuote;
    for (let position = keyStart; position < block.keyEnds[index]; position++) {
      const byte = block.bytes[position];
      if (byte < firstPlainByte || byte > lastPlainByte || byte === doubleQuote || byte === backslash) return -1;
      bytes[end++] = byte;
    }
    bytes[end++] = doubleQuote;
    return append(payloadName, end);
  }

  /** Writes the envelope at `at` and returns its end. The payload is copied as it came where that is one line of JSON. */
  function appendEnvelope(message: TopicMessage, at: number): number {
    const { value } = message;
    const text = value === null ? '' : decodeText(value, 0, value.length);
    const isOneLine = value !== null && !text.includes('\n') && !text.includes('\r') && isItself(value, text);
    const head = isOneLine ? `${envelopeHead(topic, message)}"payload":` : envelopeLine(topic, message);
    reserve(at, head.length * 3 + (value?.length ?? 0) + 1);
    const end = at + bytes.write(head, at);
    if (!isOneLine) return end;
    const payloadEnd = append(value, end);
    bytes[payloadEnd] = closeBrace;
    return payloadEnd + 1;
  }

  /** The envelope's own columns; a key that stands in the envelope as it is costs no text. */
  function putEnvelopeCells(row: number, block: MessageBlock, index: number, keyAt: number | null): void {
    columns ??= kcatColumnNames.map((name) => cells.columnOf(name));
    const keyStart = block.keyStarts[index];
    const keyEnd = block.keyEnds[index];
    cells.put(row, columns[0], topic);
    cells.putNumber(row, columns[1], block.partition);
    cells.putNumber(row, columns[2], block.offsets[index]);
    cells.putNumber(row, columns[3], block.timestampsMs[index]);
    if (keyStart < 0) cells.put(row, columns[4], undefined);
    else if (keyAt === null || keyEnd - keyStart > longestRecordBytes)
      cells.put(row, columns[4], block.bytes.toString('utf8', keyStart, keyEnd));
    else cells.putSpan(row, columns[4], keyAt, keyAt + keyEnd - keyStart);
  }

  /** Writes one message into a row at `at` and returns where its envelope ends, or why it is no record. */
  function putMessage(row: number, block: MessageBlock, index: number, at: number): number | string {
    const valueStart = block.valueStarts[index];
    const valueBytes = block.valueEnds[index] - valueStart;
    const fault = block.faults.size === 0 ? undefined : block.faults.get(index);
    if (fault !== undefined) return fault;
    if (valueStart < 0) return tombstoneReason;
    if (valueBytes > longestRecordBytes) return tooLongReason;
    const keyBytes = block.keyEnds[index] - block.keyStarts[index];
    reserve(at, mostBytesBesides + topic.length + keyBytes + valueBytes);
    const headEnd = appendHead(block, index, at);
    const payloadAt = headEnd < 0 ? at : headEnd;
    block.bytes.copy(bytes, payloadAt, valueStart, valueStart + valueBytes);
    const payloadEnd = payloadAt + valueBytes;
    const outcome = payloads.put(row, bytes, payloadAt, payloadEnd);
    if (outcome.kind === 'rejected') return outcome.reason;
    if (headEnd < 0 || outcome.kind === 'parsed') {
      // The texts of a row read from its bytes lie where the envelope is written now.
      const moved = outcome.kind === 'plain';
      const end = appendEnvelope(messageAt(block, index), at);
      if (moved) payloads.put(row, bytes, end - 1 - valueBytes, end - 1);
      bytes[end - 1] = closeBrace;
      putEnvelopeCells(row, block, index, null);
      return end;
    }
    bytes[payloadEnd] = closeBrace;
    putEnvelopeCells(row, block, index, headEnd - payloadName.length - 1 - keyBytes);
    return payloadEnd + 1;
  }

  return {
    get columnNames() {
      return cells.columnNames;
    },
    capacity,
    batchOf(slices, start) {
      cells.clear();
      const rejected: RejectedRecord[] = [];
      let rowCount = 0;
      let used = 0;
      let position = start.byteOffset;
      let lineNumber = start.line;
      for (const { block, from, to } of slices)
        for (let index = from; index < to; index++, lineNumber++) {
          const outcome = putMessage(rowCount, block, index, used);
          if (typeof outcome === 'string') {
            const raw = Buffer.from(envelopeLine(topic, messageAt(block, index)));
            const place = { line: lineNumber, byteOffset: position };
            rejected.push({ raw: raw.subarray(0, longestRecordBytes), ...place, reason: outcome });
            position += raw.length + 1;
            continue;
          }
          rawStart[rowCount] = used;
          rawEnd[rowCount] = outcome;
          byteOffset[rowCount] = position;
          line[rowCount] = lineNumber;
          position += outcome - used + 1;
          used = outcome;
          rowCount++;
        }
      const next = { byteOffset: position, line: lineNumber };
      const frame = { rowCount, columnNames: cells.columnNames, rejected, next };
      return cells.batch(frame, { byteOffset, line }, { bytes, rawStart, rawEnd });
    },
  };
}

/** True where the text is the payload's own bytes: copied, they can be read back as the same text. */
function isItself(value: Buffer, text: string): boolean {
  return text.length === value.length || utf8Text(value) === text;
}

/** Remembers the last answer: messages of one partition, and of one millisecond, come together. */
function memoize<T>(make: (key: number) => T): (key: number) => T {
  let known: { readonly key: number; readonly value: T } | undefined;
  return (key) => {
    if (known?.key !== key) known = { key, value: make(key) };
    return known.value;
  };
}
