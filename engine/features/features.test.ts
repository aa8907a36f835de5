import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnBlock, DecodedSegment } from '../domain/columns.ts';
import { TextDictionary } from '../domain/dictionary.ts';
import { featureSpecSchema } from '../domain/feature-spec.ts';
import type { FeatureSpec } from '../domain/feature-spec.ts';
import type { Profile, ProfileColumn } from '../domain/profile.ts';
import { computeFeatures, featureSpecDigest, FeatureComputer } from './compute-features.ts';
import type { Dictionaries } from './decode-segment.ts';
import { describeProfile } from './describe-profile.ts';
import { fitFeatureSpec } from './fit-feature-spec.ts';
import type { FeatureOptions } from './fit-feature-spec.ts';
import { drawnRowLimit } from './row-draw.ts';

interface Recording {
  readonly profile: Profile;
  readonly segment: DecodedSegment;
  readonly dictionaries: Dictionaries;
}

type Column = Pick<ProfileColumn, 'role'> & {
  readonly cells: readonly (number | string | null)[];
  readonly time?: true;
};

/** A recording of one segment; texts make categories, numbers make numbers (or times), null is missing. */
function recording(columns: Readonly<Record<string, Column>>, timeZone = 'UTC'): Recording {
  const dictionaries = new Map<string, TextDictionary>();
  const blocks = new Map<string, ColumnBlock>();
  const profileColumns = Object.entries(columns).map(([name, { role, cells, time }]): ProfileColumn => {
    const isText = cells.some((cell) => typeof cell === 'string');
    const kind = time ? 'time' : isText ? 'category' : 'number';
    if (isText) {
      const dictionary = new TextDictionary();
      dictionaries.set(name, dictionary);
      const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : dictionary.codeOf(String(cell))));
      blocks.set(name, { kind: 'code', codes });
    } else {
      blocks.set(name, {
        kind: time ? 'time' : 'number',
        values: Float64Array.from(cells, (cell) => Number(cell ?? NaN)),
      });
    }
    const format = time ? { timeFormat: 'iso' as const } : {};
    return { name, role, kind, confidence: 1, reason: 'stated', inferred: false, ...format };
  });
  const rowCount = Object.values(columns)[0].cells.length;
  return {
    profile: { version: 1, timeZone, columns: profileColumns },
    segment: { firstSequence: 0, rowCount, columns: blocks },
    dictionaries,
  };
}

function fit({ profile, segment, dictionaries }: Recording, options?: FeatureOptions): FeatureSpec {
  return fitFeatureSpec(profile, [segment], dictionaries, options);
}

/** The features of a recording, row by row. */
function rowsOf(spec: FeatureSpec, { segment, dictionaries }: Recording): readonly (readonly number[])[] {
  const values = computeFeatures(spec, segment, dictionaries);
  const width = spec.features.length;
  return Array.from({ length: segment.rowCount }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
}

describe('fitting', () => {
  it('imputes medians, counts what was missing, and keeps numbers as they are', () => {
    const data = recording({ x: { role: 'feature', cells: [5, null, 1, 2, null, 100] } });
    const spec = fit(data);
    expect(spec.features[0].imputation).toEqual({ rule: 'median', value: 3.5, missingCount: 2 });
    expect(rowsOf(spec, data).flat()).toEqual([5, 3.5, 1, 2, 3.5, 100]);
    const computer = new FeatureComputer(spec, data.dictionaries);
    computer.compute(data.segment);
    computer.compute(data.segment);
    expect([...computer.imputedCounts]).toEqual([4]);
  });

  it('drops what is the same in every row of all segments, not of the first alone', () => {
    const first = recording({ x: { role: 'feature', cells: [1, 1] }, y: { role: 'feature', cells: [0, 0] } });
    const later = recording({ x: { role: 'feature', cells: [1, null] }, y: { role: 'feature', cells: [0, 1] } });
    const spec = fitFeatureSpec(first.profile, [first.segment, later.segment], new Map());
    expect(spec.features.map(({ name }) => name)).toEqual(['y']);
    expect(spec.leftOut).toEqual([{ column: 'x', reason: 'the same in every row' }]);
  });

  it('treats numbers that are equal as float32 as equal', () => {
    const data = recording({ x: { role: 'feature', cells: [1, 1 + 1e-12] }, y: { role: 'feature', cells: [1, 2] } });
    expect(fit(data).features.map(({ name }) => name)).toEqual(['y']);
  });

  it('gives one feature per value of few, and shares of many; the missing get 0 and the median share', () => {
    const kinds = ['a', 'b', 'c', null, 'a', 'a'];
    const shops = ['s1', 's1', 's1', 's2', 's3', null];
    const data = recording({ kind: { role: 'feature', cells: kinds }, shop: { role: 'feature', cells: shops } });
    const spec = fit(data, { oneHotLimit: 2 });
    expect(spec.features.map(({ name }) => name)).toEqual(['kind_frequency', 'shop_frequency']);
    expect(spec.features[1].imputation).toEqual({ rule: 'median', value: 0.6, missingCount: 1 });
    const hot = fit(data);
    expect(hot.features.map(({ name }) => name).slice(0, 3)).toEqual(['kind_is_a', 'kind_is_b', 'kind_is_c']);
    expect(hot.features[0].imputation).toEqual({ rule: 'zero', value: 0, missingCount: 1 });
    expect(rowsOf(hot, data).map((row) => row.slice(0, 3))).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 0],
      [1, 0, 0],
      [1, 0, 0],
    ]);
  });

  it('of two values only the rarer becomes a feature, and names stay unique', () => {
    const data = recording({
      a: { role: 'feature', cells: ['x', 'y', 'x'] },
      a_is_y: { role: 'feature', cells: [1, 2, 3] },
    });
    expect(fit(data).features.map(({ name }) => name)).toEqual(['a_is_y', 'a_is_y_2']);
  });

  it('a text never seen when fitting has share 0, also when the dictionary grows afterwards', () => {
    const data = recording({ shop: { role: 'feature', cells: ['s1', 's1', 's2', 's3'] } });
    const spec = fit(data, { oneHotLimit: 1 });
    const computer = new FeatureComputer(spec, data.dictionaries);
    computer.compute(data.segment);
    const code = data.dictionaries.get('shop')?.codeOf('new') ?? -1;
    const later: DecodedSegment = {
      firstSequence: 4,
      rowCount: 2,
      columns: new Map([['shop', { kind: 'code', codes: Int32Array.of(code, 0) }]]),
    };
    expect([...computer.compute(later)]).toEqual([0, 0.5]);
  });

  it('logs the amount only on request', () => {
    const data = recording({ amount: { role: 'amount', cells: [0, Math.E - 1, -(Math.E - 1), null] } });
    expect(fit(data).features[0].name).toBe('amount');
    const spec = fit(data, { logAmount: true });
    expect(spec.features[0].name).toBe('amount_log');
    expect(rowsOf(spec, data).flat()).toEqual([0, 1, -1, 0]);
  });

  it('says why each column fell out where nothing is left', () => {
    const data = recording({ id: { role: 'id', cells: ['a', 'b'] }, x: { role: 'feature', cells: [1, 1] } });
    expect(() => fit(data)).toThrow(/id \(the transaction's identifier.*x \(the same in every row\)/);
  });

  it('draws the same rows however the stream is cut, exact up to the limit and near beyond', () => {
    const cells = Array.from({ length: drawnRowLimit * 4 }, (_, row) => (row * 7919) % 100_003);
    const whole = recording({ x: { role: 'feature', cells } });
    const parts = [cells.slice(0, 5), cells.slice(5, 20_000), cells.slice(20_000)].map(
      (part) => recording({ x: { role: 'feature', cells: part } }).segment,
    );
    const spec = fit(whole);
    expect(fitFeatureSpec(whole.profile, parts, new Map())).toEqual(spec);
    const sorted = [...cells].sort((left, right) => left - right);
    const below = sorted.filter((value) => value < spec.features[0].imputation.value).length / sorted.length;
    expect(Math.abs(below - 0.5)).toBeLessThan(0.03);
    const few = recording({ x: { role: 'feature', cells: cells.slice(0, drawnRowLimit - 1) } });
    const fewSorted = [...cells.slice(0, drawnRowLimit - 1)].sort((left, right) => left - right);
    expect(fit(few).features[0].imputation.value).toBe(fewSorted[(drawnRowLimit - 2) / 2]);
  });
});

describe('features of the event time', () => {
  const instants = ['2018-10-27T22:30Z', '2018-10-28T03:15Z', '2018-10-29T12:00Z'].map((text) => Date.parse(text));

  it('tell hour, weekday and night in the zone of the profile, across a change of clocks', () => {
    const data = recording({ when: { role: 'event_time', time: true, cells: [...instants, null] } }, 'Europe/Brussels');
    const spec = fit(data);
    expect(spec.features.map(({ name }) => name)).toEqual(['when_hour', 'when_weekday', 'when_night']);
    expect(rowsOf(spec, data)).toEqual([
      [0.5, 6, 1],
      [4.25, 6, 1],
      [13, 0, 0],
      [4.25, 6, 1],
    ]);
  });

  it('leave hour and night out where times are dates', () => {
    const dates = ['2018-04-02', '2018-04-03'].map((text) => Date.parse(text));
    const spec = fit(recording({ when: { role: 'event_time', time: true, cells: dates } }));
    expect(spec.features.map(({ name }) => name)).toEqual(['when_weekday']);
    expect(spec.leftOut[0].reason).toMatch(/hour and night/);
  });

  it('do not exist where seconds count from an unknown start', () => {
    const data = recording({
      when: { role: 'event_time', time: true, cells: instants },
      x: { role: 'feature', cells: [1, 2, 3] },
    });
    const columns = data.profile.columns.map((column) =>
      column.name === 'when' ? { ...column, timeFormat: 'seconds-relative' as const } : column,
    );
    const spec = fit({ ...data, profile: { ...data.profile, columns } });
    expect(spec.features.map(({ name }) => name)).toEqual(['x']);
  });
});

describe('computing', () => {
  it('writes finite float32 whatever the column holds', () => {
    const data = recording({ x: { role: 'feature', cells: [1e300, -Infinity, 0.1, null] } });
    const values = rowsOf(fit(data), data).flat();
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values[2]).toBe(Math.fround(0.1));
  });

  it('imputes a column that disappeared from the stream', () => {
    const data = recording({ x: { role: 'feature', cells: [1, 2, 3] } });
    const bare: DecodedSegment = { firstSequence: 3, rowCount: 2, columns: new Map() };
    expect([...computeFeatures(fit(data), bare, new Map())]).toEqual([2, 2]);
  });

  it('gives identical features from a spec that went through JSON, with the same digest', () => {
    const cell = fc.option(fc.double({ noNaN: true }), { nil: null });
    const text = fc.option(fc.string({ minLength: 1 }), { nil: null });
    const rows = fc.array(fc.tuple(cell, text, fc.integer({ min: 0, max: 4e12 })), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(rows, fc.boolean(), (cells, logAmount) => {
        const data = recording({
          n: { role: 'amount', cells: [0, 1, ...cells.map(([number]) => number)] },
          t: { role: 'feature', cells: ['__proto__', '7', ...cells.map(([, each]) => each)] },
          w: { role: 'event_time', time: true, cells: [0, 1, ...cells.map(([, , instantMs]) => instantMs)] },
        });
        const spec = fit(data, { logAmount, oneHotLimit: 3 });
        const copy = featureSpecSchema.parse(JSON.parse(JSON.stringify(spec)));
        expect(featureSpecDigest(copy)).toBe(featureSpecDigest(spec));
        expect(rowsOf(copy, data)).toEqual(rowsOf(spec, data));
      }),
    );
  });

  it('imputes the same zero from a spec that was read back where the median is a negative one', () => {
    const data = recording({ x: { role: 'feature', cells: [-0, -0, -0, 1, null] } });
    const spec = fit(data);
    const copy = featureSpecSchema.parse(JSON.parse(JSON.stringify(spec)));
    expect(rowsOf(copy, data)).toEqual(rowsOf(spec, data));
  });

  it('has a digest that any change of the spec changes', () => {
    const spec = fit(recording({ x: { role: 'feature', cells: [1, 2, 3] } }));
    expect(featureSpecDigest({ ...spec, timeZone: 'Europe/Brussels' })).not.toBe(featureSpecDigest(spec));
  });
});

it('describes what became of every column', () => {
  const data = recording({ terminal: { role: 'terminal', cells: ['a', 'b'] }, x: { role: 'feature', cells: [1, 2] } });
  const described = describeProfile(data.profile, fit(data));
  expect(described.map(({ column, usedAs }) => [column, usedAs])).toEqual([
    ['terminal', []],
    ['x', ['x']],
  ]);
  expect(described[0].why).toMatch(/identifies the terminal/);
});
