import { expect, it } from 'vitest';
import { parseTypedNumber } from './field.tsx';

it('reads decimals with a point or a comma and groups of three', () => {
  expect(parseTypedNumber('1.5', {})).toBe(1.5);
  expect(parseTypedNumber('1,5', {})).toBe(1.5);
  expect(parseTypedNumber('12,345', {})).toBe(12_345);
  expect(parseTypedNumber(' 1 458 200 ', {})).toBe(1_458_200);
});

it('takes nothing half typed, out of bounds or broken', () => {
  expect(['', '-', '1e', '0x10', 'Infinity', '1..2'].map((text) => parseTypedNumber(text, {}))).toEqual(
    Array.from({ length: 6 }, () => null),
  );
  expect(parseTypedNumber('0', { minimum: 1 })).toBeNull();
  expect(parseTypedNumber('2.5', { isInteger: true })).toBeNull();
});
