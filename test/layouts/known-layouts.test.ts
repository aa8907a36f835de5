import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import prettier from 'prettier';
import { afterAll, expect, it } from 'vitest';
import { inspectRecording } from '../../engine/jobs/reading/inspect-recording.ts';
import type { ColumnReport } from '../../preload/contract/recordings.ts';
import { knownLayouts, type KnownLayout } from './known-layouts.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-layouts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rowCount = 90;

async function columnsOf({ header, row }: KnownLayout): Promise<readonly ColumnReport[]> {
  const path = join(folder, 'layout.csv');
  const rows = Array.from({ length: rowCount }, (_, r) => row(r));
  writeFileSync(path, `${[header, ...rows].join('\n')}\n`);
  return (await inspectRecording({ path, overrides: {} })).columns;
}

/** A column has at most one of these; feature and ignored are for the rest. */
function special(columns: readonly ColumnReport[]): Readonly<Record<string, string>> {
  const chosen = columns.filter(({ role }) => role !== 'feature' && role !== 'ignored');
  return Object.fromEntries(chosen.map(({ name, role }) => [name, role]));
}

// Each row of the page is a layout whose roles were once guessed by somebody: a changed word list must not lose one of them.
it.each(knownLayouts.map((layout) => [layout.name, layout] as const))('%s', async (_, layout) => {
  expect(special(await columnsOf(layout))).toMatchObject(layout.roles);
});

it('the page of known layouts is the one that the inference gives (npx vitest run test/layouts --update=all writes it)', async () => {
  const lines: string[] = [];
  for (const layout of knownLayouts) {
    const columns = await columnsOf(layout);
    const shown = columns.filter(({ role }) => role !== 'feature' && role !== 'ignored');
    const roles = shown.map(
      ({ name, role, doubt }) => `${role.replace('_', ' ')}: ${name}${doubt === undefined ? '' : ' (in doubt)'}`,
    );
    const features = columns.filter(({ role }) => role === 'feature').map(({ name }) => name);
    const leftOut = columns.filter(({ role }) => role === 'ignored').map(({ name }) => name);
    lines.push(
      `| ${[layout.name, ...[roles, features, leftOut].map((names) => names.join(', '))].map(cell).join(' | ')} |`,
    );
  }
  const page = [
    '# Known layouts',
    '',
    'What Assay makes of well-known layouts without being told anything: the header as published, and 90 rows made for this project in',
    'the form of the first ones. Written by `test/layouts/known-layouts.test.ts`.',
    '',
    '| layout | roles | features | left out |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
  const target = resolve(import.meta.dirname, '../../docs/known-layouts.md');
  const options = await prettier.resolveConfig(target);
  await expect(await prettier.format(page, { ...options, parser: 'markdown' })).toMatchFileSnapshot(target);
});

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('_', '\\_').replaceAll('#', '\\#');
}
