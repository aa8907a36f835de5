import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { scenariosOfWorld, type SimulationScenario, type SimulationWorld } from '../../domain/simulation.ts';
import { renderHeader, renderRecord } from './render-transaction.ts';
import { simulatedStream, type SimulationChoice } from './worlds.ts';

/** Seeds of tests; those of judgement are in the bench of detection quality. */
const choice: SimulationChoice = {
  world: 'transfers',
  customers: 150,
  terminals: 120,
  days: 40,
  start: '2026-03-02',
  seed: 11,
  missingLabels: 0,
};
const newWorlds = ['transfers', 'merchants'] as const;

/** The cells of a stream by column, and whether each record is fraud. */
function rowsOf(changes: Partial<SimulationChoice>): readonly Readonly<Record<string, string | number | null>>[] {
  const { columns, records } = simulatedStream({ ...choice, ...changes }, 'csv');
  return [...records].map(({ cells }) => Object.fromEntries(columns.map(({ name }, column) => [name, cells[column]])));
}

function digestOf(changes: Partial<SimulationChoice>): string {
  const { columns, records } = simulatedStream({ ...choice, ...changes }, 'csv');
  const hash = createHash('sha256').update(renderHeader('csv', columns));
  let index = 0;
  for (const record of records) hash.update(renderRecord(record, columns, index++, 'csv'));
  return hash.digest('hex').slice(0, 16);
}

const scenarioOf = ({ fraud_scenario: scenario }: Readonly<Record<string, unknown>>): unknown => scenario;

describe.each(newWorlds)('the world of %s', (world) => {
  const rows = rowsOf({ world });
  const frauds = rows.filter((row) => scenarioOf(row) !== null);

  it('is in order of time, within its days, with ids that never repeat, all ways of fraud at the share asked for', () => {
    const times = rows.map(({ event_time: time }) => String(time));
    expect(times).toEqual(times.toSorted());
    expect(times[0] >= '2026-03-02').toBe(true);
    expect(times[times.length - 1] < '2026-04-11').toBe(true);
    expect(new Set(rows.map((row) => Object.values(row)[0])).size).toBe(rows.length);
    expect(new Set(frauds.map(scenarioOf))).toEqual(new Set(scenariosOfWorld[world]));
    expect(frauds.length / rows.length).toBeGreaterThan(0.004);
    expect(frauds.length / rows.length).toBeLessThan(0.012);
  });

  it('has the label known only after the transaction, and only of fraud', () => {
    for (const row of rows) {
      const isFraud = scenarioOf(row) !== null;
      expect(row['is_fraud']).toBe(isFraud ? 1 : 0);
      if (isFraud) expect(String(row['fraud_known_at']) > String(row['event_time'])).toBe(true);
      else expect(row['fraud_known_at']).toBeNull();
    }
    const late = frauds.filter(
      ({ event_time: time, fraud_known_at: known }) =>
        Date.parse(String(known)) - Date.parse(String(time)) > 7 * 86_400_000,
    );
    expect(late.length).toBeGreaterThan(frauds.length / 10);
  });

  it('keeps what is genuine as it is, but for the balance, when ways of fraud are left out', () => {
    const genuine = (all: ReturnType<typeof rowsOf>): readonly string[] =>
      all
        .filter((row) => scenarioOf(row) === null)
        .map((row) =>
          Object.entries(row)
            .flatMap(([name, cell]) => (/_id$|balance/.test(name) ? [] : [cell]))
            .join(),
        );
    const [only] = scenariosOfWorld[world];
    const fewer = rowsOf({ world, scenarios: [only] });
    expect(genuine(fewer)).toEqual(genuine(rows));
    expect(new Set(fewer.map(scenarioOf))).toEqual(new Set([null, only]));
  });

  it('empties the labels of a share of its transactions and keeps the truth to judge by', () => {
    const some = rowsOf({ world, missingLabels: 0.4 });
    const share = some.filter(({ is_fraud: label }) => label === null).length / some.length;
    expect(share).toBeGreaterThan(0.37);
    expect(share).toBeLessThan(0.43);
    expect(some.map(scenarioOf)).toEqual(rows.map(scenarioOf));
    expect(some.some((row) => row['is_fraud'] === null && row['fraud_known_at'] !== null)).toBe(false);
  });

  it('refuses a way of fraud of another world, and messages of four fields', () => {
    const strange: SimulationScenario = 'leaked_card';
    expect(() => simulatedStream({ ...choice, world, scenarios: [strange] }, 'csv')).toThrow(/no way of fraud/);
    expect(() => simulatedStream({ ...choice, world }, 'messages')).toThrow(/card payments/);
  });
});

// Another digest is another recording for everybody who names its seed in a report.
it.each<[SimulationWorld, number, string]>([
  ['cards', 11, '368a9d958e5b20c5'],
  ['transfers', 11, '6ca57692862e1663'],
  ['transfers', 12, 'd79060d6f641684c'],
  ['merchants', 11, '910c6a2dd0e4c84e'],
  ['merchants', 12, '2480e03cd6b538aa'],
])('the world of %s with seed %i is the same on every machine', (world, seed, digest) => {
  expect(digestOf({ world, seed })).toBe(digest);
});

it('has transfers that look like fraud and are none', () => {
  const genuine = rowsOf({}).filter((row) => scenarioOf(row) === null);
  const devicesOf = new Map<string, Set<unknown>>();
  for (const { sender_id: sender, device_id: device } of genuine)
    devicesOf.set(String(sender), (devicesOf.get(String(sender)) ?? new Set()).add(device));
  const people = [...devicesOf].filter(([sender]) => sender.startsWith('A'));
  expect(people.filter(([, devices]) => devices.size > 1).length).toBeGreaterThan(10);
  const wages = genuine.filter(({ sender_id: sender }) => String(sender).startsWith('E'));
  expect(new Set(wages.map(({ event_time: time }) => String(time).slice(0, 13)))).toEqual(new Set(['2026-03-25T06']));
  expect(wages.length).toBeGreaterThan(100);
  expect(genuine.some(({ receiver_id: receiver }) => String(receiver).startsWith('S'))).toBe(true);
});

it('has trades that look like fraud and are none', () => {
  const genuine = rowsOf({ world: 'merchants' }).filter((row) => scenarioOf(row) === null);
  const refunds = genuine.filter(({ transaction_type: type }) => type === 'refund');
  expect(refunds.length).toBeGreaterThan(100);
  const bought = new Set(
    genuine.flatMap((row) => (row['transaction_type'] === 'sale' ? `${row['card_id']} ${row['merchant_id']}` : [])),
  );
  expect(refunds.every((row) => bought.has(`${row['card_id']} ${row['merchant_id']}`))).toBe(true);
  const firstSale = new Map<unknown, string>();
  for (const { merchant_id: shop, event_time: time } of genuine)
    if (!firstSale.has(shop)) firstSale.set(shop, String(time));
  expect([...firstSale.values()].filter((time) => time > '2026-03-15').length).toBeGreaterThan(2);
});

it('is written the same by every format', () => {
  const { columns, records } = simulatedStream(choice, 'ndjson');
  const [first] = [...records];
  const json = JSON.parse(renderRecord(first, columns, 0, 'ndjson')) as Readonly<Record<string, unknown>>;
  const csv = renderRecord(first, columns, 0, 'csv').trimEnd().split(',');
  expect(Object.keys(json)).toEqual(columns.map(({ name }) => name));
  expect(Number(csv[4])).toBe(json['amount']);
  const kcat = JSON.parse(renderRecord(first, columns, 5, 'kcat')) as { offset: number; key: string; payload: string };
  expect([kcat.offset, kcat.key, JSON.parse(kcat.payload)]).toEqual([5, json['sender_id'], json]);
});
