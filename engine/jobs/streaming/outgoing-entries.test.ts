import { expect, it } from 'vitest';
import type { CompiledForest } from '../../domain/model.ts';
import type { RowRange } from '../../store/types.ts';
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

it('of a case without quarantine nothing waits to be sent', () => {
  const openedCase = { quarantined: () => ({ rows: [] }), lastQuarantinedId: () => 0 } as unknown as ReadableCase;
  const entries = deadLetterEntries('payments', 1);
  expect(entries.end(openedCase) - entries.read(openedCase, 0).next).toBe(0);
});

it('flags follow the threshold that a person moved while the stream ran, as the alerts of the case do', () => {
  let units = 2;
  const openedCase = {
    model: () => ({ threshold: { units } }),
    rowNumbers: () => new RowNumbers([]),
    segmentsFrom: (from: number) => (from < 10 ? [{ id: 1, firstSequence: 0, rowCount: 10, sourceId: 1 }] : []),
    readScores: (_: number, { firstSequence, rowCount }: RowRange) =>
      Int32Array.from({ length: rowCount }, (__, row) => (firstSequence + row) % 5),
    setting: () => undefined,
    readRaw: (sequence: number) => ({ bytes: envelope(sequence, '{"amount":1}') }),
  } as unknown as ReadableCase;
  const forest = { leafShift: 1, treeCount: 1, sampleSize: 2 } as unknown as CompiledForest;
  const entries = flagEntries('payments', 1, [{ model: { id: 1, digest: 'd' }, forest, firstRow: 0 }]);
  expect(entries.read(openedCase, 5).messages).toHaveLength(3);
  units = 0;
  expect(entries.read(openedCase, 5)).toMatchObject({ messages: { length: 1 }, next: 10 });
});

it('flags are those of the model that scored the row as it came, also where two scored rows of one segment', () => {
  const openedCase = {
    model: () => ({ threshold: { units: 0 } }),
    rowNumbers: () => new RowNumbers([]),
    segmentsFrom: (from: number) => (from < 10 ? [{ id: 1, firstSequence: 0, rowCount: 10, sourceId: 1 }] : []),
    // The first model has no scores behind its rows, the second one also those before.
    readScores: (id: number, { firstSequence, rowCount }: RowRange) =>
      id === 1 && firstSequence + rowCount > 4 ? undefined : new Int32Array(rowCount),
    setting: () => undefined,
    readRaw: (sequence: number) => ({ bytes: envelope(sequence, '{"amount":1}') }),
  } as unknown as ReadableCase;
  const forest = { leafShift: 1, treeCount: 1, sampleSize: 2 } as unknown as CompiledForest;
  const entries = flagEntries('payments', 1, [
    { model: { id: 1, digest: 'first' }, forest, firstRow: 0 },
    { model: { id: 2, digest: 'second' }, forest, firstRow: 4 },
  ]);
  const { messages, next } = entries.read(openedCase, 2);
  const models = messages.map(({ value }) => (JSON.parse(String(value)) as { readonly model: string }).model);
  expect(models).toEqual(['first', 'first', ...Array.from({ length: 6 }, () => 'second')]);
  expect(next).toBe(10);
});
