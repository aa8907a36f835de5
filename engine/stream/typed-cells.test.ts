import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DecimalSum } from '../domain/decimal-sum.ts';
import { blockOfTexts } from '../features/decode-segment.ts';
import { messageBatcher } from './kafka/message-batches.ts';
import { slicesOf } from './kafka/message-block.ts';
import { openRecording } from './open-recording.ts';
import { temporaryFolder } from './read-recording.test-support.ts';

const start = { byteOffset: 0, line: 1 };

function message(offset: number, value: object): Parameters<typeof slicesOf>[0][number] {
  return { partition: 0, offset, timestampMs: 0, key: null, value: Buffer.from(JSON.stringify(value)), headers: [] };
}

it('keys that carry data cost no column each: ids as keys must not fill the memory of a stream', () => {
  const batcher = messageBatcher('payments', ['amount']);
  const before = process.memoryUsage().arrayBuffers;
  for (let batch = 0; batch < 2; batch++) {
    const messages = Array.from({ length: 900 }, (_, index) =>
      message(index, { amount: index, seen: { [`c${batch * 900 + index}`]: index } }),
    );
    const { rowCount, columnNames, text } = named(batcher.batchOf(slicesOf(messages), start));
    expect(rowCount).toBe(900);
    expect(columnNames.length).toBeGreaterThan((batch + 1) * 900);
    expect(text(899, `seen.c${batch * 900 + 899}`)).toBe('899');
    expect(text(0, `seen.c${batch * 900 + 899}`)).toBeUndefined();
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
});

it('a key met in mid-stream has its cells in every later row, whatever they hold, and none of the batch before', () => {
  const batcher = messageBatcher('payments', ['amount']);
  const first = [1.5, 'Ж', true, 'a"b', '12345678901234567890', null, 'x'].map((extra, index) =>
    message(index, extra === null ? { amount: 1 } : { amount: 1, extra }),
  );
  const { text } = named(batcher.batchOf(slicesOf(first), start));
  expect(first.map((_, row) => text(row, 'extra'))).toEqual([
    '1.5',
    'Ж',
    'true',
    'a"b',
    '12345678901234567890',
    undefined,
    'x',
  ]);
  const later = named(batcher.batchOf(slicesOf([message(9, { amount: 2 }), message(10, { extra: 7 })]), start));
  expect([later.text(0, 'extra'), later.text(1, 'extra'), later.text(1, 'amount')]).toEqual([
    undefined,
    '7',
    undefined,
  ]);
});

it.each(['1e999', '-1e999', '9'.repeat(5000)])(
  'a number of JSON that no double holds is none, in a message and in a file alike, and adds nothing to a sum: %.9s',
  async (literal) => {
    const texts = ['{"amount":1.5}', `{"amount":${literal}}`, '{"amount":2}'];
    const messages = texts.map((text, index) => ({ ...message(index, {}), value: Buffer.from(text) }));
    const path = join(temporaryFolder(), 'huge.ndjson');
    writeFileSync(path, `${texts.join('\n')}\n`);
    const reader = await openRecording(path);
    const batches = [messageBatcher('payments', ['amount']).batchOf(slicesOf(messages), start)];
    for await (const batch of reader.batches()) batches.push(batch);
    await reader.close();
    expect(batches).toHaveLength(2);
    for (const batch of batches) {
      const values = new Float64Array(3);
      const sum = new DecimalSum();
      const format = { decimal: '.', group: null, decorated: false } as const;
      expect(batch.numbers(batch.columnNames.indexOf('amount'), format, values, sum)).toEqual([1]);
      sum.settle();
      expect([...values, sum.toString()]).toEqual([1.5, NaN, 2, '3.5']);
    }
  },
);

it('a column kept as texts has those that its cells are read as, whatever they hold: an id of blanks is none', () => {
  const cells = [
    ...[0, -0, 7, 4096, 1.5, -3, 2 ** 53 - 1, 2 ** 53, 1e21, 1e-7, null, true],
    ...[
      '',
      '          ',
      'x',
      'None',
      ' null ',
      'nullnull',
      ' padded text ',
      'transaction-12',
      'Жёлудь',
      'Ж'.repeat(99),
    ],
    ...['a"b and more', 'line\nand line', '\ufeffmarked', 'ends in é'],
  ];
  const batch = messageBatcher('payments', ['id']).batchOf(
    slicesOf(cells.map((id, index) => message(index, { id }))),
    start,
  );
  const column = batch.columnNames.indexOf('id');
  const block = blockOfTexts(batch, column);
  if (block.kind !== 'text') throw new Error(`A block of kind ${block.kind}.`);
  const texts = Array.from(block.ends, (end, row) =>
    Buffer.from(block.bytes.subarray(block.ends[row - 1] ?? 0, end)).toString('utf8'),
  );
  expect(texts).toEqual(cells.map((_, row) => batch.text(row, column) ?? ''));
  expect(texts.filter((text) => text === '')).toHaveLength(5);
});

function named(batch: ReturnType<ReturnType<typeof messageBatcher>['batchOf']>): {
  readonly rowCount: number;
  readonly columnNames: readonly string[];
  readonly text: (row: number, name: string) => string | undefined;
} {
  const { rowCount, columnNames } = batch;
  return { rowCount, columnNames, text: (row, name) => batch.text(row, columnNames.indexOf(name)) };
}
