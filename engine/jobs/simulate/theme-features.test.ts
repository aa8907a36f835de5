import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { FRAUD, GENUINE, UNLABELLED } from '../../domain/label.ts';
import type { SimulationWorld } from '../../domain/simulation.ts';
import { inferProfile } from '../../features/infer-profile.ts';
import { sampleFromBatches } from '../../features/profile-sample.ts';
import { batchOfRecording } from '../../features/recordings.test-support.ts';
import { proposeThemes } from '../../features/windows/propose-themes.ts';
import { WindowEngine, type TransactionBlock } from '../../features/windows/window-engine.ts';
import { renderHeader, renderRecord } from './render-transaction.ts';
import type { SimulatedRecord } from './simulated-record.ts';
import { simulatedStream } from './worlds.ts';

const size = { customers: 80, terminals: 60, days: 45, start: '2026-03-02', seed: 12, missingLabels: 0.2 } as const;

/** Codes of a column's texts in order of appearance; -1 where a cell is empty. */
function codesOf(records: readonly SimulatedRecord[], column: number): Int32Array {
  const known = new Map<unknown, number>();
  return Int32Array.from(records, ({ cells }) => {
    if (cells[column] === null) return -1;
    if (!known.has(cells[column])) known.set(cells[column], known.size);
    return known.get(cells[column]) ?? -1;
  });
}

/**
 * SHA-256 over the float32 features of the default set that forests are grown on, and over those for learning alone, row by row; every
 * tenth transaction comes 25 places late.
 */
async function digestsOfThemes(world: SimulationWorld): Promise<readonly [grownOn: string, forLearning: string]> {
  const { columns, records } = simulatedStream({ ...size, world }, 'csv');
  const inOrder = [...records];
  const text = inOrder.map((record, index) => renderRecord(record, columns, index, 'csv'));
  const profile = inferProfile(
    await sampleFromBatches([batchOfRecording([renderHeader('csv', columns), ...text].join(''), 20_000)]),
    {},
  );
  const { windows } = proposeThemes(profile);
  const engine = new WindowEngine(windows);
  const rankOf = new Map(inOrder.map((record, index) => [record, index % 10 === 0 ? index + 25.5 : index]));
  const received = inOrder.toSorted((left, right) => (rankOf.get(left) ?? 0) - (rankOf.get(right) ?? 0));
  const place = (name: string): number => columns.findIndex((column) => column.name === name);
  const block: TransactionBlock = {
    rowCount: received.length,
    times: Float64Array.from(received, ({ timeMs }) => timeMs),
    amounts: Float64Array.from(received, ({ cells }) => Number(cells[place('amount')]) / 100),
    labels: Uint8Array.from(received, ({ cells }) => {
      const label = cells[place('is_fraud')];
      return label === null ? UNLABELLED : label === 1 ? FRAUD : GENUINE;
    }),
    codes: new Map(engine.codeColumns.map((name) => [name, codesOf(received, place(name))])),
  };
  const stride = engine.featureCount;
  const values = new Float32Array(received.length * stride);
  engine.append(block, { values, firstRow: 0, stride, firstColumn: 0 });
  expect(values.every(Number.isFinite)).toBe(true);
  const digestOf = (isChosen: (isForLearning: boolean) => boolean): string => {
    const chosen = windows.features.map(({ isForLearning }) => isChosen(isForLearning === true));
    const taken = values.filter((_, index) => chosen[index % stride]);
    return createHash('sha256').update(new Uint8Array(taken.buffer)).digest('hex').slice(0, 16);
  };
  return [digestOf((isForLearning) => !isForLearning), digestOf((isForLearning) => isForLearning)];
}

// Another digest is another model for everybody who trained one: a change must be meant, and old cases must compute anew.
it.each<[SimulationWorld, string, string]>([
  ['cards', 'eb317699684480c4', '836ba5bb6276090f'],
  ['transfers', '3452772cd9f9dda7', '94c3ea53daa5d1d2'],
  ['merchants', '31ec7c7b1a9bd88f', 'caacad9c877d1641'],
])('the features of the themes of %s are the same bits on every machine', async (world, grownOn, forLearning) => {
  expect(await digestsOfThemes(world)).toEqual([grownOn, forLearning]);
});

it('one card that never rests takes no more memory after seven months than after three', () => {
  const { windows } = proposeThemes({
    version: 1,
    timeZone: 'UTC',
    columns: [
      { name: 'time', kind: 'time', role: 'event_time' } as const,
      { name: 'card', kind: 'category', role: 'card' } as const,
      { name: 'terminal', kind: 'category', role: 'terminal' } as const,
      { name: 'amount', kind: 'number', role: 'amount' } as const,
      { name: 'label', kind: 'category', role: 'label' } as const,
      { name: 'country', kind: 'category', role: 'feature' } as const,
    ].map((column) => ({ ...column, confidence: 1, reason: 'given', inferred: false })),
  });
  const engine = new WindowEngine(windows);
  const rowsPerDay = 288;
  const stride = engine.featureCount;
  const values = new Float32Array(rowsPerDay * stride);
  const feed = (fromDay: number, toDay: number): number => {
    for (let day = fromDay; day < toDay; day++) {
      const row = (index: number): number => day * rowsPerDay + index;
      const each = Array.from({ length: rowsPerDay }, (_, index) => row(index));
      engine.append(
        {
          rowCount: rowsPerDay,
          times: Float64Array.from(each, (index) => index * 300_000),
          amounts: Float64Array.from(each, (index) => 1 + (index % 97)),
          labels: Uint8Array.from(each, (index) => (index % 50 === 0 ? FRAUD : GENUINE)),
          codes: new Map([
            ['card', new Int32Array(rowsPerDay)],
            ['terminal', Int32Array.from(each, (index) => (index * 7919) % 400)],
            ['country', Int32Array.from(each, (index) => index % 9)],
          ]),
        },
        { values, firstRow: 0, stride, firstColumn: 0 },
      );
    }
    return engine.memoryBytes;
  };
  const afterThree = feed(0, 100);
  expect(feed(100, 220)).toBeLessThanOrEqual(afterThree);
});
