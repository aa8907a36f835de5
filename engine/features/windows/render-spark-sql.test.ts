import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { WindowFeature, WindowSpec } from '../../domain/window-feature.ts';
import { renderSparkSql } from './render-spark-sql.ts';
import { WindowEngine } from './window-engine.ts';

const plain = { description: 'test', scale: 'linear', usesLabels: false } as const;

/** COLLECT_SET has no counterpart in SQLite, so distinct counts are left to the tests on Spark. */
function spec(): WindowSpec {
  const features = ([['customer'], ['customer', 'terminal']] as const).flatMap((entity): WindowFeature[] =>
    [
      { delayMs: 0, includeCurrent: true },
      { delayMs: 0, includeCurrent: false },
      { delayMs: 4, includeCurrent: true },
    ].flatMap((when): WindowFeature[] => {
      const shared = { ...plain, ...when, entity, windowMs: 6, amount: 'the `amount`' };
      const labelled = { ...plain, entity, windowMs: 6, delayMs: 4, usesLabels: true, label: 'label' } as const;
      return [
        { ...shared, kind: 'count', name: 'count' },
        { ...shared, kind: 'sum', name: 'sum', scale: 'log' },
        { ...shared, kind: 'mean', name: 'mean' },
        { ...shared, kind: 'min', name: 'min' },
        { ...shared, kind: 'max', name: 'max' },
        { ...shared, kind: 'std', name: 'std' },
        { ...shared, kind: 'ratio-to-mean', name: 'ratio' },
        { ...shared, kind: 'deviations-from-mean', name: 'deviations' },
        { ...plain, entity, windowMs: 6, kind: 'since-last', name: 'since' },
        { ...plain, entity, windowMs: 6, kind: 'first-seen', name: 'first' },
        { ...labelled, kind: 'fraud-count', name: 'frauds' },
        { ...labelled, kind: 'risk', name: 'risk' },
      ];
    }),
  );
  // A usual payment and one that is not: three lengths of habit, of which one holds two payments at most.
  const habits = [
    { windowMs: 6, delayMs: 2, most: 65_536 },
    { windowMs: 9, delayMs: 4, most: 2 },
  ].flatMap((habit) =>
    ([['customer'], ['terminal']] as const).flatMap((entity): WindowFeature[] => {
      const of = entity[0] === 'customer' ? 'terminal' : 'customer';
      const alone = { ...plain, ...habit, entity, name: 'habit' };
      const against = { ...plain, entity, windowMs: 3, habit, name: 'against' };
      return [
        { ...alone, kind: 'amount-excess', amount: 'the `amount`', category: 'terminal' },
        { ...alone, kind: 'novelty', of },
        { ...alone, kind: 'rarity', of },
        { ...alone, kind: 'hour-rarity', timeZone: 'UTC' },
        { ...against, kind: 'burst' },
        { ...against, kind: 'small-payments', amount: 'the `amount`' },
        { ...against, kind: 'sum-to-habit', amount: 'the `amount`' },
        { ...against, kind: 'new-visitors', of },
      ];
    }),
  );
  return {
    amountDecimals: 2,
    latenessMs: 0,
    features: [...features, ...habits].map((feature, index) => ({ ...feature, name: `${feature.name} ${index}` })),
  };
}

/** Spark's query as SQLite reads it: its typed literals and types go, its functions are given. */
function inSqlite(sql: string, database: DatabaseSync): string {
  const numeric = { deterministic: true };
  database.function('LOG1P', numeric, (x) => Math.log1p(Number(x)));
  database.function('SIGNUM', numeric, (x) => Math.sign(Number(x)));
  database.function('ISNAN', numeric, (x) => Number(Number.isNaN(x)));
  database.function('GREATEST', numeric, (a, b) => Math.max(Number(a), Number(b)));
  database.function('LN', numeric, (x) => (x === null ? null : Math.log(Number(x))));
  database.function('LOG2', numeric, (x) => Math.log2(Number(x)));
  database.function('SQRT', numeric, (x) => Math.sqrt(Number(x)));
  database.function('TIMESTAMP_MILLIS', numeric, (x) => x);
  database.function('FROM_UTC_TIMESTAMP', numeric, (x, _zone) => x);
  database.function('HOUR', numeric, (x) => BigInt(Math.floor(Number(x) / 3_600_000) % 24));
  database.function('LEAST', numeric, (a, b) => Math.min(Number(a), Number(b)));
  return sql
    .replace(/\b(\d+(?:\.\d+)?)D\b/g, (_, digits: string) => (digits.includes('.') ? digits : `${digits}.0`))
    .replace(/\b(\d+)L\b/g, '$1')
    .replace(/DECIMAL\(\d+, 0\)/g, 'INTEGER')
    .replace(/AS DOUBLE\)/g, 'AS REAL)');
}

it('means in SQL what the engine computes, ties, gaps and delays included', () => {
  const rows = fc.array(
    fc.record({
      step: fc.constantFrom(0, 0, 1, 2, 3),
      customer: fc.constantFrom(0, 1, 2, -1),
      terminal: fc.constantFrom(0, 1),
      cents: fc.option(fc.integer({ min: -200, max: 9000 }), { freq: 8 }),
      label: fc.constantFrom(0, 1, 255),
    }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(rows, (steps) => {
      const database = new DatabaseSync(':memory:');
      database.exec('CREATE TABLE paid (sequence, time, customer, terminal, "the `amount`" REAL, label)');
      const insert = database.prepare('INSERT INTO paid VALUES (?, ?, ?, ?, ?, ?)');
      let time = 1_500_000_000_000;
      const times = steps.map((row, sequence) => {
        time += row.step;
        const amount = row.cents === null ? null : row.cents / 100;
        insert.run(
          sequence,
          BigInt(time),
          row.customer < 0 ? null : row.customer,
          row.terminal,
          amount,
          row.label > 1 ? null : row.label,
        );
        return time;
      });
      const windows = spec();
      const stride = windows.features.length;
      const values = new Float32Array(steps.length * stride);
      new WindowEngine(windows).append(
        {
          rowCount: steps.length,
          times: Float64Array.from(times),
          codes: new Map([
            ['customer', Int32Array.from(steps, (row) => row.customer)],
            ['terminal', Int32Array.from(steps, (row) => row.terminal)],
          ]),
          amounts: Float64Array.from(steps, (row) => (row.cents === null ? NaN : row.cents / 100)),
          labels: Uint8Array.from(steps, (row) => row.label),
        },
        { values, firstRow: 0, stride, firstColumn: 0 },
      );
      const source = { table: 'paid', timeColumn: 'time', sequenceColumn: 'sequence' };
      const query = database.prepare(inSqlite(renderSparkSql(windows, source), database));
      query.setReadBigInts(true);
      const answers = query.all();
      database.close();
      const fromSql = answers.flatMap((row) => windows.features.map(({ name }) => Math.fround(Number(row[name]))));
      expect(fromSql).toEqual([...values]);
    }),
    { numRuns: 40 },
  );
});
