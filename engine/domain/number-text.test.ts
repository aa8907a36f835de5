import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNumberText, isMissingText } from './number-text.ts';
import type { NumberFormat } from './record-batch.ts';

const plain: NumberFormat = { decimal: '.', group: null, decorated: false };

describe('decodeNumberText', () => {
  it('gives the same double as Number() in every notation that a writer may choose', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e300, max: 1e300 }),
        fc.integer({ min: 0, max: 20 }),
        (value, places) => {
          for (const text of [
            String(value),
            value.toExponential(),
            value.toPrecision(places + 1),
            value.toFixed(places),
          ]) {
            expect(decodeNumberText(text, plain)).toBe(Number(text));
          }
        },
      ),
    );
  });

  it.each<[string, NumberFormat, number]>([
    ['$1.020,00', { decimal: ',', group: '.', decorated: true }, 1020],
    ['$3.102.045,53', { decimal: ',', group: '.', decorated: true }, 3102045.53],
    ['(12.50)', { decimal: '.', group: null, decorated: true }, -12.5],
    ['($1,012.50)', { decimal: '.', group: ',', decorated: true }, -1012.5],
    ['EUR 5', { decimal: '.', group: null, decorated: true }, 5],
    ['5,20 €', { decimal: ',', group: null, decorated: true }, 5.2],
    ['-$3', { decimal: '.', group: null, decorated: true }, -3],
    ['$-3', { decimal: '.', group: null, decorated: true }, -3],
    ['3-', { decimal: '.', group: null, decorated: true }, -3],
    ['R$ 1.000', { decimal: ',', group: '.', decorated: true }, 1000],
    ["CHF 1'000.05", { decimal: '.', group: "'", decorated: true }, 1000.05],
    ['1\u202f234,5', { decimal: ',', group: ' ', decorated: false }, 1234.5],
    ['12,34,567.5', { decimal: '.', group: ',', decorated: false }, 1234567.5],
    ['\u22125', plain, -5],
    [' 7 ', plain, 7],
    ['.5', plain, 0.5],
    ['5.', plain, 5],
    ['TRUE', plain, 1],
    ['false', plain, 0],
  ])('reads %s', (text, format, expected) => {
    expect(decodeNumberText(text, format)).toBe(expected);
  });

  it.each(['', 'abc', '0x10', 'Infinity', '1e999', '1,5', '--3', '1 2', '(5)', '$5', '-', '.', 'e5', 'NaN'])(
    'does not take %j for a plain number',
    (text) => {
      expect(decodeNumberText(text, plain)).toBeNaN();
    },
  );

  it('does not read a decimal comma as a group separator', () => {
    expect(decodeNumberText('1,5', { decimal: '.', group: ',', decorated: false })).toBeNaN();
  });

  it('refuses decorations that contradict each other', () => {
    const decorated: NumberFormat = { decimal: '.', group: null, decorated: true };
    for (const text of ['(5', '5)', '-5-', '(-5)', 'ABCD 5', '5 apples', 'C0001']) {
      expect(decodeNumberText(text, decorated)).toBeNaN();
    }
  });
});

describe('isMissingText', () => {
  it('knows the usual words, in any case and with space around them', () => {
    for (const word of ['', ' ', 'NA', 'n/a', 'NaN', 'null', 'NULL', 'None', '-', ' - ', '\\N']) {
      expect(isMissingText(word)).toBe(true);
    }
  });

  it('keeps values that only resemble them', () => {
    for (const word of ['0', 'nana', 'nullable', '--', '\\n', 'no']) expect(isMissingText(word)).toBe(false);
  });
});
