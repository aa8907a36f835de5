import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { columnFacts, type ColumnFacts } from '../features/column-facts.ts';
import { sampleOfRecording, type ProfileSample } from '../features/profile-sample.ts';
import { zoneClock } from '../domain/time-zone.ts';
import { openRecording } from './open-recording.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-plain-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cell = fc.oneof(
  { weight: 6, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
  { weight: 6, arbitrary: fc.integer({ min: -2000, max: 2000 }).map(String) },
  { weight: 4, arbitrary: fc.stringMatching(/^-?\d{1,4}(\.\d{1,4})?$/) },
  { weight: 2, arbitrary: fc.stringMatching(/^-?\d{12,27}(\.\d{1,27})?$/) },
  { weight: 2, arbitrary: fc.stringMatching(/^[-+]?[\d.]{1,5}([eE][-+]?\d{0,3})?$/) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', 'NA', '-', ' 7', '"8"', '"-0.5"', '-0', '007', '1.020', '2.500', '1e5', '.5', '5.'),
  },
);
/** What stands at the edge of a rule: alone in a column it decides. */
const edges = [
  '0.125',
  '12.500',
  '1234.567',
  '1.25',
  '0',
  '00',
  '01',
  '7',
  '123456789012',
  '1234567890123',
  '-123456789012',
  '0.1e5',
  '1e310',
  '9'.repeat(320),
];

/** Cells of one kind, as real columns have, with now and then one of any kind. */
const column = fc
  .tuple(
    fc.constantFrom('integer', 'decimals', 'groups', 'codes', 'cards', 'edges', 'any'),
    fc.array(cell, { minLength: 60, maxLength: 60 }),
    fc.array(fc.nat(9999), { minLength: 60, maxLength: 60 }),
    fc.nat(70),
  )
  .map(([kind, others, numbers, odd]) =>
    numbers.map((number, row) => {
      if (kind === 'any' || row === odd) return others[row];
      if (kind === 'edges') return edges[numbers[row % 2] % edges.length];
      if (kind === 'decimals') return `${row % 2 === 0 ? '-' : ''}${number / 100}`;
      if (kind === 'groups') return `${1 + (number % 900)}.${String(number).padStart(3, '0').slice(0, 3)}`;
      if (kind === 'codes') return String(number).padStart(5, '0');
      return kind === 'cards' ? `4${String(number).padStart(15, '7')}` : String(number - 5000);
    }),
  );

/** Without what reads the texts anew, and with all that was counted. */
function plainly({ cells, present, counts, hints: _hints, ...facts }: ColumnFacts): unknown {
  return {
    ...facts,
    cells: cells(),
    present: present(),
    counts: [...counts.keys()].map((key) => [key, counts.get(key)]),
  };
}

it('says of a column from its bytes what its texts say', async () => {
  let fromBytes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(column, { minLength: 1, maxLength: 4 }), async (columns) => {
      const path = join(folder, 'recording.csv');
      const rows = columns[0].map((_cell, row) => ['kept', ...columns.map((cells) => cells[row])].join(';'));
      writeFileSync(
        path,
        `${['first', ...columns.map((_cells, place) => `c${place}`)].join(';')}\n${rows.join('\n')}\n`,
      );
      const reader = await openRecording(path, {});
      const sample = await sampleOfRecording(reader).finally(() => reader.close());
      const withoutBytes: ProfileSample = { ...sample, plainNumbers: () => undefined };
      const [expected, found] = [withoutBytes, sample].map((each) => columnFacts(each, zoneClock('UTC'), new Map()));
      expect(found.map(plainly)).toEqual(expected.map(plainly));
      fromBytes += sample.columnNames.filter((_name, place) => sample.plainNumbers(place) !== undefined).length;
    }),
    { numRuns: 300 },
  );
  expect(fromBytes).toBeGreaterThan(100);
});
