import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecodedSegment } from '../domain/columns.ts';
import { TextDictionary } from '../domain/dictionary.ts';
import type { FeatureSpec } from '../domain/feature-spec.ts';
import type { Profile } from '../domain/profile.ts';
import { ReceivedOrder, StreamFeatures, WholeStream } from './stream-features.ts';
import { orderOfTime } from './windows/order-of-time.ts';

const hourMs = 3_600_000;
const shared = {
  description: 'of this card in 24 h',
  entity: ['card'] as [string],
  scale: 'linear' as const,
  usesLabels: false as const,
  windowMs: 24 * hourMs,
};
const spec: FeatureSpec = {
  version: 1,
  timeZone: 'UTC',
  features: [],
  leftOut: [],
  windows: {
    amountDecimals: 2,
    latenessMs: hourMs,
    features: [
      { ...shared, name: 'count', kind: 'count', delayMs: 0, includeCurrent: true },
      { ...shared, name: 'mean', kind: 'mean', delayMs: 0, includeCurrent: false, amount: 'amount' },
      { ...shared, name: 'since', kind: 'since-last' },
    ],
  },
};
const column = { confidence: 1, reason: '', inferred: true };
const profile: Profile = {
  version: 1,
  timeZone: 'UTC',
  columns: [
    { ...column, name: 'at', kind: 'time', role: 'event_time', timeFormat: 'iso' },
    { ...column, name: 'card', kind: 'category', role: 'card' },
    { ...column, name: 'amount', kind: 'number', role: 'amount' },
  ],
};
const dictionaries = new Map([['card', new TextDictionary()]]);
const stride = 3;

interface Row {
  readonly time: number;
  readonly card: number;
  readonly cents: number;
}

function segmentOf(rows: readonly Row[], firstSequence: number): DecodedSegment {
  return {
    firstSequence,
    rowCount: rows.length,
    columns: new Map([
      ['at', { kind: 'time', values: Float64Array.from(rows, ({ time }) => time) }],
      ['card', { kind: 'code', codes: Int32Array.from(rows, ({ card }) => card) }],
      ['amount', { kind: 'number', values: Float64Array.from(rows, ({ cents }) => cents / 100) }],
    ]),
  };
}

function toEnd<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Features over time of rows as they come. */
function asTheyCome(rows: readonly Row[]): { readonly values: Float32Array; readonly features: StreamFeatures } {
  const features = new StreamFeatures(profile, spec, dictionaries);
  const values = new Float32Array(rows.length * stride);
  features.compute(segmentOf(rows, 0), values);
  return { values, features };
}

const tables = fc
  .uniqueArray(fc.record({ time: fc.integer({ min: 0, max: 96 * 60 }), card: fc.nat(3), cents: fc.nat(100_000) }), {
    selector: ({ time }) => time,
    minLength: 2,
    maxLength: 300,
    size: 'max',
  })
  .map((rows) => rows.map((row) => ({ ...row, time: row.time * 60_000 })));

describe('a stream taken whole', () => {
  it('gives every permutation of the rows, however cut, the features over time of the sorted stream', () => {
    fc.assert(
      fc.property(tables, fc.nat(300), (rows, cut) => {
        const sorted = [...rows].sort((one, other) => one.time - other.time);
        const expected = asTheyCome(sorted).values;
        const firstSequence = 7;
        const whole = new WholeStream(profile, spec, dictionaries);
        whole.add(segmentOf(rows.slice(0, cut), firstSequence));
        whole.add(segmentOf(rows.slice(cut), firstSequence + Math.min(cut, rows.length)));
        const features = new StreamFeatures(profile, spec, dictionaries);
        const compute = toEnd(features.takeWhole(whole));
        const values = new Float32Array(rows.length * stride);
        compute(segmentOf(rows, firstSequence), values);
        rows.forEach((row, index) => {
          const place = sorted.indexOf(row);
          expect(values.slice(index * stride, (index + 1) * stride)).toEqual(
            expected.slice(place * stride, (place + 1) * stride),
          );
        });
        expect(features.order?.entities).toEqual([
          { entity: 'card', late: 0, tooLate: 0, withoutTime: 0, withoutEntity: 0 },
        ]);
      }),
    );
  });

  it('leaves the memory that the sorted stream leaves, so that what follows is the same', () => {
    fc.assert(
      fc.property(tables, (rows) => {
        const whole = new WholeStream(profile, spec, dictionaries);
        whole.add(segmentOf(rows, 0));
        const features = new StreamFeatures(profile, spec, dictionaries);
        toEnd(features.takeWhole(whole));
        const sorted = [...rows].sort((one, other) => one.time - other.time);
        expect(features.snapshot()).toEqual(asTheyCome(sorted).features.snapshot());
      }),
    );
  });
});

it('counts rows that come late, too late, without time and without entity, each by its name', () => {
  const row = { card: 0, cents: 100 };
  const { features } = asTheyCome([
    { ...row, time: 10 * hourMs },
    { ...row, time: 9.5 * hourMs },
    { ...row, time: 2 * hourMs },
    { ...row, time: NaN },
    { ...row, time: 11 * hourMs, card: -1 },
  ]);
  expect(features.order).toEqual({
    stepsBack: 2,
    isNewestFirst: false,
    isSorted: false,
    entities: [{ entity: 'card', late: 1, tooLate: 1, withoutTime: 1, withoutEntity: 1 }],
  });
});

describe('the order of time', () => {
  it('is found in turns, so that work on a great shuffled stream can be stopped', () => {
    const times = Float64Array.from({ length: 300_000 }, (_, row) => (row * 7919) % 300_007);
    const turns = [...orderOfTime(times)].length;
    // Each of the many passes over the rows makes some turns.
    expect(turns).toBeGreaterThan(40);
  });

  it('is that of a stable sort, rows without a time last', () => {
    const times = fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.constant(NaN) }), {
      maxLength: 400,
      size: 'max',
    });
    fc.assert(
      fc.property(times, (all) => {
        // A long fall is turned round with its equal times; a rise before each row keeps falls short.
        const zigzag = all.flatMap((time) => [time, 100 + time]);
        const rows = [...zigzag.keys()];
        const key = (index: number): number => (Number.isNaN(zigzag[index]) ? 1e9 : zigzag[index]);
        expect([...toEnd(orderOfTime(Float64Array.from(zigzag)))]).toEqual(
          rows.sort((one, other) => key(one) - key(other)),
        );
      }),
    );
  });

  it('gives equal times of a stream newest first in reverse, of recordings in the wrong order as they came', () => {
    expect([...toEnd(orderOfTime(Float64Array.of(3, 2, 2, 1)))]).toEqual([3, 2, 1, 0]);
    expect([...toEnd(orderOfTime(Float64Array.of(5, 6, 6, 1, 2, 2)))]).toEqual([3, 4, 5, 0, 1, 2]);
  });
});

it('tells a stream that only falls from one with steps back, across segments', () => {
  const falling = new ReceivedOrder();
  falling.note(Float64Array.of(5, NaN, 4));
  falling.note(Float64Array.of(4, 3));
  expect([falling.stepsBack, falling.isNewestFirst]).toEqual([2, true]);
  falling.note(Float64Array.of(9));
  expect([falling.stepsBack, falling.isNewestFirst]).toEqual([2, false]);
});
