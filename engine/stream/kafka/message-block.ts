import type { TopicMessage } from './topic-message.ts';

/**
 * Messages of one partition, in order, as places in the bytes of one record batch: no object stands for a message until
 * one is asked for. Keys and values are `bytes[start..end)`; a start of -1 is null.
 */
export interface MessageBlock {
  readonly partition: number;
  readonly count: number;
  readonly bytes: Buffer;
  readonly offsets: Float64Array;
  /** Milliseconds since 1970. */
  readonly timestampsMs: Float64Array;
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  /** Headers by message; those that have none are absent. */
  readonly headers: ReadonlyMap<number, TopicMessage['headers']>;
  /** Why messages are no records, where that is known already. */
  readonly faults: ReadonlyMap<number, string>;
}

/** Messages `from` to before `to` of a block. */
export interface MessageSlice {
  readonly block: MessageBlock;
  readonly from: number;
  readonly to: number;
}

/** Two float64 and four int32 for each message. */
export const bytesPerPlace = 32;
const noHeaders: TopicMessage['headers'] = [];
const noFaults: ReadonlyMap<number, string> = new Map();

/** An empty block with room for `count` messages. */
export function emptyBlock(
  partition: number,
  count: number,
  bytes: Buffer,
  headers: ReadonlyMap<number, TopicMessage['headers']>,
  faults: ReadonlyMap<number, string> = noFaults,
): MessageBlock {
  // One piece of memory: blocks come by the thousand.
  const places = new ArrayBuffer(count * bytesPerPlace);
  const int32From = (bytesBefore: number): Int32Array => new Int32Array(places, bytesBefore * count, count);
  return {
    partition,
    count,
    bytes,
    offsets: new Float64Array(places, 0, count),
    timestampsMs: new Float64Array(places, 8 * count, count),
    keyStarts: int32From(16),
    keyEnds: int32From(20),
    valueStarts: int32From(24),
    valueEnds: int32From(28),
    headers,
    faults,
  };
}

/** Messages of one partition as a block, with their bytes copied. */
export function blockOf(partition: number, messages: readonly TopicMessage[]): MessageBlock {
  const parts = messages.flatMap(({ key, value }) => [key, value]);
  const headers = new Map(
    messages.flatMap((message, at) => (message.headers.length > 0 ? [[at, message.headers]] : [])),
  );
  const bytes = Buffer.concat(parts.filter((part) => part !== null));
  const faults = new Map(messages.flatMap(({ fault }, at) => (fault === undefined ? [] : [[at, fault]])));
  const block = emptyBlock(partition, messages.length, bytes, headers, faults);
  let used = 0;
  const place = (part: Buffer | null, starts: Int32Array, ends: Int32Array, at: number): void => {
    starts[at] = part === null ? -1 : used;
    used += part?.length ?? 0;
    ends[at] = part === null ? -1 : used;
  };
  messages.forEach(({ offset, timestampMs, key, value }, at) => {
    block.offsets[at] = offset;
    block.timestampsMs[at] = timestampMs;
    place(key, block.keyStarts, block.keyEnds, at);
    place(value, block.valueStarts, block.valueEnds, at);
  });
  return block;
}

/** One message of a block; key and value are views of the block's bytes. */
export function messageAt(block: MessageBlock, at: number): TopicMessage {
  const part = (start: number, end: number): Buffer | null => (start < 0 ? null : block.bytes.subarray(start, end));
  const fault = block.faults.get(at);
  return {
    ...(fault === undefined ? {} : { fault }),
    partition: block.partition,
    offset: block.offsets[at],
    timestampMs: block.timestampsMs[at],
    key: part(block.keyStarts[at], block.keyEnds[at]),
    value: part(block.valueStarts[at], block.valueEnds[at]),
    headers: block.headers.get(at) ?? noHeaders,
  };
}

export function messageCount(slices: readonly MessageSlice[]): number {
  return slices.reduce((sum, { from, to }) => sum + (to - from), 0);
}

/** Messages of any partitions as slices, in their order. */
export function slicesOf(messages: readonly TopicMessage[]): readonly MessageSlice[] {
  const slices: MessageSlice[] = [];
  for (let from = 0; from < messages.length;) {
    const { partition } = messages[from];
    const length = messages.slice(from).findIndex((message) => message.partition !== partition);
    const to = length < 0 ? messages.length : from + length;
    slices.push({ block: blockOf(partition, messages.slice(from, to)), from: 0, to: to - from });
    from = to;
  }
  return slices;
}

export function messagesOf(slices: readonly MessageSlice[]): readonly TopicMessage[] {
  return slices.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, index) => messageAt(block, from + index)),
  );
}

/** The first `limit` messages, and the others. */
export function splitSlices(
  slices: readonly MessageSlice[],
  limit: number,
): readonly [first: readonly MessageSlice[], rest: readonly MessageSlice[]] {
  const first: MessageSlice[] = [];
  const rest: MessageSlice[] = [];
  let room = limit;
  for (const { block, from, to } of slices) {
    const middle = Math.min(to, from + room);
    if (middle > from) first.push({ block, from, to: middle });
    if (to > middle) rest.push({ block, from: middle, to });
    room -= middle - from;
  }
  return [first, rest];
}
