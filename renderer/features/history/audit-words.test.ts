import { expect, it } from 'vitest';
import { detailWords } from './audit-words.ts';

const timeWords = (instantMs: number): string => new Date(instantMs).toISOString().slice(0, 10);

it('writes what was changed in words, without digests of the chain and with short ones of models', () => {
  const details = {
    action: 4,
    kind: 'fraud',
    reason: null,
    modelDigest: 'ab12'.repeat(16),
    recordSha256: 'c'.repeat(64),
    until: '2026',
  };
  expect(detailWords(JSON.stringify(details), timeWords)).toBe('model digest ab12ab12 · until 2026');
});

it('writes nested values and lists, and leaves alone what is no JSON', () => {
  const details = { key: 'alert grouping', before: { gap: 3_600_000, entity: null }, value: ['a', 'b'] };
  expect(detailWords(JSON.stringify(details), timeWords)).toBe(
    'key alert grouping · before (gap 1 h, entity null) · value a, b',
  );
  expect(detailWords('<b>', timeWords)).toBe('<b>');
});

it('writes instants as times of the case, not as numbers', () => {
  expect(detailWords(JSON.stringify({ untilMs: Date.UTC(2026, 2, 12) }), timeWords)).toBe('until 2026-03-12');
});
