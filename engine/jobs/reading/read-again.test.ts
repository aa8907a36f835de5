import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProfileColumn, ProfileOverrides } from '../../domain/profile.ts';
import { defaultSampleRows } from '../../features/profile-sample.ts';
import { createEngine } from '../../host/engine.ts';
import { openCaseReadOnly } from '../../store/open-case.ts';
import { cancelledAt } from './cancelled-at.test-support.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-read-again-'));
const engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sampled = defaultSampleRows;
const rowCount = sampled + 4000;
let files = 0;

/** A recording of which one column is written by `cell`; the others are the same in all. */
function recordingOf(cell: (row: number) => string, rows = rowCount, first = 0): string {
  const path = join(folder, `recording-${files++}.csv`);
  const lines = Array.from({ length: rows }, (_, index) => {
    const row = first + index;
    return `T${row},${(row * 7) % 900}.5,"${cell(row)}",${row % 300 === 0 ? 1 : 0}`;
  });
  writeFileSync(path, `id,amount,measure,is_fraud\n${lines.join('\n')}\n`);
  return path;
}

async function ingest(
  recordings: readonly string[],
  casePath: string,
  overrides: ProfileOverrides = {},
  signal = new AbortController().signal,
): Promise<JobResult<'ingest'>> {
  const input = { casePath, recordings: [...recordings], overrides };
  const answer = await engine.runJob('ingest', input, { signal, report: () => undefined });
  if (!answer.ok) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.data;
}

function newCase(): string {
  return join(folder, `case-${files++}.assay`);
}

function columnOf(casePath: string, name: string): Partial<ProfileColumn> {
  const openedCase = openCaseReadOnly(casePath);
  try {
    return openedCase.profile()?.columns.find((column) => column.name === name) ?? {};
  } finally {
    openedCase.close();
  }
}

/** Every row with its place, and its cells of one column. */
function contentOf(casePath: string, column: string): unknown {
  const openedCase = openCaseReadOnly(casePath);
  try {
    const dictionary = openedCase.dictionaries().get(column);
    const rows = openedCase.segments().flatMap((segment) => {
      const { firstSequence, rowCount: rows } = segment;
      const block = openedCase.readSegmentColumns(segment).columns.get(column);
      return Array.from({ length: rows }, (_, row) => {
        const { line, byteOffset } = openedCase.readRaw(firstSequence + row);
        const code = block?.kind === 'code' ? block.codes[row] : -1;
        const value = block?.kind === 'number' || block?.kind === 'time' ? block.values[row] : undefined;
        return [firstSequence + row, line, byteOffset, code < 0 ? value : dictionary?.textOf(code)];
      });
    });
    return {
      counts: openedCase.counts(),
      sources: openedCase.sources().map(({ addedAtMs: _, ...source }) => source),
      rows,
    };
  } finally {
    openedCase.close();
  }
}

const pad = (value: number): string => String(value).padStart(2, '0');
const day = (row: number): number => (row < sampled + 1000 ? 3 : 4 + Math.floor((row - sampled) / 300));
const dayFirst = (row: number): string => `${pad(day(row))}/04/2024 ${pad(row % 24)}:${pad(row % 60)}:00`;

describe('a column that its first rows do not tell', () => {
  it.each<[string, (row: number) => string, ProfileOverrides['columns']]>([
    ['day 13', dayFirst, { measure: { role: 'event_time', kind: 'time', timeFormat: 'day/month/year' } }],
    [
      'empty, then numbers',
      (row) => (row < sampled + 10 ? '' : String(row % 77)),
      { measure: { role: 'feature', kind: 'number', numberFormat: { decimal: '.', group: null, decorated: false } } },
    ],
    [
      'the same word, then kinds',
      (row) => (row < sampled + 10 ? '' : `kind ${row % 5}`),
      { measure: { role: 'feature', kind: 'category' } },
    ],
    [
      'the same word, then ids',
      (row) => (row < sampled + 10 ? 'direct' : `ref-${row}`),
      { measure: { role: 'ignored', kind: 'text' } },
    ],
    [
      'few kinds, then ids',
      (row) => (row < sampled + 10 ? `kind ${row % 3}` : `ref-${row}`),
      { measure: { role: 'ignored', kind: 'text' } },
    ],
    [
      'empty, then times',
      (row) => (row < sampled + 10 ? '' : new Date(1.7e12 + row * 60_000).toISOString()),
      { measure: { role: 'event_time', kind: 'time', timeFormat: 'iso' } },
    ],
    [
      'numbers, then words',
      (row) => (row < sampled ? String(row % 70) : ['free', 'low', 'high'][row % 3]),
      { measure: { role: 'feature', kind: 'category' } },
    ],
    [
      'groups of three, of which a late one has a decimal comma',
      (row) => (row < sampled ? `${1 + (row % 90)}.${100 + (row % 900)}` : `1.234,${pad(row % 100)}`),
      { measure: { numberFormat: { decimal: ',', group: '.', decorated: false } } },
    ],
    [
      'whole numbers, then groups of three and decimal commas',
      (row) => (row < sampled ? String(1 + (row % 900)) : row % 2 === 0 ? '1.250' : `1.234,${pad(row % 97)}`),
      { measure: { numberFormat: { decimal: ',', group: '.', decorated: false } } },
    ],
  ])('is read as if it had been known: %s', async (_, cell, right) => {
    const recordings = [recordingOf(cell), recordingOf(cell, 3000, rowCount)];
    const found = newCase();
    const told = newCase();
    const result = await ingest(recordings, found);
    await ingest(recordings, told, { columns: right });
    expect(result).toMatchObject({ rows: rowCount + 3000, addedRows: rowCount + 3000, quarantined: 0 });
    expect(result.notices.join(' ')).toMatch(/'measure' was read again as .*, because /);
    expect(contentOf(found, 'measure')).toEqual(contentOf(told, 'measure'));
  });

  it('stopped anywhere while it is read again, it comes to the same', async () => {
    const recording = recordingOf((row) => dayFirst(row));
    const whole = newCase();
    await ingest([recording], whole, { label: 'is_fraud' });
    const held = new Set<number>();
    const stopped = newCase();
    for (let count = 2; count < 26; count += 3) {
      await ingest([recording], stopped, { label: 'is_fraud' }, cancelledAt(count)).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'CANCELLED' });
      });
      const reading = openCaseReadOnly(stopped);
      held.add(reading.nextSequence());
      reading.close();
    }
    expect(held.size).toBeGreaterThan(2);
    await ingest([recording], stopped, { label: 'is_fraud' });
    expect(contentOf(stopped, 'measure')).toEqual(contentOf(whole, 'measure'));
  });

  it('is left as it is, and said, where a model was made of the rows', async () => {
    const first = recordingOf((row) => String(row % 70), 300);
    const casePath = newCase();
    const context = { signal: new AbortController().signal, report: () => undefined };
    await engine.runJob('run', { recordings: [first], casePath, forest: { trees: 10 } }, context);
    const { notices, quarantined } = await ingest([recordingOf((row) => `word ${row % 3}`, 400, 300)], casePath);
    expect(quarantined).toBe(400);
    expect(notices.join(' ')).toMatch(/'measure' should be read as texts.*has a model/);
  });

  it('keeps errors in quarantine and says that no other reading fits them', async () => {
    const { notices, quarantined } = await ingest(
      [recordingOf((row) => (row > sampled && row % 100 === 0 ? `oops ${row}` : String(row % 70)))],
      newCase(),
    );
    expect(quarantined).toBe(39);
    expect(notices.join(' ')).toMatch(/39 rows do not fit .* no other way to read it fits/);
  });
});

describe('a label', () => {
  const write = (cell: (row: number) => string): string => {
    const path = join(folder, `label-${files++}.csv`);
    const lines = Array.from({ length: rowCount }, (_, row) => `T${row},${(row * 7) % 900}.5,${cell(row)}`);
    writeFileSync(path, `id,amount,fraud_label\n${lines.join('\n')}\n`);
    return path;
  };
  const labelOf = (casePath: string): unknown => columnOf(casePath, 'fraud_label').positiveValues;

  it('takes over words that come late, and says so', async () => {
    const recording = write((row) => (row % 50 > 0 ? 'genuine' : row < sampled ? 'fraud' : 'mule account'));
    const casePath = newCase();
    const result = await ingest([recording], casePath);
    expect(labelOf(casePath)).toEqual(['fraud', 'mule account']);
    expect(result.notices.join(' ')).toMatch(/'mule account' \(80 rows\)/);
  });

  it('is found where all of it comes late', async () => {
    const casePath = newCase();
    await ingest([write((row) => (row < sampled ? '' : row % 60 === 0 ? 'Y' : 'N'))], casePath);
    expect(labelOf(casePath)).toEqual(['Y']);
  });

  it('is a column of one value once a late one says fraud, instead of a feature that gives it away', async () => {
    const path = join(folder, 'late-label.csv');
    const lines = Array.from({ length: rowCount }, (_, row) => {
      const status = row > sampled && row % 50 === 0 ? 'chargeback' : 'settled';
      return `T${row},${(row * 7) % 900}.5,${status}`;
    });
    writeFileSync(path, `id,amount,status\n${lines.join('\n')}\n`);
    const casePath = newCase();
    const { notices } = await ingest([path], casePath);
    expect(columnOf(casePath, 'status')).toMatchObject({ role: 'label', positiveValues: ['chargeback'] });
    expect(notices.join(' ')).toContain("'status' says 'chargeback' in 79 rows after the first ones");
  });

  it('keeps to the words that a person said', async () => {
    const recording = write((row) => (row % 50 > 0 ? 'genuine' : row < sampled ? 'fraud' : 'mule account'));
    const casePath = newCase();
    await ingest([recording], casePath, { positive: ['fraud'] });
    expect(labelOf(casePath)).toEqual(['fraud']);
  });
});

it('reads a key of JSON that comes late', async () => {
  const path = join(folder, 'late.ndjson');
  const lines = Array.from({ length: rowCount }, (_, row) =>
    JSON.stringify({ id: `T${row}`, amount: (row % 900) + 0.5, ...(row >= sampled + 500 ? { risk: row % 90 } : {}) }),
  );
  writeFileSync(path, lines.join('\n'));
  const casePath = newCase();
  const { columns, notices } = await ingest([path], casePath);
  expect(columns.find(({ name }) => name === 'risk')).toMatchObject({
    role: 'feature',
    totals: { present: rowCount - sampled - 500 },
  });
  expect(notices.join(' ')).toMatch(/'risk' was read again as numbers.*it comes only after/);
  // Said again with a flag, the late column stays.
  const { columns: again } = await ingest([path], casePath, { amount: 'amount' });
  expect(again.find(({ name }) => name === 'risk')).toMatchObject({ role: 'feature' });
});

it('takes a doubt back that later rows settle', async () => {
  const cell = (row: number): string => `${pad(1 + Math.floor(row / 1800))}/11/2024 ${pad(row % 24)}:00:00`;
  const casePath = newCase();
  const { notices, quarantined } = await ingest([recordingOf(cell)], casePath);
  expect(quarantined).toBe(0);
  expect(columnOf(casePath, 'measure')).toMatchObject({
    role: 'event_time',
    timeFormat: 'day/month/year',
  });
  expect(notices.join(' ')).not.toMatch('In doubt');
});
