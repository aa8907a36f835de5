import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Profile } from '../../domain/profile.ts';
import { inferProfile } from '../../features/infer-profile.ts';
import { sampleOfRecording } from '../../features/profile-sample.ts';
import { openRecording } from '../../stream/open-recording.ts';
import { matchColumns, type MatchedColumns } from './match-columns.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-match-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const header = 'txn_id,booked_at,amount,card,shop';
const row = (i: number): string =>
  `T${i},2024-10-${10 + (i % 20)} 08:00:00,${(i * 1.25 + 1).toFixed(2)},C00${i % 7},Shop ${'ABC'[i % 3]}`;
const rows = Array.from({ length: 60 }, (_, i) => row(i));
const reordered = rows.map((each) => each.split(',').reverse().join(','));

function fileWith(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function profileOf(path: string): Promise<Profile> {
  const reader = await openRecording(path);
  try {
    return inferProfile(await sampleOfRecording(reader), {});
  } finally {
    await reader.close();
  }
}

/** What the columns of a second recording are taken for behind the first one. */
async function matched(name: string, lines: readonly string[]): Promise<MatchedColumns> {
  const first = fileWith('first.csv', [header, ...rows]);
  const path = fileWith(name, lines);
  const reader = await openRecording(path);
  const { format, columnNames } = reader;
  await reader.close();
  const reference = { path: first, columnNames: header.split(',') };
  const { signal } = new AbortController();
  return matchColumns(await profileOf(first), reference, { path, format, columnNames }, signal);
}

it('leaves columns of the same names alone, in any order, with others beside them', async () => {
  const names = ['shop', 'card', 'amount', 'booked_at', 'txn_id'];
  expect(await matched('order.csv', [names.join(','), ...reordered])).toEqual({ columnNames: names });
  const more = await matched('more.csv', [`${header},note`, ...rows.map((each) => `${each},x`)]);
  expect(more).toEqual({ columnNames: [...header.split(','), 'note'] });
});

it('takes columns in the order of the first recording where there is no header and their values fit', async () => {
  const { columnNames, notice } = await matched('bare.csv', rows);
  expect(columnNames).toEqual(header.split(','));
  expect(notice).toMatch(/bare\.csv has no header/);
});

it('knows names that are only spelled otherwise', async () => {
  const { columnNames, notice } = await matched('spelled.csv', ['Txn ID,Booked-At,AMOUNT,Card,Shop', ...rows]);
  expect(columnNames).toEqual(header.split(','));
  expect(notice).toMatch(/spelled otherwise/);
});

it.each<[string, readonly string[]]>([
  ['columns in another order, without a header', reordered],
  ['fewer columns, without a header', rows.map((each) => each.slice(0, each.lastIndexOf(',')))],
  ['other names', ['a1,b1,c1,d1,e1', ...rows]],
  ['no amount', ['txn_id,booked_at,value,card,shop', ...rows]],
])('refuses a recording with %s, whose values would be missing', async (_name, lines) => {
  await expect(matched('other.csv', lines)).rejects.toMatchObject({ code: 'UNKNOWN_COLUMN', kind: 'usage' });
});

it('lets a recording lack what matters little: it is told while rows are read', async () => {
  const lines = ['txn_id,booked_at,amount,card', ...rows.map((each) => each.slice(0, each.lastIndexOf(',')))];
  expect((await matched('less.csv', lines)).columnNames).toEqual(['txn_id', 'booked_at', 'amount', 'card']);
});
