import { describe, expect, it } from 'vitest';
import { pastedIds, pastedWords } from './pasted-ids.ts';

describe('pasted ids', () => {
  it('reads a spreadsheet column, keeping 16 digits and leading zeros', () => {
    expect(pastedIds('4000123412341234\r\n0042\r\n')).toEqual(['4000123412341234', '0042']);
  });

  it('reads back the ids that were copied or saved as texts', () => {
    expect(pastedIds("'4000123412341234\n'4000123412341235")).toEqual(['4000123412341234', '4000123412341235']);
  });

  it('reads separated and quoted lists once each', () => {
    expect(pastedIds('"a";"b";a')).toEqual(['a', 'b']);
    expect(pastedIds("'1', '2'\t3")).toEqual(['1', '2', '3']);
  });

  it('leaves one word, and words with spaces, to the search', () => {
    expect(pastedIds('4823')).toBeNull();
    expect(pastedIds('café de la gare')).toBeNull();
    expect(pastedIds(' \n ')).toBeNull();
  });

  it('takes no more than the engine accepts', () => {
    expect(pastedIds(Array.from({ length: 6000 }, (_, index) => `id${index}`).join('\n'))).toHaveLength(5000);
  });
});

it('says what became of pasted ids in one line', () => {
  const notFlagged = Array.from({ length: 489 }, (_, index) => `id${index}`);
  expect(pastedWords({ ids: 500, alerts: 6, notFlagged, unknown: ['a', 'b', 'c', 'd', 'e'] })).toBe(
    '500 pasted: 6 alerts, 489 not flagged, 5 unknown',
  );
  expect(pastedWords({ ids: 2, alerts: 1, notFlagged: [], unknown: [] })).toBe('2 pasted: 1 alert');
});
