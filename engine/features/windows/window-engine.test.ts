import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowFeature, WindowSpec } from '../../domain/window-feature.ts';
import { WindowEngine, type TransactionBlock } from './window-engine.ts';

interface Row {
  readonly time: number;
  readonly customer: number;
  readonly terminal: number;
  readonly amount: number;
  readonly label: number;
}

const plain = { description: 'test', scale: 'linear', usesLabels: false } as const;

function everyFeature(entity: WindowFeature['entity'], windowMs: number, delayMs: number): WindowFeature[] {
  const counted = [true, false].flatMap((includeCurrent): WindowFeature[] => {
    const shared = { ...plain, entity, windowMs, delayMs, includeCurrent, amount: 'amount' };
    return [
      { ...shared, kind: 'count', name: 'count' },
      { ...shared, kind: 'sum', name: 'sum' },
      { ...shared, kind: 'mean', name: 'mean' },
      { ...shared, kind: 'min', name: 'min' },
      { ...shared, kind: 'max', name: 'max' },
      { ...shared, kind: 'std', name: 'std' },
      { ...shared, kind: 'ratio-to-mean', name: 'ratio' },
      { ...shared, kind: 'deviations-from-mean', name: 'deviations' },
      { ...shared, kind: 'distinct', name: 'distinct', of: entity[0] === 'customer' ? 'terminal' : 'customer' },
      { ...shared, kind: 'sum', name: 'log sum', scale: 'log' },
    ];
  });
  const rest: WindowFeature[] = [
    { ...plain, entity, windowMs, kind: 'since-last', name: 'since' },
    { ...plain, entity, windowMs, kind: 'first-seen', name: 'first' },
  ];
  const labelled = { ...plain, entity, windowMs, delayMs, usesLabels: true, label: 'label' } as const;
  const risk: WindowFeature[] = [
    { ...labelled, kind: 'risk', name: 'risk' },
    { ...labelled, kind: 'fraud-count', name: 'frauds' },
  ];
  return [...counted, ...rest, ...(delayMs > 0 ? risk : [])];
}

function specOf(latenessMs: number): WindowSpec {
  const features = [
    ...everyFeature(['customer'], 5, 0),
    ...everyFeature(['customer'], 40, 0),
    ...everyFeature(['terminal'], 20, 7),
    ...everyFeature(['terminal'], 6, 0),
    ...everyFeature(['customer', 'terminal'], 30, 3),
  ].map((feature, index) => ({ ...feature, name: `${index} ${feature.name}` }));
  return { amountDecimals: 2, latenessMs, features };
}

function blockOf(rows: readonly Row[]): TransactionBlock {
  return {
    rowCount: rows.length,
    times: Float64Array.from(rows, (row) => row.time),
    codes: new Map([
      ['customer', Int32Array.from(rows, (row) => row.customer)],
      ['terminal', Int32Array.from(rows, (row) => row.terminal)],
    ]),
    amounts: Float64Array.from(rows, (row) => row.amount),
    labels: Uint8Array.from(rows, (row) => row.label),
  };
}

function append(engine: WindowEngine, rows: readonly Row[]): number[] {
  const stride = engine.featureCount;
  const values = new Float32Array(rows.length * stride);
  engine.append(blockOf(rows), { values, firstRow: 0, stride, firstColumn: 0 });
  return [...values];
}

const codeOf = (row: Row, column: string): number => (column === 'customer' ? row.customer : row.terminal);
const centsOf = (amount: number): bigint => BigInt(Math.round(amount * 100));

/** How old each row may be: the earliest time of the last whole run of 64, at its highest so far, less the lateness. */
function horizonsOf(rows: readonly Row[], latenessMs: number): number[] {
  const times: number[] = [];
  return rows.map((row) => {
    const runs = Math.floor(times.length / 64);
    let clock = -Infinity;
    for (let run = 0; run < runs; run += 1) clock = Math.max(clock, Math.min(...times.slice(run * 64, run * 64 + 64)));
    if (!Number.isNaN(row.time)) times.push(row.time);
    return clock - latenessMs;
  });
}

/** The definition, row by row over everything received so far, with whole cents as big integers. */
function byDefinition(spec: WindowSpec, rows: readonly Row[]): number[] {
  const horizons = horizonsOf(rows, spec.latenessMs);
  const columns = spec.features.map((feature) => {
    const kept: Row[] = [];
    return rows.map((row, index) => {
      const same = kept.filter((other) =>
        feature.entity.every((column) => codeOf(other, column) === codeOf(row, column)),
      );
      const newest = Math.max(-Infinity, ...same.map((other) => other.time));
      const counts =
        feature.entity.every((column) => codeOf(row, column) >= 0) &&
        row.time >= horizons[index] &&
        row.time >= newest - spec.latenessMs;
      if (counts) kept.push(row);
      return Math.fround(oneByDefinition(feature, counts ? same : [], row));
    });
  });
  return rows.flatMap((_, index) => columns.map((column) => column[index]));
}

function oneByDefinition(feature: WindowFeature, earlier: readonly Row[], row: Row): number {
  const delayMs = 'delayMs' in feature ? feature.delayMs : 0;
  const upTo = row.time - delayMs;
  const seen = earlier.filter((other) => other.time <= upTo && other.time > upTo - feature.windowMs);
  if ('includeCurrent' in feature && feature.includeCurrent && delayMs === 0) seen.push(row);
  const value = plainValue(feature, seen, row);
  return feature.scale === 'log' ? Math.sign(value) * Math.log1p(Math.abs(value)) : value;
}

function plainValue(feature: WindowFeature, seen: readonly Row[], row: Row): number {
  const cents = seen.filter((other) => !Number.isNaN(other.amount)).map((other) => centsOf(other.amount));
  const count = BigInt(cents.length);
  const sum = cents.reduce((total, value) => total + value, 0n);
  const scaledVariance = count * cents.reduce((total, value) => total + value * value, 0n) - sum * sum;
  const deviation = cents.length < 2 ? 0 : Math.sqrt(Number(scaledVariance) / Number(count * (count - 1n)));
  const current = Math.round(row.amount * 100);
  const labelled = seen.filter((other) => other.label <= 1);
  const frauds = labelled.filter((other) => other.label === 1).length;
  switch (feature.kind) {
    case 'count':
      return seen.length;
    case 'sum':
      return Number(sum) / 100;
    case 'mean':
      return cents.length === 0 ? 0 : Number(sum) / (cents.length * 100);
    case 'min':
      return cents.length === 0 ? 0 : Number(cents.reduce((a, b) => (b < a ? b : a))) / 100;
    case 'max':
      return cents.length === 0 ? 0 : Number(cents.reduce((a, b) => (b > a ? b : a))) / 100;
    case 'std':
      return deviation / 100;
    case 'ratio-to-mean':
      return Number.isNaN(current) || sum <= 0n ? 1 : (current * cents.length) / Number(sum);
    case 'deviations-from-mean':
      return Number.isNaN(current) || deviation === 0 ? 0 : (current - Number(sum) / cents.length) / deviation;
    case 'distinct':
      return new Set(seen.map((other) => codeOf(other, feature.of)).filter((code) => code >= 0)).size;
    case 'since-last':
      return Math.min(feature.windowMs, ...seen.map((other) => row.time - other.time)) / 3_600_000;
    case 'first-seen':
      return seen.length === 0 ? 1 : 0;
    case 'fraud-count':
      return frauds;
    case 'risk':
      return labelled.length === 0 ? 0 : frauds / labelled.length;
  }
}

const amounts = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 20_000 }).map((cents) => cents / 100) },
  { weight: 1, arbitrary: fc.integer({ min: -500, max: 500 }).map((cents) => cents / 100) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 0, 12_345_678_901.23, 22_000_000_000_000.5) },
);

/** Rows mostly in order of time, with equal times, late ones, missing entities and times, and unknown labels. */
const streams = fc
  .array(
    fc.record({
      step: fc.constantFrom(0, 0, 1, 1, 2, 5),
      late: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 60 })),
      customer: fc.integer({ min: -1, max: 3 }),
      terminal: fc.integer({ min: -1, max: 4 }),
      amount: amounts,
      label: fc.constantFrom(0, 0, 1, 255),
      timeMissing: fc.integer({ min: 0, max: 30 }).map((value) => value === 0),
    }),
    { minLength: 1, maxLength: 260, size: 'max' },
  )
  .map((steps) => {
    let now = 1_500_000_000_000;
    return steps.map(({ step, late, timeMissing, ...row }): Row => {
      now += step;
      return { ...row, time: timeMissing ? Number.NaN : now - late };
    });
  });

const latenesses = fc.constantFrom(0, 4, 25, 1000);

describe('window features', () => {
  it('equal their definition to the last bit, whatever the order, ties, gaps and delays', () => {
    fc.assert(
      fc.property(streams, latenesses, (rows, latenessMs) => {
        const spec = specOf(latenessMs);
        expect(append(new WindowEngine(spec), rows)).toEqual(byDefinition(spec, rows));
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('do not depend on how the stream is cut into blocks', () => {
    fc.assert(
      fc.property(streams, latenesses, fc.array(fc.nat(40)), (rows, latenessMs, lengths) => {
        const whole = append(new WindowEngine(specOf(latenessMs)), rows);
        const engine = new WindowEngine(specOf(latenessMs));
        const pieces: number[] = [];
        let from = 0;
        for (const length of [...lengths, rows.length]) {
          pieces.push(...append(engine, rows.slice(from, from + length)));
          from += length;
        }
        expect(pieces).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('go on after a restored snapshot as if nothing had happened', () => {
    fc.assert(
      fc.property(streams, latenesses, fc.nat(260), (rows, latenessMs, cut) => {
        const uninterrupted = new WindowEngine(specOf(latenessMs));
        const whole = append(uninterrupted, rows);
        const first = new WindowEngine(specOf(latenessMs));
        const before = append(first, rows.slice(0, cut));
        const second = new WindowEngine(specOf(latenessMs));
        second.restore(first.snapshot());
        expect(second.snapshot()).toEqual(first.snapshot());
        expect([...before, ...append(second, rows.slice(cut))]).toEqual(whole);
        expect(second.snapshot()).toEqual(uninterrupted.snapshot());
        expect(second.misplaced()).toEqual(uninterrupted.misplaced());
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('of the past do not change when the future is shuffled or its labels are turned', () => {
    fc.assert(
      fc.property(streams, fc.nat(260), fc.integer(), (rows, cut, seed) => {
        const past = rows.slice(0, cut);
        const future = fc.sample(fc.shuffledSubarray(rows.slice(cut)), { numRuns: 1, seed })[0];
        const turned = future.map((row) => ({ ...row, label: row.label === 1 ? 0 : 1 }));
        const asReceived = append(new WindowEngine(specOf(25)), rows);
        const changed = append(new WindowEngine(specOf(25)), [...past, ...turned]);
        const known = past.length * specOf(25).features.length;
        expect(changed.slice(0, known)).toEqual(asReceived.slice(0, known));
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('do not see a label before its delay has passed', () => {
    const rows = [0, 6, 7, 26, 27].map((time) => ({ time, customer: 0, terminal: 0, amount: 1, label: 1 }));
    const risk = specOf(0).features.filter((feature) => feature.kind === 'fraud-count' && feature.windowMs === 20);
    expect(append(new WindowEngine({ ...specOf(0), features: risk }), rows)).toEqual([0, 0, 1, 3, 2]);
  });

  it('refuse labels without a delay', () => {
    const [risk] = specOf(0).features.filter((feature) => feature.kind === 'risk');
    const leaking = { ...risk, delayMs: 0 } as WindowFeature;
    expect(() => new WindowEngine({ amountDecimals: 2, latenessMs: 0, features: [leaking] })).toThrow(/delayMs/);
  });

  it('hold no more memory for a hundred times the stream, and give back that of entities that stay away', () => {
    const pairs = specOf(25).features.filter(({ entity }) => entity.length === 2);
    const engine = new WindowEngine({ ...specOf(25), features: pairs });
    const rows = (from: number): Row[] =>
      Array.from({ length: 5000 }, (_, index) => ({
        time: from + index,
        customer: (from + index) % 1500,
        terminal: ((from + index) * 7 + Math.floor((from + index) / 1500)) % 899,
        amount: index % 90,
        label: 0,
      }));
    append(engine, rows(0));
    append(engine, rows(5000));
    const early = engine.memoryBytes;
    for (let from = 10_000; from < 500_000; from += 5000) append(engine, rows(from));
    expect(engine.memoryBytes).toBe(early);
  });

  it('refuse a snapshot of other features, and bytes that are no snapshot', () => {
    const engine = new WindowEngine(specOf(0));
    append(engine, [{ time: 1, customer: 0, terminal: 0, amount: 1, label: 0 }]);
    expect(() => new WindowEngine(specOf(1)).restore(engine.snapshot())).toThrow(/other window features/);
    expect(() => engine.restore(engine.snapshot().subarray(0, 16))).toThrow(/cannot be read/);
    expect(() => engine.restore(engine.snapshot().slice(0, -8))).toThrow(/cannot be read/);
  });
});
