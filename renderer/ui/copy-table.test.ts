import { expect, it } from 'vitest';
import { asHtmlTable, asTabbedText } from './copy-table.ts';

it('never puts a formula on the clipboard, and leaves negative numbers numbers', () => {
  const text = asTabbedText({
    headers: ['merchant', 'amount'],
    rows: [
      ['=HYPERLINK("x")', '-12.50'],
      ['@cmd', '−3'],
    ],
  });
  expect(text.split('\r\n')).toEqual(['merchant\tamount', `'=HYPERLINK("x")\t-12.50`, `'@cmd\t−3`]);
});

it('keeps all digits of a long id in text, where a spreadsheet would round it', () => {
  expect(asTabbedText({ headers: ['id'], rows: [['4000123412341234'], ['400012341234123']] })).toBe(
    "id\r\n'4000123412341234\r\n400012341234123",
  );
});

it('keeps every cell in its own line and column', () => {
  const text = asTabbedText({ headers: ['note'], rows: [['first\tsecond\r\nthird']] });
  expect(text.split(/[\t\n]/)).toHaveLength(2);
});

it('marks columns of text, so that a 16-digit id stays whole, and escapes markup', () => {
  const html = asHtmlTable(
    {
      headers: ['card', 'n'],
      rows: [
        ['4111111111111111', '2'],
        ['<b>', '3'],
      ],
    },
    [true, false],
  );
  expect(html).toContain(`<td style="mso-number-format:'\\@'">4111111111111111</td><td>2</td>`);
  expect(html).not.toContain('<b>');
});
