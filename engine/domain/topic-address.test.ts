import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AssayError } from './error.ts';
import { formatTopicAddress, isTopicAddress, parseTopicAddress } from './topic-address.ts';

it('reads brokers with and without ports', () => {
  expect(parseTopicAddress('kafka://localhost/payments')).toEqual({ brokers: ['localhost:9092'], topic: 'payments' });
  const several = parseTopicAddress('kafka://a:1,[::1]:2/x.y-z_1');
  expect(several).toEqual({ brokers: ['a:1', '[::1]:2'], topic: 'x.y-z_1' });
  expect(parseTopicAddress(formatTopicAddress(several))).toEqual(several);
});

it('refuses everything else by name, and never repeats a password', () => {
  for (const text of [
    'kafka://',
    'kafka://h',
    'kafka://h/',
    'kafka://h:0/t',
    'kafka://h:99999/t',
    'kafka://h/a b',
    'file.csv',
  ])
    expect(() => parseTopicAddress(text)).toThrow(AssayError);
  expect(() => parseTopicAddress('kafka://me:hunter2@h/t')).toThrow(expect.not.stringContaining('hunter2'));
  expect(isTopicAddress('payments.csv')).toBe(false);
});

it('throws nothing but AssayError, whatever it is given', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseTopicAddress(`kafka://${text}`);
      } catch (error) {
        expect(error).toBeInstanceOf(AssayError);
      }
    }),
  );
});
