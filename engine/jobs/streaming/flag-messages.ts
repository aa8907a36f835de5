import { impossible } from '../../domain/error.ts';
import { isFlagged } from '../../forest/threshold.ts';
import { scoreOfSum } from '../../forest/score.ts';
import type { RowRange, StoredModel } from '../../store/types.ts';
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

/** A model that scores a stream from one row on, up to the row of the next one. */
export interface ScoringModel {
  readonly model: Pick<StoredModel, 'id' | 'digest'>;
  readonly forest: CompiledForest;
  /** Number of the first row that it scored as the row came. */
  readonly firstRow: number;
}

/**
 * The flags of one topic as messages, in stream order. Entry n is the row with number n, so the rows themselves, stored
 * together with their scores, are what waits to be sent. The threshold is the case's own when they are: as for alerts,
 * a person may have moved it since the stream began. A flag of a suppressed transaction says so.
 * @param models by rising first row; a row is flagged by the model that scored it as it came, also where it is sent later
 */
export function flagEntries(topic: string, sourceId: number, models: readonly ScoringModel[]): Entries {
  const suppressedIn = suppressionNow();
  function flagMessage(
    openedCase: ReadableCase,
    sequence: number,
    sum: number,
    { model, forest, units }: ScoringModel & { readonly units: number },
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
      threshold: scoreOfSum(forest, units),
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
      const numbers = openedCase.rowNumbers();
      const suppressed = suppressedIn(openedCase);
      const lines = models.map((each, index) => ({
        ...each,
        units: (openedCase.model(each.model.id) ?? impossible('flags are those of a stored model')).threshold.units,
        fromRow: index === 0 ? 0 : numbers.sequenceFrom(each.firstRow),
      }));
      const start = numbers.sequenceFrom(from);
      let next = from;
      for (const segment of openedCase.segmentsFrom(start, segmentsPerRead)) {
        const firstSequence = Math.max(start, segment.firstSequence);
        for (const part of partsOf(firstSequence, segment.firstSequence + segment.rowCount, lines)) {
          const sums = openedCase.readScores(part.line.model.id, part.rows);
          // Rows that the model has not seen yet come later.
          if (sums === undefined) return { messages, next };
          for (let row = 0; row < sums.length; row++) {
            const sequence = part.rows.firstSequence + row;
            if (isFlagged(sums[row], part.line.units) && segment.sourceId === sourceId) {
              const message = flagMessage(openedCase, sequence, sums[row], part.line, suppressed?.[sequence] === 1);
              if (message !== null && !fits(message, messages)) return { messages, next };
              if (message !== null) messages.push(message);
            }
            next = numbers.numberOf(sequence) + 1;
          }
        }
      }
      return { messages, next };
    },
  };
}

/** Rows from one place up to another, cut where another model scored. */
function partsOf<Line extends { readonly fromRow: number }>(
  firstSequence: number,
  end: number,
  lines: readonly Line[],
): readonly { readonly line: Line; readonly rows: RowRange }[] {
  return lines.flatMap((line, index) => {
    const from = Math.max(firstSequence, line.fromRow);
    const to = Math.min(end, lines[index + 1]?.fromRow ?? end);
    return from < to ? [{ line, rows: { firstSequence: from, rowCount: to - from } }] : [];
  });
}
