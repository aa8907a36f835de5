import { expect, it } from 'vitest';
import {
  draftFault,
  entryOf,
  firstDraft,
  isConnectionDraft,
  parseInstant,
  startingPointOf,
} from './connection-draft.ts';

it('reads times without a zone as UTC, whatever the zone of the machine', () => {
  const eight = Date.UTC(2026, 2, 2, 8);
  for (const text of ['2026-03-02T08:00', '2026-03-02 08:00:00', '2026-03-02T09:00+01:00'])
    expect(parseInstant(text), text).toBe(eight);
  expect(parseInstant('2026-03-02')).toBe(Date.UTC(2026, 2, 2));
  for (const text of ['', 'yesterday', '3', '2026-13-40T00:00']) expect(parseInstant(text), text).toBeNull();
});

it('keeps no password among what is found again after a restart, and sends none where none was typed', () => {
  const draft = { ...firstDraft, login: 'plain', username: 'analyst' } as const;
  expect(JSON.stringify(draft)).not.toContain('password');
  expect(entryOf(draft, '')).toEqual({
    kind: 'stated',
    tls: false,
    caPath: '',
    login: { mechanism: 'plain', username: 'analyst' },
  });
  expect(entryOf(draft, 'x')).toMatchObject({ login: { password: 'x' } });
  expect(entryOf({ ...draft, login: 'environment' }, 'x')).toEqual({ kind: 'environment' });
});

it('says what is missing before it asks a broker', () => {
  expect(draftFault(firstDraft)).toBeNull();
  expect(draftFault({ ...firstDraft, login: 'plain' })).toContain('user name');
  expect(draftFault({ ...firstDraft, from: 'time', time: 'noon' })).toContain('time');
  expect(startingPointOf({ ...firstDraft, from: 'offset', offset: 7 })).toEqual({ kind: 'offset', offset: 7 });
});

it('does not take over what an older window wrote in another form', () => {
  expect(isConnectionDraft(firstDraft)).toBe(true);
  for (const other of [null, {}, { ...firstDraft, tls: 'yes' }, 'x']) expect(isConnectionDraft(other)).toBe(false);
});
