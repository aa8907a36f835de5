import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DistinctCount, textKey } from './distinct-count.ts';

const values = fc.array(fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double(), fc.constant(-0)), { maxLength: 300 });

it('counts exactly what a set counts while it keeps all values, in any order and in pieces, kept and restored between', () => {
  fc.assert(
    fc.property(values, fc.boolean(), fc.nat(300), (given, isSorted, cut) => {
      const stream = Float64Array.from(isSorted ? given.sort((one, other) => one - other) : given);
      const first = new DistinctCount(1000);
      first.addAll(stream.subarray(0, cut));
      const second = new DistinctCount(1000);
      second.restore(first.state(1000));
      second.addAll(stream.subarray(cut));
      first.addAll(stream.subarray(cut));
      const different = new Set(stream.filter((value) => !Number.isNaN(value)).map((value) => value + 0)).size;
      expect([first.count(), second.count()]).toEqual([different, different]);
    }),
  );
});

it('counts the least double there is, also as the first value', () => {
  const count = new DistinctCount(10);
  count.addAll(Float64Array.of(-Infinity, -Infinity, 1));
  expect(count.count()).toBe(2);
});

it('goes on as an estimate within 3 % once there are too many, and says so', () => {
  for (const different of [5_000, 50_000, 400_000]) {
    const count = new DistinctCount(1000);
    for (let turn = 0; turn < 2; turn++)
      count.addAll(Float64Array.from({ length: different }, (_, index) => ((index * 7919) % different) / 7));
    expect(count.isExact).toBe(false);
    expect(Math.abs(count.count() / different - 1)).toBeLessThan(0.03);
  }
});

it('goes on with the same estimate from kept registers', () => {
  const whole = new DistinctCount(100);
  const before = new DistinctCount(100);
  const parts = [0, 1].map((part) =>
    Float64Array.from({ length: 20_000 }, (_, row) => ((row * 31) % 9973) + part * 5000),
  );
  parts.forEach((part) => whole.addAll(part));
  before.addAll(parts[0]);
  const after = new DistinctCount(100);
  after.restore(before.state(100));
  after.addAll(parts[1]);
  expect(after.count()).toBe(whole.count());
});

it('keeps a million rising values exactly, as document numbers and times are', () => {
  const count = new DistinctCount(100);
  count.addAll(Float64Array.from({ length: 1_000_000 }, (_, row) => Math.floor(row / 2)));
  expect([count.isExact, count.count()]).toEqual([true, 500_000]);
});

it('tells texts apart by all their bytes', () => {
  const encoder = new TextEncoder();
  const keys = new Set<number>();
  for (let row = 0; row < 200_000; row++) {
    const text = encoder.encode(`T${row}`);
    keys.add(textKey(text, 0, text.length));
  }
  expect(keys.size).toBe(200_000);
});
