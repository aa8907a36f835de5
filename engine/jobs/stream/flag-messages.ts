import { scoreOfSum } from '../../forest/score.ts';
import { MAXIMUM_SEGMENT_ROWS, type StoredModel } from '../../store/types.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { storedMessage } from '../../stream/kafka/stored-envelope.ts';
import type { OutgoingMessage } from '../../stream/kafka/publish-once.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { anyPartition, isFull, type Entries } from './topic-sink.ts';

/** Looked through at a time. */
const segmentsPerRead = 64;

/**
 * The flags of one topic as messages, in stream order. Entry n is row n of the case, so the rows themselves, stored
 * together with their scores, are what waits to be sent.
 */
export function flagEntries(
  topic: string,
  sourceId: number,
  model: Pick<StoredModel, 'id' | 'digest' | 'threshold'>,
  forest: CompiledForest,
): Entries {
  const threshold = scoreOfSum(forest, model.threshold.units);

  function flagMessage(openedCase: ReadableCase, sequence: number, sum: number): OutgoingMessage | null {
    const stored = storedMessage(openedCase.readRaw(sequence).bytes);
    if (stored?.value == null) return null;
    const { partition, offset, timestampMs, key, value } = stored;
    const head = JSON.stringify({
      topic,
      partition,
      offset,
      timestamp: timestampMs,
      score: scoreOfSum(forest, sum),
      threshold,
      model: model.digest,
    });
    // The transaction stands there as it was received, so that no digit of it changes.
    const text = `${head.slice(0, -1)},"transaction":${value.toString('utf8')}}`;
    const place = Buffer.from(`${topic}-${partition}-${offset}`);
    return {
      partition: anyPartition,
      timestampMs: Date.now(),
      key: key ?? place,
      value: Buffer.from(text),
      headers: [['assay.id', place]],
    };
  }

  return {
    end: (openedCase) => openedCase.nextSequence(),
    read(openedCase, from) {
      const messages: OutgoingMessage[] = [];
      let next = from;
      for (const segment of openedCase.segmentsFrom(from, segmentsPerRead)) {
        const sums = openedCase.readScores(model.id, segment.id);
        // Rows that the model has not seen yet come later.
        if (sums === undefined) break;
        const firstRow = Math.max(0, from - segment.firstSequence);
        for (let row = firstRow; row < Math.min(sums.length, MAXIMUM_SEGMENT_ROWS); row++) {
          next = segment.firstSequence + row + 1;
          if (sums[row] > model.threshold.units || segment.sourceId !== sourceId) continue;
          const message = flagMessage(openedCase, next - 1, sums[row]);
          if (message !== null) messages.push(message);
          if (isFull(messages)) return { messages, next };
        }
      }
      return { messages, next };
    },
  };
}
