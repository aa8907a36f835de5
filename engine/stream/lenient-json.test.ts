import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOfLenient } from './lenient-json.ts';

function read(text: string): unknown {
  const json = jsonOfLenient(text);
  return json === undefined ? undefined : JSON.parse(json);
}

/** A value as Python's `repr` writes it. */
function pythonOf(value: unknown): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    const escaped = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
    return quote + escaped.replaceAll(quote, `\\${quote}`) + quote;
  }
  if (Array.isArray(value)) return `[${value.map(pythonOf).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, item]) => `${pythonOf(key)}: ${pythonOf(item)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

describe('jsonOfLenient', () => {
  it('leaves what JSON texts say as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat({ max: 2 }), (value, indent) => {
        expect(read(JSON.stringify(value, null, indent))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('reads what Python prints of dictionaries and lists', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(read(pythonOf(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each<[string, string, unknown]>([
    ['NaN as pandas writes it', '{"amount": NaN}', { amount: null }],
    ['infinities', '{"a": Infinity, "b": -Infinity}', { a: null, b: null }],
    ['numbers that Python calls nan and inf', "{'a': nan, 'b': -inf}", { a: null, b: null }],
    ['the word NaN within a text', '{"name": "NaN, None"}', { name: 'NaN, None' }],
    ['commas before closing brackets', '{"a": [1, 2, ], "b": 3,\n}', { a: [1, 2], b: 3 }],
    ['an apostrophe within double quotes', `{'shop': "Joe's", 'n': 1}`, { shop: "Joe's", n: 1 }],
    ['escapes of Python', String.raw`{'a': 'x\'y\x41\u00e9\\'}`, { a: String.raw`x'yAé` + '\\' }],
  ])('reads %s', (_name, text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each([
    '{a: 1}',
    "{'a': Decimal('1.5')}",
    "{'a': datetime.datetime(2024, 1, 1)}",
    "{'a': (1, 2)}",
    '{"a": 0x1F}',
    '{"a": 007}',
    '{"a": 1_000}',
    '{"a": +1}',
    '{"a": "open}',
  ])('does not guess at %s', (text) => {
    expect(jsonOfLenient(text)).toBeUndefined();
  });
});
