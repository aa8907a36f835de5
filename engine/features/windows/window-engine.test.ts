import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { WindowFeature, WindowSpec } from '../../domain/window-feature.ts';
import { exactLog } from '../../domain/exact-math.ts';
import { windowThreads } from '../../jobs/window-threads.ts';
import { serveWindows, WindowKernel, type SharedWindows } from '../kernel/window-kernel.ts';
import {
  burstOver,
  excessOf,
  hourBits,
  hourWeights,
  spentAgainstHabit,
  surpriseBits,
} from './habit-figures.test-support.ts';
import { logUnitsPerOne } from './log-amounts.ts';
import { WindowEngine, type TransactionBlock } from './window-engine.ts';
import { planWindows } from './window-plan.ts';

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

/** Every feature against a habit, with a cap that the streams reach. */
function everyHabit(entity: WindowFeature['entity'], windowMs: number, delayMs: number, most: number): WindowFeature[] {
  const of = entity[0] === 'customer' ? 'terminal' : 'customer';
  const alone = { ...plain, entity, windowMs, delayMs, most } as const;
  const against = { ...plain, entity, windowMs: 6, habit: { windowMs, delayMs, most } } as const;
  return [
    { ...alone, kind: 'amount-excess', name: 'excess', amount: 'amount', category: 'terminal' },
    { ...alone, kind: 'novelty', name: 'novelty', of },
    { ...alone, kind: 'rarity', name: 'rarity', of },
    { ...alone, kind: 'hour-rarity', name: 'hour', timeZone: 'UTC' },
    { ...against, kind: 'burst', name: 'burst' },
    { ...against, kind: 'small-payments', name: 'small', amount: 'amount' },
    { ...against, kind: 'sum-to-habit', name: 'spent', amount: 'amount' },
    { ...against, kind: 'new-visitors', name: 'visitors', of },
    {
      ...plain,
      entity,
      windowMs,
      delayMs,
      kind: 'confirmed-fraud',
      name: 'confirmed',
      of,
      usesLabels: true,
      label: 'label',
    },
  ];
}

type SpecOf = (latenessMs: number) => WindowSpec;

function numbered(latenessMs: number, features: readonly WindowFeature[]): WindowSpec {
  const named = features.map((feature, index) => ({ ...feature, name: `${index} ${feature.name}` }));
  return { amountDecimals: 2, latenessMs, features: named };
}

function specOf(latenessMs: number): WindowSpec {
  return numbered(latenessMs, [
    ...everyFeature(['customer'], 5, 0),
    ...everyFeature(['customer'], 40, 0),
    ...everyFeature(['terminal'], 20, 7),
    ...everyFeature(['terminal'], 6, 0),
    ...everyFeature(['customer', 'terminal'], 30, 3),
  ]);
}

function habitsOf(latenessMs: number): WindowSpec {
  return numbered(latenessMs, [
    ...everyHabit(['customer'], 40, 6, 9),
    ...everyHabit(['terminal'], 30, 11, 65_536),
    ...everyHabit(['terminal'], 30, 11, 2),
    ...everyHabit(['customer', 'terminal'], 20, 4, 3),
  ]);
}

const specs = fc.constantFrom<SpecOf>(specOf, habitsOf);

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
  const allLogs = logAmountsOf(rows);
  const logs = new Map(rows.map((row, index) => [row, allLogs[index]]));
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
      const earlier = counts ? same : [];
      const isHabit = 'habit' in feature || 'most' in feature;
      return Math.fround(isHabit ? againstHabit(feature, earlier, row, logs) : oneByDefinition(feature, earlier, row));
    });
  });
  return rows.flatMap((_, index) => columns.map((column) => column[index]));
}

/** The logarithm of each amount less the mean of the payments before at its terminal, drawn to that of all by ten. */
function logAmountsOf(rows: readonly Row[]): number[] {
  const units = rows.map(({ amount }) => Math.round(exactLog(Math.min(Math.max(amount, 0.01), 1e15)) * logUnitsPerOne));
  const mean = (chosen: readonly number[], otherwise: number): number =>
    chosen.length === 0 ? otherwise : chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
  return rows.map((row, index) => {
    if (Number.isNaN(row.amount)) return NaN;
    const earlier = units.slice(0, index);
    const overall = mean(
      earlier.filter((value) => !Number.isNaN(value)),
      units[index],
    );
    const kind = earlier.filter(
      (value, at) => row.terminal >= 0 && rows[at].terminal === row.terminal && !Number.isNaN(value),
    );
    const sum = kind.reduce((total, value) => total + value, 0);
    return units[index] - Math.round((sum + 10 * overall) / (kind.length + 10));
  });
}

type HabitFeature = Extract<WindowFeature, { readonly most: number } | { readonly habit: object }>;

function againstHabit(
  feature: HabitFeature,
  earlier: readonly Row[],
  row: Row,
  logs: ReadonlyMap<Row, number>,
): number {
  const { windowMs, delayMs, most } = 'habit' in feature ? feature.habit : feature;
  const upTo = row.time - delayMs;
  const inOrder = earlier
    .map((other, at) => ({ other, at }))
    .sort((a, b) => a.other.time - b.other.time || a.at - b.at);
  const habit = inOrder
    .map(({ other }) => other)
    .filter(({ time }) => time <= upTo && time > upTo - windowMs)
    .slice(-most);
  const before = inOrder.map(({ other }) => other).filter(({ time }) => time <= row.time && time > row.time - 6);
  const recent = [...before, row];
  const days = habit.length === 0 ? 0 : (upTo - habit[0].time) / 86_400_000;
  const units = (some: readonly Row[]): number[] =>
    some.flatMap(({ amount }) => (Number.isNaN(amount) ? [] : [Number(centsOf(amount))]));
  const sum = (some: readonly number[]): number => Number(some.reduce((total, value) => total + BigInt(value), 0n));
  const of = 'of' in feature ? feature.of : 'terminal';
  const values = habit.map((other) => codeOf(other, of)).filter((code) => code >= 0);
  const occurs = (code: number): number => values.filter((value) => value === code).length;
  const distinct = new Set(values).size;
  const code = codeOf(row, of);
  switch (feature.kind) {
    case 'amount-excess': {
      const known = habit
        .map((other) => BigInt(logs.get(other) || 0))
        .filter((_, at) => !Number.isNaN(habit[at].amount));
      const count = BigInt(known.length);
      const total = known.reduce((a, b) => a + b, 0n);
      const squares = count * known.reduce((a, b) => a + b * b, 0n) - total * total;
      return excessOf(logs.get(row) ?? NaN, known.length, Number(total), Number(squares));
    }
    case 'novelty':
      return values.length === 0 || code < 0 || occurs(code) > 0 ? 0 : surpriseBits(distinct, values.length + distinct);
    case 'rarity': {
      const rarer = [...new Set(values)].filter((value) => occurs(value) <= occurs(code)).map(occurs);
      return values.length === 0 || code < 0 ? 0 : surpriseBits(sum(rarer) + distinct, values.length + distinct);
    }
    case 'hour-rarity': {
      const hourOf = ({ time }: Row): number => Math.floor(time / 3_600_000) % 24;
      const weights = Array.from({ length: 24 }, (_, hour) =>
        sum(habit.map((other) => hourWeights[((hour - hourOf(other) + 36) % 24) - 10] ?? 0)),
      );
      const rarer = weights.filter((weight) => weight <= weights[hourOf(row)]);
      return habit.length === 0 || Number.isNaN(row.time) ? 0 : hourBits(sum(rarer), habit.length);
    }
    case 'burst':
      return burstOver(recent.length, habit.length, days, 6);
    case 'small-payments': {
      const usual = units(habit);
      return [...before.slice(-most), row].filter(
        ({ amount }) =>
          !Number.isNaN(amount) && sum(usual) > 0 && 5 * Number(centsOf(amount)) * usual.length < sum(usual),
      ).length;
    }
    case 'sum-to-habit':
      return spentAgainstHabit(sum(units(recent)), sum(units(habit)), units(habit).length, days);
    case 'new-visitors': {
      const visitors = new Set(
        recent.map((other) => codeOf(other, of)).filter((each) => each >= 0 && occurs(each) === 0),
      );
      return habit.length === 0 ? 0 : burstOver(visitors.size, distinct, days, 6);
    }
  }
}

function oneByDefinition(feature: Exclude<WindowFeature, HabitFeature>, earlier: readonly Row[], row: Row): number {
  const delayMs = 'delayMs' in feature ? feature.delayMs : 0;
  const upTo = row.time - delayMs;
  const seen = earlier.filter((other) => other.time <= upTo && other.time > upTo - feature.windowMs);
  if ('includeCurrent' in feature && feature.includeCurrent && delayMs === 0) seen.push(row);
  const value = plainValue(feature, seen, row);
  return feature.scale === 'log' ? Math.sign(value) * Math.log1p(Math.abs(value)) : value;
}

function plainValue(feature: Exclude<WindowFeature, HabitFeature>, seen: readonly Row[], row: Row): number {
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
    case 'confirmed-fraud': {
      const values = labelled.filter(({ label }) => label === 1).map((other) => codeOf(other, feature.of));
      return Math.max(0, new Set(values.filter((code) => code >= 0)).size - 1) / (labelled.length + 2);
    }
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

/** A kernel whose threads end in an error: `controlAddress` is that of the real one, `serve` cannot be reached. */
function trappingKernel({ module, memory }: SharedWindows): WebAssembly.Module {
  const env = { memory, log1p: Math.log1p, outOfMemory: () => undefined };
  const real = new WebAssembly.Instance(module, { env }).exports as { controlAddress(): number };
  const address = real.controlAddress();
  const named = (name: string, index: number): number[] => [name.length, ...Buffer.from(name), 0, index];
  const section = (id: number, bytes: readonly number[]): number[] => [id, bytes.length, ...bytes];
  return new WebAssembly.Module(
    Uint8Array.of(
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [2, 0x60, 0, 1, 0x7f, 0x60, 0, 0]),
      ...section(3, [2, 0, 1]),
      ...section(7, [2, ...named('controlAddress', 0), ...named('serve', 1)]),
      ...section(10, [2, 5, 0, 0x41, (address & 0x7f) | 0x80, (address >> 7) & 0x3f, 0x0b, 3, 0, 0, 0x0b]),
    ),
  );
}

/** Has so many threads wait for a stream, started. */
async function threadsReady(count: number): Promise<void> {
  const threads = Array.from({ length: count }, () => windowThreads(count + 1).start());
  await vi.waitUntil(() => threads.every((thread) => thread.isReady()), { timeout: 60_000 });
  for (const thread of threads) thread.release();
}

const latenesses = fc.constantFrom(0, 4, 25, 1000);

describe('window features', () => {
  it('equal their definition to the last bit, whatever the order, ties, gaps and delays', () => {
    fc.assert(
      fc.property(specs, streams, latenesses, (specOf, rows, latenessMs) => {
        const spec = specOf(latenessMs);
        expect(append(new WindowEngine(spec), rows)).toEqual(byDefinition(spec, rows));
      }),
      { numRuns: 60 },
    );
  });

  it('do not depend on how the stream is cut into blocks', () => {
    fc.assert(
      fc.property(specs, streams, latenesses, fc.array(fc.nat(40)), (specOf, rows, latenessMs, lengths) => {
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
  });

  it('are the same bits on one, two and three threads, from whatever row on, and so is what is remembered', async () => {
    await threadsReady(2);
    fc.assert(
      fc.property(
        specs,
        streams,
        latenesses,
        fc.nat(260),
        fc.nat(260),
        fc.constantFrom(2, 3),
        (specOf, rows, latenessMs, fromAnywhere, cut, most) => {
          const from = fromAnywhere % rows.length;
          const alone = new WindowEngine(specOf(latenessMs));
          const whole = append(alone, rows);
          const engine = new WindowEngine(specOf(latenessMs), windowThreads(most));
          const pieces = append(engine, rows.slice(0, from));
          engine.expectRows(Infinity);
          pieces.push(...append(engine, rows.slice(from, Math.max(from, cut))));
          pieces.push(...append(engine, rows.slice(Math.max(from, cut))));
          expect(engine.threadCount).toBe(most);
          expect(pieces).toEqual(whole);
          expect(engine.snapshot()).toEqual(alone.snapshot());
          expect(engine.misplaced()).toEqual(alone.misplaced());
          const earlier = new WindowEngine(specOf(latenessMs));
          append(earlier, rows.slice(0, from));
          engine.restore(earlier.snapshot());
          expect(append(engine, rows)).toEqual(append(earlier, rows));
          engine.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('take longer streams than one round, and a thread whose stream ended serves the next', async () => {
    await threadsReady(1);
    const rows = Array.from({ length: 9000 }, (_, index) => ({
      time: 1_500_000_000_000 + 3 * index,
      customer: (index * 7) % 1500,
      terminal: (index * 13) % 89,
      amount: index % 90,
      label: index % 2,
    }));
    const whole = append(new WindowEngine(specOf(4)), rows);
    for (const stream of [1, 2]) {
      const engine = new WindowEngine(specOf(4), windowThreads(2));
      engine.expectRows(Infinity);
      expect(append(engine, rows), `stream ${stream}`).toEqual(whole);
      expect(engine.threadCount).toBe(2);
      expect(engine.memoryBytes).toBeGreaterThan(0);
      engine.close();
    }
  });

  it('go on after a restored snapshot as if nothing had happened', () => {
    fc.assert(
      fc.property(specs, streams, latenesses, fc.nat(260), (specOf, rows, latenessMs, cut) => {
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
  });

  it('of the past do not change when the future is shuffled or its labels are turned', () => {
    fc.assert(
      fc.property(specs, streams, fc.nat(260), fc.integer(), (specOf, rows, cut, seed) => {
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
  });

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
    const pairs = [...specOf(25).features, ...habitsOf(25).features].filter(({ entity }) => entity.length === 2);
    const engine = new WindowEngine(numbered(25, pairs));
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

  it('say so where a thread that helps ends in an error, and do not wait for it', () => {
    const engine = new WindowEngine(specOf(0), {
      most: 2,
      start: () => ({
        isReady: () => true,
        help: (windows) => {
          expect(() => serveWindows({ ...windows, module: trappingKernel(windows) })).toThrow(/unreachable/);
        },
        release: () => undefined,
      }),
    });
    engine.expectRows(Infinity);
    const rows = Array.from({ length: 100 }, (_, time) => ({ time, customer: 0, terminal: 0, amount: 1, label: 0 }));
    expect(() => append(engine, rows)).toThrow(/A thread that computes features over time failed/);
    engine.close();
  });

  it('start from nothing in the memory of a stream that ended, and refuse to go on with that', () => {
    const rows = Array.from({ length: 2000 }, (_, time) => ({
      time,
      customer: time % 300,
      terminal: time % 7,
      amount: time % 90,
      label: time % 2,
    }));
    const whole = append(new WindowEngine(specOf(4)), rows);
    for (const spec of [habitsOf(25), specOf(4), habitsOf(25), specOf(4)]) {
      const engine = new WindowEngine(spec);
      const features = append(engine, rows);
      if (spec.latenessMs === 4) expect(features).toEqual(whole);
      engine.close();
      expect(() => append(engine, rows)).toThrow(/closed/);
    }
  });

  it('say so where the memory of a stream is at its end', () => {
    const kernel = new WindowKernel(planWindows(specOf(0)), specOf(0).features.length, 0, 100, 1);
    expect(() => kernel.roundOf(2 ** 28)).toThrow(
      expect.objectContaining({ code: 'OUT_OF_MEMORY', message: expect.stringMatching(/more than 4 GB/) as string }),
    );
  });

  it('refuse a snapshot of other features, and bytes that are no snapshot', () => {
    const engine = new WindowEngine(specOf(0));
    append(engine, [{ time: 1, customer: 0, terminal: 0, amount: 1, label: 0 }]);
    const habits = new WindowEngine(habitsOf(0));
    append(habits, [{ time: 1, customer: 0, terminal: 0, amount: 1, label: 0 }]);
    expect(() => habits.restore(habits.snapshot().slice(0, -8))).toThrow(/cannot be read/);
    expect(() => new WindowEngine(specOf(1)).restore(engine.snapshot())).toThrow(/other window features/);
    expect(() => engine.restore(engine.snapshot().subarray(0, 16))).toThrow(/cannot be read/);
    expect(() => engine.restore(engine.snapshot().slice(0, -8))).toThrow(/cannot be read/);
  });
});
