import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import { parseProfileOverrides } from './parse-profile-overrides.ts';

describe('parseProfileOverrides', () => {
  const expected = {
    label: 'is_fraud',
    ignore: ['a', 'b'],
    columns: { amount: { numberFormat: { decimal: ',', group: '.', decorated: true } } },
  };

  it('reads YAML and JSON alike', () => {
    const yaml = [
      'label: is_fraud # confirmed only',
      'ignore: [a, b]',
      'columns:',
      '  amount:',
      "    numberFormat: { decimal: ',', group: '.', decorated: true }",
    ].join('\n');
    expect(parseProfileOverrides(yaml, 'p.yaml')).toEqual(expected);
    expect(parseProfileOverrides(`\ufeff${JSON.stringify(expected, null, 2)}`, 'p.json')).toEqual(expected);
    expect(parseProfileOverrides('# nothing yet\n', 'p.yaml')).toEqual({});
  });

  it.each([
    ['label: x\nignore: [a', 2, /not YAML or JSON/],
    ['- a\n- b', 1, /named entries/],
    ['label: x\nlable: y', 2, /'lable' is not known in a profile. Did you mean 'label'/],
    ['columns:\n  a:\n    rol: id', 3, /'rol' is not known for the column 'a'. Did you mean 'role'/],
    ['columns:\n  a:\n    role: identity', 3, /columns\.a\.role/],
    ['id: x\nignore: a', 2, /ignore/],
    ['id: 5', 1, /id/],
  ])('says file and line of what is wrong in %j', (text, line, sentence) => {
    const read = (): unknown => parseProfileOverrides(text, 'my.yaml');
    expect(read).toThrow(AssayError);
    expect(read).toThrow(sentence);
    expect(read).toThrow(`my.yaml, line ${line}:`);
  });

  it('never fails but by name, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parseProfileOverrides(text, 'f');
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_PROFILE' });
        }
      }),
      { numRuns: 500 },
    );
  });
});
