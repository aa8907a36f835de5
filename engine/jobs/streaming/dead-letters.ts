import type { QuarantinedRecord } from '../../store/types.ts';
import { storedMessage, storedPlace } from '../../stream/kafka/stored-envelope.ts';
import type { OutgoingMessage } from '../../stream/kafka/publish-once.ts';
import { anyPartition, fits, mostMessageBytes, type Entries } from './topic-sink.ts';

const recordsPerRead = 100;

/**
 * What one topic has put into quarantine, as messages. Entry n is record n of the quarantine, which is stored together
 * with the rows around it.
 */
export function deadLetterEntries(topic: string, sourceId: number): Entries {
  return {
    end: (openedCase) => openedCase.lastQuarantinedId() + 1,
    read(openedCase, from) {
      const messages: OutgoingMessage[] = [];
      // Records are numbered from 1: without one, nothing is waiting.
      let next = Math.max(1, from);
      for (const record of openedCase.quarantined({ after: from - 1, limit: recordsPerRead }).rows) {
        if (record.sourceId === sourceId) {
          const message = deadLetter(topic, record);
          if (!fits(message, messages)) break;
          messages.push(message);
        }
        next = record.id + 1;
      }
      return { messages, next };
    },
  };
}

/** The message as it came, with its place and the reason in headers; of one too long to send, the beginning. */
export function deadLetter(topic: string, { raw, reason }: Pick<QuarantinedRecord, 'raw' | 'reason'>): OutgoingMessage {
  const whole = storedMessage(raw);
  const place = whole ?? storedPlace(raw);
  const value = whole === null ? Buffer.from(raw) : whole.value;
  const isCut = whole === null || (value !== null && value.length > mostMessageBytes);
  const headers: readonly (readonly [string, string | number])[] = [
    ['assay.id', place === null ? topic : `${topic}-${place.partition}-${place.offset}`],
    ['assay.reason', reason],
    ['assay.source.topic', topic],
    ...(place === null
      ? []
      : [
          ['assay.source.partition', place.partition] as const,
          ['assay.source.offset', place.offset] as const,
          ['assay.source.timestamp', place.timestampMs] as const,
        ]),
    ...(isCut ? [['assay.cut', 'true'] as const] : []),
  ];
  return {
    partition: anyPartition,
    timestampMs: Date.now(),
    key: whole?.key ?? null,
    value: isCut && value !== null ? value.subarray(0, mostMessageBytes) : value,
    headers: [...(whole?.headers ?? []), ...headers.map(([name, text]) => [name, Buffer.from(String(text))] as const)],
  };
}
