import { expect, it } from 'vitest';
import { parseExpectation } from './expectation.ts';

it('reads totals of the case and of columns, with commas and parentheses only where they separate', () => {
  expect(parseExpectation('rows=240, sum(Amount, EUR)=28351.19,from=2024-10-20T08:00:00,to(name)=Smith, John')).toEqual(
    [
      { total: 'rows', column: null, value: '240' },
      { total: 'sum', column: 'Amount, EUR', value: '28351.19' },
      { total: 'from', column: null, value: '2024-10-20T08:00:00' },
      { total: 'to', column: 'name', value: 'Smith, John' },
    ],
  );
});

it.each(['rows', 'rows(a)=1', 'sum=5', 'sum(amount)=5 EUR', 'mean(amount)=5', 'rows=', ''])('refuses %j', (text) => {
  expect(() => parseExpectation(text)).toThrow('is no total that can be expected');
});
