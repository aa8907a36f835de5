import type { RecordBatch, RecordingPosition, RejectedRecord } from '../../domain/record-batch.ts';
import { CellBatch, createCellTable } from '../cell-table.ts';
import { decodeText } from '../cell-text.ts';
import { kcatColumnNames, messageWriter } from '../json-lines.ts';
import { defaultRowsPerBatch, longestRecordBytes, tooLongReason } from '../text-batches.ts';
import { envelopeHead, envelopeLine } from './envelope.ts';
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
  batchOf(messages: readonly TopicMessage[], start: RecordingPosition): RecordBatch;
}

const firstBufferBytes = 1 << 20;

export function messageBatcher(
  topic: string,
  columnNames: readonly string[],
  capacity: number = defaultRowsPerBatch,
): MessageBatcher {
  const table = createCellTable(columnNames, capacity);
  const writer = messageWriter(table);
  const rawStart = new Uint32Array(capacity);
  const rawEnd = new Uint32Array(capacity);
  const byteOffset = new Float64Array(capacity);
  const line = new Float64Array(capacity);
  let bytes = Buffer.alloc(firstBufferBytes);

  /** Writes the envelope at `at` and returns its end. The payload is copied as it came where that is one line of JSON. */
  function writeEnvelope(message: TopicMessage, text: string, at: number): number {
    const isPlain = message.value !== null && !text.includes('\n') && !text.includes('\r') && isAscii(message, text);
    const head = isPlain ? `${envelopeHead(topic, message)}"payload":` : envelopeLine(topic, message);
    const most = at + head.length * 3 + (message.value?.length ?? 0) + 1;
    if (most > bytes.length) {
      const larger = Buffer.alloc(Math.max(most, bytes.length * 2));
      bytes.copy(larger, 0, 0, at);
      bytes = larger;
    }
    let end = at + bytes.write(head, at);
    if (!isPlain || message.value === null) return end;
    end += message.value.copy(bytes, end);
    bytes[end] = 0x7d;
    return end + 1;
  }

  return {
    get columnNames() {
      return table.columnNames;
    },
    capacity,
    batchOf(messages, start) {
      table.clear();
      const rejected: RejectedRecord[] = [];
      let rowCount = 0;
      let used = 0;
      let position = start.byteOffset;
      messages.forEach((message, index) => {
        const { partition, offset, timestampMs, key, value } = message;
        const place = { line: start.line + index, byteOffset: position };
        const text = value === null ? '' : decodeText(value, 0, value.length);
        const fault =
          message.fault ??
          (value !== null && value.length > longestRecordBytes
            ? tooLongReason
            : writer.put(rowCount, {
                topic,
                partition,
                offset,
                timestampMs,
                key: key === null ? null : key.toString('utf8'),
                value: value === null ? null : text,
              }));
        if (fault !== undefined) {
          const raw = Buffer.from(envelopeLine(topic, message));
          rejected.push({ raw: raw.subarray(0, longestRecordBytes), ...place, reason: fault });
          position += raw.length + 1;
          return;
        }
        const end = writeEnvelope(message, text, used);
        rawStart[rowCount] = used;
        rawEnd[rowCount] = end;
        byteOffset[rowCount] = position;
        line[rowCount] = place.line;
        position += end - used + 1;
        used = end;
        rowCount++;
      });
      const next = { byteOffset: position, line: start.line + messages.length };
      const frame = { rowCount, columnNames: table.columnNames, rejected, next };
      return new CellBatch(frame, table.columns, { byteOffset, line }, () => ({ bytes, rawStart, rawEnd }));
    },
  };
}

/** Columns of a topic that nothing has been read of yet. */
export const envelopeColumnNames = kcatColumnNames;

/** True where the text is the payload's own bytes: copied, they can be read back as the same text. */
function isAscii(message: TopicMessage, text: string): boolean {
  if (message.value === null) return false;
  return text.length === message.value.length || utf8Text(message.value) === text;
}
