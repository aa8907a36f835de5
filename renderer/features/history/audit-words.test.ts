import { expect, it } from 'vitest';
import { detailWords } from './audit-words.ts';

it('writes what was changed in words, without digests of the chain and with short ones of models', () => {
  const details = {
    action: 4,
    kind: 'fraud',
    reason: null,
    modelDigest: 'ab12'.repeat(16),
    recordSha256: 'c'.repeat(64),
    until: '2026',
  };
  expect(detailWords(JSON.stringify(details))).toBe('model digest ab12ab12 · until 2026');
});

it('writes nested values and lists, and leaves alone what is no JSON', () => {
  const details = { key: 'alert grouping', before: { gap: 3_600_000, entity: null }, value: ['a', 'b'] };
  expect(detailWords(JSON.stringify(details))).toBe(
    'key alert grouping · before (gap 3600000, entity null) · value a, b',
  );
  expect(detailWords('<b>')).toBe('<b>');
});
