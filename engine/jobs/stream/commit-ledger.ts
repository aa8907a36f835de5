import { LatencyHistogram } from '../../monitor/latency-histogram.ts';
import type { SinkMetrics, StreamMetrics } from '../../monitor/stream-metrics.ts';
import type { TopicMessage } from '../../stream/kafka/topic-message.ts';

interface Sent {
  /** Messages sent up to and including this batch. */
  readonly upTo: number;
  readonly timestampsMs: Float64Array;
  readonly nextOffsets: ReadonlyMap<number, number>;
}

/** What was sent to the writer and is not known to be on the disk: tells group offsets and latency once it is. */
export class CommitLedger {
  readonly latency = new LatencyHistogram();
  readonly #metrics: StreamMetrics;
  readonly #commitOffsets: (nextOffsets: ReadonlyMap<number, number>) => void;
  readonly #pending: Sent[] = [];
  readonly #sink: SinkMetrics;
  #sentMessages = 0;
  #committedMessages = 0;

  constructor(metrics: StreamMetrics, commitOffsets: (nextOffsets: ReadonlyMap<number, number>) => void) {
    this.#metrics = metrics;
    this.#sink = metrics.sink('case');
    this.#commitOffsets = commitOffsets;
  }

  sent(messages: readonly TopicMessage[], nextOffsets: ReadonlyMap<number, number>): void {
    this.#sentMessages += messages.length;
    const timestampsMs = Float64Array.from(messages, ({ timestampMs }) => timestampMs);
    this.#sink.waiting(this.#sentMessages - this.#committedMessages);
    this.#pending.push({ upTo: this.#sentMessages, timestampsMs, nextOffsets });
  }

  /** So many messages, counted from the first one sent, are on the disk now. */
  committed(messages: number): void {
    const nowMs = Date.now();
    this.#sink.wrote(messages - this.#committedMessages);
    this.#committedMessages = messages;
    this.#sink.waiting(this.#sentMessages - messages);
    const offsets = new Map<number, number>();
    while (this.#pending.length > 0 && this.#pending[0].upTo <= messages) {
      const [{ timestampsMs, nextOffsets }] = this.#pending.splice(0, 1);
      for (const timestampMs of timestampsMs) this.latency.add(nowMs - timestampMs);
      this.#metrics.committed(timestampsMs, nowMs);
      for (const [partition, offset] of nextOffsets) offsets.set(partition, offset);
    }
    if (offsets.size > 0) this.#commitOffsets(offsets);
  }
}
