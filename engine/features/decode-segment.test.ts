import { describe, expect, it } from 'vitest';
import { TextDictionary } from '../domain/dictionary.ts';
import { AssayError } from '../domain/error.ts';
import type { ColumnKind, ColumnRole, Profile, ProfileColumn } from '../domain/profile.ts';
import { createSegmentDecoder, dictionaryColumns } from './decode-segment.ts';
import type { DecodedBatch, Dictionaries } from './decode-segment.ts';
import { batchOfTexts } from './recordings.test-support.ts';
import { idsOf, labelsOf, textsOf } from './segment-access.ts';

function column(name: string, role: ColumnRole, kind: ColumnKind, more: Partial<ProfileColumn> = {}): ProfileColumn {
  const numberFormat = { decimal: '.', group: null, decorated: false } as const;
  const format = kind === 'number' ? { numberFormat } : kind === 'time' ? { timeFormat: 'iso' as const } : {};
  return { name, role, kind, confidence: 1, reason: 'stated', inferred: false, ...format, ...more };
}

const profile: Profile = {
  version: 1,
  timeZone: 'Europe/Brussels',
  columns: [
    column('id', 'id', 'text'),
    column('when', 'event_time', 'time'),
    column('amount', 'amount', 'number', { numberFormat: { decimal: ',', group: '.', decorated: true } }),
    column('terminal', 'terminal', 'category'),
    column('fraud', 'label', 'category', { positiveValues: ['1'] }),
    column('seconds', 'ignored', 'time', { timeFormat: 'epoch-seconds' }),
    column('old', 'ignored', 'number'),
    column('note', 'ignored', 'text'),
  ],
};
const names = profile.columns.map(({ name }) => name);

function dictionaries(): Dictionaries {
  return new Map(dictionaryColumns(profile).map((name) => [name, new TextDictionary()]));
}

function decode(
  rows: readonly (readonly (string | undefined)[])[],
  known = dictionaries(),
  columns = names,
): DecodedBatch {
  return createSegmentDecoder(profile, known)(batchOfTexts(columns, rows), 100);
}

const good = ['tä-1', '2018-07-01 12:00', '$1.020,50', 't1', '0', '1600000000', '3', 'words'];

describe('createSegmentDecoder', () => {
  it('decodes every column by its kind, in the zone of the profile, and leaves free text out', () => {
    const known = dictionaries();
    const missing = ['b', undefined, '', undefined, undefined, undefined, undefined, undefined];
    const { segment, keptRows, invalid } = decode([good, missing], known);
    expect({ keptRows, invalid, sequence: segment.firstSequence }).toEqual({
      keptRows: null,
      invalid: [],
      sequence: 100,
    });
    expect(segment.columns.get('when')).toEqual({
      kind: 'time',
      values: Float64Array.of(Date.parse('2018-07-01T10:00Z'), NaN),
    });
    expect(segment.columns.get('amount')).toEqual({ kind: 'number', values: Float64Array.of(1020.5, NaN) });
    expect(segment.columns.get('terminal')).toEqual({ kind: 'code', codes: Int32Array.of(0, -1) });
    expect(segment.columns.get('seconds')).toEqual({ kind: 'time', values: Float64Array.of(1.6e12, NaN) });
    expect(segment.columns.has('note')).toBe(false);
    const ids = idsOf(profile, segment, known);
    expect([ids(0), ids(1)]).toEqual(['tä-1', 'b']);
    expect(textsOf(segment, 'terminal', known)(0)).toBe('t1');
  });

  it('takes yes and no among amounts for a mistake, and 1 and 0 for what they are', () => {
    const withAmount = (amount: string): readonly string[] => good.map((cell, at) => (at === 2 ? amount : cell));
    const { invalid } = decode(['true', ' False ', '1', '0', '1,0'].map(withAmount));
    expect(invalid.map(({ row, reason }) => [row, reason])).toEqual([
      [0, "'true' in column 'amount' is not a number in the column's format"],
      [1, "' False ' in column 'amount' is not a number in the column's format"],
    ]);
  });

  it('drops rows with a cell that is present but unreadable, and says which, where and why', () => {
    const known = dictionaries();
    const badAmount = good.with(2, 'abc').with(1, 'yesterday');
    const badOldColumn = good.with(0, 'c').with(6, 'x').with(3, 't2');
    const { segment, keptRows, invalid } = decode([badAmount, good, badAmount.with(1, good[1]), badOldColumn], known);
    expect([...(keptRows ?? [])]).toEqual([1, 3]);
    expect(invalid.map(({ row, column }) => [row, column])).toEqual([
      [0, 'when'],
      [2, 'amount'],
    ]);
    expect(invalid[0].reason).toMatch(/'yesterday' in column 'when' is not a time/);
    expect(segment.rowCount).toBe(2);
    expect(segment.columns.get('old')).toEqual({ kind: 'number', values: Float64Array.of(3, NaN) });
    const [ids, terminals] = [idsOf(profile, segment, known), textsOf(segment, 'terminal', known)];
    expect([ids(0), ids(1), terminals(0), terminals(1)]).toEqual(['tä-1', 'c', 't1', 't2']);
  });

  it('takes columns by name, and reports those that came or went', () => {
    const { segment, absentColumns, unknownColumns } = decode([['5', 'new']], dictionaries(), ['amount', 'colour']);
    expect(segment.columns.get('amount')).toEqual({ kind: 'number', values: Float64Array.of(5) });
    expect(segment.columns.get('terminal')).toEqual({ kind: 'code', codes: Int32Array.of(-1) });
    expect(absentColumns).toEqual(['id', 'when', 'terminal', 'fraud', 'seconds', 'old']);
    expect(unknownColumns).toEqual(['colour']);
  });

  it('shortens what it quotes of a bad cell', () => {
    expect(decode([good.with(2, 'x'.repeat(5000))]).invalid[0].reason.length).toBeLessThan(200);
  });
});

describe('labelsOf', () => {
  it('tells fraud, legitimate and unknown, also where another recording writes 1.0 for 1', () => {
    const known = dictionaries();
    const { segment } = decode(
      ['0', '1', undefined, '1.0', '0.0'].map((label) => good.with(4, label as string)),
      known,
    );
    expect([...labelsOf(profile, segment, known)]).toEqual([0, 1, 255, 1, 0]);
  });

  it('refuses by name where there is no label', () => {
    const { segment } = decode([good]);
    const unlabelled = { ...profile, columns: profile.columns.filter(({ role }) => role !== 'label') };
    expect(() => labelsOf(unlabelled, segment, dictionaries())).toThrow(AssayError);
  });
});
