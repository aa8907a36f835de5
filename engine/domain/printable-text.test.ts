import fc from 'fast-check';
import { expect, it } from 'vitest';
import { printableJson, printableLine, printableText } from './printable-text.ts';

const obeyed = ['\u001b[2J', '\u009b31m', '\u0007', '\r', '\u202e', '\u2066', '\u200f', '\u061c', '\u2028', '\u007f'];

it('lets nothing through that a terminal would obey or that turns the order of text around', () => {
  for (const text of obeyed) {
    expect(printableText(`a${text}b`)).not.toContain(text[0]);
    expect(printableLine(`a${text}b`)).not.toContain(text[0]);
    expect(printableJson(JSON.stringify(`a${text}b`))).not.toContain(text[0]);
  }
  expect(printableText('two\nlines\tand "é 漢 🙂"')).toBe('two\nlines\tand "é 漢 🙂"');
  expect(printableLine('one\nline')).toBe('one·line');
});

it('keeps the content of JSON', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...obeyed), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(fc.array(fc.record({ text })), (value) => {
      expect(JSON.parse(printableJson(JSON.stringify(value)))).toEqual(value);
    }),
  );
});
