import { describe, expect, it } from 'vitest';
import { copiedRows } from './copied-rows.ts';

describe('copied rows', () => {
  it('carry their headers and paste as a table', () => {
    expect(copiedRows(['Card', 'Amount'], [['4823', '612.40']])).toBe('Card\tAmount\r\n4823\t612.40');
  });

  it('keep all digits of a long id and run no formula from a merchant name', () => {
    expect(copiedRows(['id'], [['4000123412341234'], ['=HYPERLINK("x")'], ['@SUM(A1)'], ['-12.5']])).toBe(
      "id\r\n'4000123412341234\r\n'=HYPERLINK(\"x\")\r\n'@SUM(A1)\r\n-12.5",
    );
  });

  it('cannot be broken into other cells by their text', () => {
    expect(copiedRows(['name'], [['a\tb\nc']])).toBe('name\r\na b c');
  });
});
