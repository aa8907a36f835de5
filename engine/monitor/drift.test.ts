import { expect, it } from 'vitest';
import { DriftMonitor, kolmogorovSmirnovDistance } from './drift.ts';

function rows(count: number, valueOf: (row: number) => readonly [number, number]): Float32Array {
  return Float32Array.from(Array.from({ length: count }, (_, row) => valueOf(row)).flat());
}

it('measures the distance of Kolmogorov and Smirnov, ties included', () => {
  const distance = (first: number[], second: number[]): number =>
    kolmogorovSmirnovDistance(Float64Array.from(first), Float64Array.from(second));
  expect(distance([1, 2, 3, 4], [1, 2, 3, 4])).toBe(0);
  expect(distance([1, 2], [3, 4])).toBe(1);
  expect(distance([1, 1, 1, 2], [1, 2, 2, 2])).toBe(0.5);
  expect(distance([], [1])).toBe(0);
});

it('sees the feature that moved, not the one that stayed, and forgets what left the window', () => {
  const monitor = new DriftMonitor(
    ['stays', 'moves'],
    rows(2000, (row) => [row % 100, row % 100]),
  );
  const add = (values: Float32Array): void => {
    for (let row = 0; row < values.length / 2; row++) monitor.add(values, row);
  };
  add(rows(499, (row) => [row % 100, row % 100]));
  expect(monitor.measure()).toEqual([]);
  add(rows(5000, (row) => [row % 100, 50 + (row % 100)]));
  const [stays, moves] = monitor.measure();
  expect(stays.psi).toBeLessThan(0.01);
  expect(stays.ks).toBeLessThan(0.02);
  expect(moves.psi).toBeGreaterThan(0.2);
  expect(moves.ks).toBeCloseTo(0.5, 1);
  add(rows(5000, (row) => [row % 100, row % 100]));
  expect(monitor.measure()[1].psi).toBeLessThan(0.01);
});
