import fetchResponse from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { recordBatchesOf, withoutAborted, type RecordBatchBytes } from './record-batch.ts';

/*
 * kafkajs makes some twenty objects for every record that it fetches, and decompresses a whole answer before anyone sees
 * a part of it. Here its answers keep their record batches as bytes: kafkajs goes on caring for connections, groups
 * and offsets, and sees one message a batch; `batchBytesOf` gives the batch to who can read it.
 */

/** One record batch in the place of its messages, as far as kafkajs looks at a message. */
interface BatchMessage {
  /** The last offset of the batch. */
  readonly offset: string;
  readonly timestamp: string;
  readonly attributes: 0;
  readonly key: null;
  readonly value: null;
  readonly headers: Readonly<Record<string, never>>;
  readonly isControlRecord: false;
  readonly recordBatch: RecordBatchBytes;
}

/** The record batch that a message of kafkajs stands for; undefined for a message that stands for itself. */
export function batchBytesOf(message: object): RecordBatchBytes | undefined {
  return 'recordBatch' in message ? (message as BatchMessage).recordBatch : undefined;
}

let isKept = false;

/** From now on every fetch of this process answers with record batches. Brokers before Kafka 2.3 answer as before. */
export function keepRecordBatches(): void {
  if (isKept) return;
  isKept = true;
  const decodeMessages = fetchResponse.decode.bind(fetchResponse);
  fetchResponse.decode = (bytes) => {
    const response = decodeFetchResponse(bytes);
    return response === null ? decodeMessages(bytes) : Promise.resolve(response);
  };
}

/** The answer to a fetch, version 11, as kafkajs wants it; null where messages come in a format older than Kafka 0.11. */
export function decodeFetchResponse(bytes: Buffer): object | null {
  const reader = new Reader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  let isReadable = true;
  const responses = reader.array(() => ({
    topicName: reader.text(),
    partitions: reader.array(() => {
      const head = {
        partition: reader.int32(),
        errorCode: reader.int16(),
        highWatermark: String(reader.int64()),
        lastStableOffset: String(reader.int64()),
        lastStartOffset: String(reader.int64()),
      };
      const aborted = reader.array(() => ({ producerId: reader.int64(), firstOffset: Number(reader.int64()) }));
      const preferredReadReplica = reader.int32();
      const batches = recordBatchesOf(reader.bytes());
      isReadable &&= batches !== null;
      const messages = withoutAborted(batches ?? [], aborted).map(batchMessage);
      return { ...head, abortedTransactions: [], preferredReadReplica, messages };
    }),
  }));
  // The broker has throttled nothing by itself: kafkajs is to wait as long as it is told.
  return isReadable ? { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses } : null;
}

function batchMessage(recordBatch: RecordBatchBytes): BatchMessage {
  return {
    offset: String(recordBatch.lastOffset),
    timestamp: String(recordBatch.lastTimestampMs),
    attributes: 0,
    key: null,
    value: null,
    headers: {},
    isControlRecord: false,
    recordBatch,
  };
}

/** Reads the fields of an answer one after the other. */
class Reader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int16(): number {
    this.#position += 2;
    return this.#bytes.readInt16BE(this.#position - 2);
  }

  int32(): number {
    this.#position += 4;
    return this.#bytes.readInt32BE(this.#position - 4);
  }

  int64(): bigint {
    this.#position += 8;
    return this.#bytes.readBigInt64BE(this.#position - 8);
  }

  text(): string {
    const length = Math.max(0, this.int16());
    this.#position += length;
    return this.#bytes.toString('utf8', this.#position - length, this.#position);
  }

  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    this.#position += length;
    return this.#bytes.subarray(this.#position - length, this.#position);
  }

  array<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }
}
