import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decompressSnappy } from './codecs.ts';
import { decompressLz4Frame, mostOutputBytes } from './lz4-frame.ts';
import { emptyBlock, type MessageBlock } from './message-block.ts';
import type { TopicMessage } from './topic-message.ts';

/*
 * Kafka's record batch, format 2 (the only one that Kafka 4 keeps): a header of fixed width, then the records, each a
 * row of variable-length integers and bytes, compressed together.
 */

/** One record batch as the broker sent it. */
export interface RecordBatchBytes {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly firstTimestampMs: number;
  readonly lastTimestampMs: number;
  readonly attributes: number;
  readonly producerId: bigint;
  readonly recordCount: number;
  /** The records, compressed as the attributes say. */
  readonly records: Buffer;
}

const sizeAt = 8;
const magicAt = 16;
const attributesAt = 21;
const headBytes = 61;
/** What lies before the part that the size counts. */
const sizedFrom = 12;
const wantedMagic = 2;

const codecMask = 0x07;
const appendTimeFlag = 0x08;
const transactionFlag = 0x10;
const controlFlag = 0x20;

/** The record batches of a partition; the last one is left out where it breaks off. Null where one has another format. */
export function recordBatchesOf(bytes: Buffer): readonly RecordBatchBytes[] | null {
  const batches: RecordBatchBytes[] = [];
  let start = 0;
  while (start + headBytes <= bytes.length) {
    const end = start + sizedFrom + bytes.readInt32BE(start + sizeAt);
    if (bytes[start + magicAt] !== wantedMagic) return null;
    if (end > bytes.length) break;
    const firstOffset = Number(bytes.readBigInt64BE(start));
    batches.push({
      firstOffset,
      lastOffset: firstOffset + bytes.readInt32BE(start + attributesAt + 2),
      firstTimestampMs: Number(bytes.readBigInt64BE(start + 27)),
      lastTimestampMs: Number(bytes.readBigInt64BE(start + 35)),
      attributes: bytes.readInt16BE(start + attributesAt),
      producerId: bytes.readBigInt64BE(start + 43),
      recordCount: bytes.readInt32BE(start + 57),
      records: bytes.subarray(start + headBytes, end),
    });
    start = end;
  }
  return batches;
}

/** The part of a partition that a broker says belongs to transactions that were given up. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/** Empties the batches that nobody should see: those of given-up transactions, and the marks that end transactions. */
export function withoutAborted(
  batches: readonly RecordBatchBytes[],
  aborted: readonly AbortedTransaction[],
): readonly RecordBatchBytes[] {
  const coming = [...aborted].sort((left, right) => left.firstOffset - right.firstOffset);
  const open = new Set<bigint>();
  return batches.map((batch) => {
    const { producerId, attributes, lastOffset } = batch;
    while (coming.length > 0 && coming[0].firstOffset <= lastOffset) open.add(coming.splice(0, 1)[0].producerId);
    const isControl = (attributes & controlFlag) !== 0;
    // A producer has one transaction at a time, so whichever mark comes ends it.
    if (isControl) open.delete(producerId);
    const isAborted = (attributes & transactionFlag) !== 0 && open.has(producerId);
    return isControl || isAborted ? { ...batch, recordCount: 0 } : batch;
  });
}

/**
 * The messages of a batch from offset `fromOffset` on.
 * Throws RangeError, or the codec's error, where the batch is damaged.
 */
export function messagesOfBatch(batch: RecordBatchBytes, partition: number, fromOffset: number): MessageBlock {
  const headers = new Map<number, TopicMessage['headers']>();
  if (batch.recordCount <= 0) return emptyBlock(partition, 0, Buffer.alloc(0), headers);
  const bytes = decompressed(batch);
  const most = batch.recordCount;
  const block = emptyBlock(partition, most, bytes, headers);
  const { firstOffset, firstTimestampMs, lastTimestampMs } = batch;
  const isAppendTime = (batch.attributes & appendTimeFlag) !== 0;
  let position = 0;
  let count = 0;

  function readVarint(): number {
    let byte = bytes[position++];
    let value = byte & 0x7f;
    let shift = 7;
    while (byte >= 0x80) {
      byte = bytes[position++];
      value |= (byte & 0x7f) << shift;
      shift += 7;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** As `readVarint`, exact up to 2^53. */
  function readVarlong(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = bytes[position++];
      value += (byte & 0x7f) * factor;
      if (!(byte >= 0x80)) break;
      factor *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  function readHeaders(headerCount: number): TopicMessage['headers'] {
    return Array.from({ length: headerCount }, () => {
      const nameLength = readVarint();
      const name = bytes.toString('utf8', position, (position += nameLength));
      const length = Math.max(0, readVarint());
      return [name, Buffer.from(bytes.subarray(position, (position += length)))];
    });
  }

  for (let record = 0; record < most; record++) {
    const length = readVarint();
    const end = position + length;
    if (!(length > 0) || end > bytes.length) throw new RangeError('a record reaches beyond its batch');
    position++; // attributes, which are unused
    const timestampMs = firstTimestampMs + readVarlong();
    const offset = firstOffset + readVarint();
    const keyLength = readVarint();
    const keyStart = position;
    if (keyLength > 0) position += keyLength;
    const valueLength = readVarint();
    const valueStart = position;
    if (valueLength > 0) position += valueLength;
    const headerCount = readVarint();
    if (position > end) throw new RangeError('a field reaches beyond its record');
    if (offset >= fromOffset) {
      block.offsets[count] = offset;
      block.timestampsMs[count] = isAppendTime ? lastTimestampMs : timestampMs;
      block.keyStarts[count] = keyLength < 0 ? -1 : keyStart;
      block.keyEnds[count] = keyLength < 0 ? -1 : keyStart + keyLength;
      block.valueStarts[count] = valueLength < 0 ? -1 : valueStart;
      block.valueEnds[count] = valueLength < 0 ? -1 : valueStart + valueLength;
      if (headerCount > 0) headers.set(count, readHeaders(headerCount));
      count++;
    }
    position = end;
  }
  return { ...block, count };
}

const limit = { maxOutputLength: mostOutputBytes };

function decompressed({ attributes, records }: RecordBatchBytes): Buffer {
  switch (attributes & codecMask) {
    case 0:
      return records;
    case 1:
      return gunzipSync(records, limit);
    case 2:
      return decompressSnappy(records);
    case 3:
      return decompressLz4Frame(records);
    case 4:
      return zstdDecompressSync(records, limit);
    default:
      throw new RangeError(`codec ${attributes & codecMask} is not known`);
  }
}
