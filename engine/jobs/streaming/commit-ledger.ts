import { LatencyHistogram } from '../../monitor/latency-histogram.ts';
import type { SinkMetrics, StreamMetrics } from '../../monitor/stream-metrics.ts';
import { messageCount, type MessageSlice } from '../../stream/kafka/message-block.ts';

interface Sent {
  /** Messages sent up to and including this batch. */
  readonly upTo: number;
  readonly timestampsMs: Float64Array;
  readonly nextOffsets: ReadonlyMap<number, number>;
}

/** The group's offsets are for lag monitors: telling them oftener would cost the broker more than it helps anyone. */
const groupCommitIntervalMs = 1_000;

/** What was sent to the writer and is not known to be on the disk: tells group offsets and latency once it is. */
export class CommitLedger {
  readonly latency = new LatencyHistogram();
  readonly #metrics: StreamMetrics;
  readonly #commitOffsets: (nextOffsets: ReadonlyMap<number, number>) => Promise<void>;
  readonly #pending: Sent[] = [];
  readonly #sink: SinkMetrics;
  readonly #untold = new Map<number, number>();
  #toldMs = Number.NEGATIVE_INFINITY;
  #sentMessages = 0;
  #committedMessages = 0;

  constructor(metrics: StreamMetrics, commitOffsets: (nextOffsets: ReadonlyMap<number, number>) => Promise<void>) {
    this.#metrics = metrics;
    this.#sink = metrics.sink('case');
    this.#commitOffsets = commitOffsets;
  }

  sent(slices: readonly MessageSlice[], nextOffsets: ReadonlyMap<number, number>): void {
    const timestampsMs = new Float64Array(messageCount(slices));
    let filled = 0;
    for (const { block, from, to } of slices) {
      timestampsMs.set(block.timestampsMs.subarray(from, to), filled);
      filled += to - from;
    }
    this.#sentMessages += filled;
    this.#sink.waiting(this.#sentMessages - this.#committedMessages);
    this.#pending.push({ upTo: this.#sentMessages, timestampsMs, nextOffsets });
  }

  /** So many messages, counted from the first one sent, are on the disk now. */
  committed(messages: number): void {
    const nowMs = Date.now();
    this.#sink.wrote(messages - this.#committedMessages);
    this.#committedMessages = messages;
    this.#sink.waiting(this.#sentMessages - messages);
    while (this.#pending.length > 0 && this.#pending[0].upTo <= messages) {
      const [{ timestampsMs, nextOffsets }] = this.#pending.splice(0, 1);
      this.#countLatencies(timestampsMs, nowMs);
      this.#metrics.committed(timestampsMs, nowMs);
      for (const [partition, offset] of nextOffsets) this.#untold.set(partition, offset);
    }
  }

  /** Messages of one millisecond come together. */
  #countLatencies(timestampsMs: Float64Array, nowMs: number): void {
    for (let row = 0; row < timestampsMs.length;) {
      const first = row;
      while (row < timestampsMs.length && timestampsMs[row] === timestampsMs[first]) row++;
      this.latency.add(nowMs - timestampsMs[first], row - first);
    }
  }

  /** To be called every now and then. */
  tellGroupIfDue(): void {
    if (performance.now() - this.#toldMs >= groupCommitIntervalMs) void this.tellGroup();
  }

  /** Tells the group what is on the disk and was not told yet. */
  async tellGroup(): Promise<void> {
    if (this.#untold.size === 0) return;
    this.#toldMs = performance.now();
    const offsets = new Map(this.#untold);
    this.#untold.clear();
    await this.#commitOffsets(offsets);
  }
}
