import { expect, it } from 'vitest';
import type { CompiledForest } from '../../domain/model.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { RowNumbers } from '../../store/row-numbers.ts';
import { envelopeLine } from '../../stream/kafka/envelope.ts';
import { deadLetterEntries } from './dead-letters.ts';
import { flagEntries } from './flag-messages.ts';

function envelope(offset: number, value: string): Uint8Array {
  const message = { partition: 0, offset, timestampMs: 0, key: null, value: Buffer.from(value), headers: [] };
  return Buffer.from(envelopeLine('payments', message));
}

it('large messages go in requests of their own, for a broker refuses one that is too large again and again', () => {
  const records = [1, 2, 3].map((id) => ({ id, sourceId: 1, reason: 'odd', raw: envelope(id, 'x'.repeat(450_000)) }));
  const openedCase = {
    quarantined: ({ after }: { readonly after: number }) => ({ rows: records.filter(({ id }) => id > after) }),
  } as unknown as ReadableCase;
  const entries = deadLetterEntries('payments', 1);
  const sent: number[] = [];
  for (let from = 1; from < 4;) {
    const { messages, next } = entries.read(openedCase, from);
    expect(messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)).toBeLessThan(900_000);
    sent.push(...messages.map(({ headers }) => Number(headers[0][1].toString().split('-')[2])));
    from = next;
  }
  expect(sent).toEqual([1, 2, 3]);
});

it('flags follow the threshold that a person moved while the stream ran, as the alerts of the case do', () => {
  let units = 2;
  const openedCase = {
    model: () => ({ threshold: { units } }),
    rowNumbers: () => new RowNumbers([]),
    segmentsFrom: (from: number) => (from < 10 ? [{ id: 1, firstSequence: 0, sourceId: 1 }] : []),
    readScores: () => Int32Array.from({ length: 10 }, (_, row) => row % 5),
    setting: () => undefined,
    readRaw: (sequence: number) => ({ bytes: envelope(sequence, '{"amount":1}') }),
  } as unknown as ReadableCase;
  const forest = { leafShift: 1, treeCount: 1, sampleSize: 2 } as unknown as CompiledForest;
  const entries = flagEntries('payments', 1, { id: 1, digest: 'd' }, forest);
  expect(entries.read(openedCase, 5).messages).toHaveLength(3);
  units = 0;
  expect(entries.read(openedCase, 5)).toMatchObject({ messages: { length: 1 }, next: 10 });
});
