import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shareEqual } from './share-equal.ts';

it('keeps every part that says the same, typed arrays too, and nothing that does not', () => {
  const former = { strip: { times: Float64Array.of(1, NaN), low: 2 }, rows: [{ key: 'a' }, { key: 'b' }], note: 'x' };
  const next = { strip: { times: Float64Array.of(1, NaN), low: 2 }, rows: [{ key: 'a' }, { key: 'c' }], note: 'x' };
  const shared = shareEqual(former, next) as typeof former;
  expect(shared).toEqual(next);
  expect(shared.strip).toBe(former.strip);
  expect(shared.rows[0]).toBe(former.rows[0]);
  expect(shareEqual(former, structuredClone(former))).toBe(former);
  expect(shareEqual(Uint8Array.of(1), Int32Array.of(1))).toEqual(Int32Array.of(1));
  expect(shareEqual(Uint8Array.of(1), Uint8Array.of(1, 2))).toHaveLength(2);
  expect(shareEqual({ a: undefined, b: 1 }, { b: 1 })).toEqual({ b: 1 });
});

it('says what the new answer says, whatever came before', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (former, next) => {
      expect(shareEqual(former, next)).toEqual(next);
    }),
  );
});
