import { impossible } from '../../domain/error.ts';
import { isFlagged } from '../../forest/threshold.ts';
import { scoreOfSum } from '../../forest/score.ts';
import { MAXIMUM_SEGMENT_ROWS, type StoredModel } from '../../store/types.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { storedMessage } from '../../stream/kafka/stored-envelope.ts';
import type { OutgoingMessage } from '../../stream/kafka/publish-once.ts';
import { readSuppressions } from '../../case/alerts/suppressions.ts';
import { CaseSession } from '../../case/case-session.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { anyPartition, fits, type Entries } from './topic-sink.ts';

/** Looked through at a time. */
const segmentsPerRead = 64;

/** Which rows are suppressed, asked again and again of a case that grows; nothing is read of it while no pattern stands. */
function suppressionNow(): (openedCase: ReadableCase) => Uint8Array | null {
  let session: CaseSession | undefined;
  return (openedCase) => {
    if (readSuppressions(openedCase).length === 0) return null;
    if (session?.openCase === openedCase) session.refresh();
    else session = new CaseSession(openedCase);
    return session.suppressed;
  };
}

/**
 * The flags of one topic as messages, in stream order. Entry n is the row with number n, so the rows themselves, stored
 * together with their scores, are what waits to be sent. The threshold is the case's own when they are: as for alerts,
 * a person may have moved it since the stream began. A flag of a suppressed transaction says so.
 */
export function flagEntries(
  topic: string,
  sourceId: number,
  model: Pick<StoredModel, 'id' | 'digest'>,
  forest: CompiledForest,
): Entries {
  const suppressedIn = suppressionNow();
  function flagMessage(
    openedCase: ReadableCase,
    sequence: number,
    sum: number,
    thresholdUnits: number,
    isSuppressed: boolean,
  ): OutgoingMessage | null {
    const stored = storedMessage(openedCase.readRaw(sequence).bytes);
    if (stored?.value == null) return null;
    const { partition, offset, timestampMs, key, value } = stored;
    const head = JSON.stringify({
      topic,
      partition,
      offset,
      timestamp: timestampMs,
      score: scoreOfSum(forest, sum),
      threshold: scoreOfSum(forest, thresholdUnits),
      model: model.digest,
      ...(isSuppressed ? { suppressed: true } : {}),
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
    end: (openedCase) => openedCase.rowNumbers().numberOf(openedCase.nextSequence()),
    read(openedCase, from) {
      const messages: OutgoingMessage[] = [];
      const { units } = (openedCase.model(model.id) ?? impossible('flags are those of a stored model')).threshold;
      const numbers = openedCase.rowNumbers();
      const suppressed = suppressedIn(openedCase);
      const start = numbers.sequenceFrom(from);
      let next = from;
      for (const segment of openedCase.segmentsFrom(start, segmentsPerRead)) {
        const sums = openedCase.readScores(model.id, segment);
        // Rows that the model has not seen yet come later.
        if (sums === undefined) break;
        const firstRow = Math.max(0, start - segment.firstSequence);
        for (let row = firstRow; row < Math.min(sums.length, MAXIMUM_SEGMENT_ROWS); row++) {
          const sequence = segment.firstSequence + row;
          if (isFlagged(sums[row], units) && segment.sourceId === sourceId) {
            const message = flagMessage(openedCase, sequence, sums[row], units, suppressed?.[sequence] === 1);
            if (message !== null && !fits(message, messages)) return { messages, next };
            if (message !== null) messages.push(message);
          }
          next = numbers.numberOf(sequence) + 1;
        }
      }
      return { messages, next };
    },
  };
}
