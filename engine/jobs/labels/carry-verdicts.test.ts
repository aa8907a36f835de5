import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import { CaseSession } from '../../case/case-session.ts';
import { openCaseToRead } from '../../case/opening.ts';
import type { Bench } from '../../case/small-recording.test-support.ts';
import type { JobInput } from '../../../preload/contract/jobs.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

const copyOfCase = (name: string): string => {
  const path = join(bench.folder, `${name}.assay`);
  copyFileSync(bench.casePath, path);
  return path;
};

/** What is known of each judged row, and by whom. */
function known(casePath: string): string {
  const openedCase = openCaseToRead(casePath);
  try {
    const { decisions } = new CaseSession(openedCase);
    expect(openedCase.decisions.brokenAuditEntry()).toBeNull();
    const rows = [...decisions.verdictOfRow].map(([row, { kind, by, atMs }]) => `${row} ${kind} ${by} ${atMs}`);
    return `${decisions.verdicts.length} ${rows.sort().join('\n')}`;
  } finally {
    openedCase.close();
  }
}

const idOf = (row: number): string => String(4_000_000_000_000_000 + row);

function fileOf(
  name: string,
  by: string,
  verdicts: readonly { rows: readonly number[]; kind: string; atMs: number }[],
): string {
  const path = join(bench.folder, name);
  const header = { assay: 'verdicts', format: 1, byNumber: false, recordings: 'another' };
  const lines = verdicts.map(({ rows, kind, atMs }) => ({
    ...{ transactions: rows.map(idOf), kind, reason: null, by, atMs },
    ...{ score: 0.6, modelDigest: 'd', closedUntilMs: null },
  }));
  writeFileSync(path, [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

it('comes to one answer whatever the order of files and however often each is merged', async () => {
  const files = [
    fileOf('a', 'ana', [
      { rows: [1, 2, 3], kind: 'fraud', atMs: 50 },
      { rows: [9], kind: 'unsure', atMs: 10 },
    ]),
    fileOf('b', 'ben', [
      { rows: [3, 2], kind: 'legitimate', atMs: 40 },
      { rows: [1], kind: 'legitimate', atMs: 60 },
    ]),
    fileOf('c', 'cem', [
      { rows: [2], kind: 'valuable', atMs: 50 },
      { rows: [7], kind: 'fraud', atMs: 5 },
    ]),
  ];
  const first = copyOfCase('first');
  await bench.done('labelMerge', { casePath: first, files });
  const answer = known(first);
  let turn = 0;
  const orders = fc.array(fc.constantFrom(...files), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(orders, fc.shuffledSubarray(files, { minLength: 3 }), async (some, all) => {
      const casePath = copyOfCase(`turn-${turn++}`);
      for (const file of [...some, ...all]) await bench.done('labelMerge', { casePath, files: [file] });
      expect(known(casePath)).toBe(answer);
    }),
    { numRuns: 4 },
  );
});

it('carries what one case has decided to another, once, and brings nothing back that was taken back', async () => {
  const [one, other] = [copyOfCase('one'), copyOfCase('other')];
  const verdict: JobInput<'judge'>['action'] = { kind: 'verdict', transactions: [idOf(11), idOf(12)], as: 'fraud' };
  await bench.done('judge', { casePath: one, by: 'ana', action: verdict });
  const output = join(bench.folder, 'ana.verdicts');
  expect(await bench.done('labelExport', { casePath: one, output })).toMatchObject({ verdicts: 2, transactions: 2 });
  // By this entry the case can be told later from one whose history was cut off or written anew.
  const newest = (await bench.done('audit', { casePath: one })).entries.at(-1);
  const [header] = readFileSync(output, 'utf8').split('\n');
  expect(JSON.parse(header)).toMatchObject({ history: { entry: newest?.id, hash: newest?.hash } });
  expect(await bench.done('labelMerge', { casePath: other, files: [output] })).toMatchObject({
    read: 2,
    added: 2,
    known: 0,
  });
  expect(known(other)).toBe(known(one));
  expect(await bench.done('labelMerge', { casePath: other, files: [output, output] })).toMatchObject({
    added: 0,
    known: 4,
  });
  await bench.done('judge', { casePath: one, by: 'ana', action: { kind: 'undo' } });
  expect(await bench.done('labelMerge', { casePath: one, files: [output] })).toMatchObject({ added: 0, known: 2 });

  writeFileSync(output, readFileSync(output, 'utf8').replace('"fraud"', '"perhaps"'));
  await expect(bench.done('labelMerge', { casePath: other, files: [output] })).rejects.toThrow(
    /Line 2 of .* is no verdict/,
  );
  await expect(bench.done('labelMerge', { casePath: other, files: [bench.recording] })).rejects.toThrow(
    /no file of verdicts/,
  );
});

it('takes in chargebacks from when they were known, tells what was not matched and how late they came', async () => {
  const casePath = copyOfCase('charged');
  const recording = join(bench.folder, 'chargebacks.csv');
  const row = (id: string, label: number, day: string): string => `${id},${label},2024-${day}T00:00:00Z`;
  const rows = [
    row(idOf(5), 1, '01-04'),
    row(idOf(6), 1, '02-20'),
    row(idOf(7), 0, '01-02'),
    row(idOf(3500), 0, '01-01'),
    row('no-such-payment', 1, '01-20'),
  ];
  writeFileSync(recording, `payment,charged_back,reported\n${rows.join('\n')}\n`);
  const choice = { casePath, recording, id: 'payment', label: 'charged_back', knownAt: 'reported' };
  const result = await bench.done('labelImport', choice);
  expect(result).toMatchObject({
    read: 5,
    added: 4,
    known: 0,
    fraud: 3,
    unmatched: ['no-such-payment'],
    ambiguous: [],
    // The label column of the case calls the first two legitimate.
    conflicts: [idOf(5), idOf(6)],
    knownBefore: 1,
  });
  expect(result.delays.filter(({ labels }) => labels > 0)).toEqual([
    { underDays: 1, labels: 1 },
    { underDays: 7, labels: 1 },
    { underDays: 60, labels: 1 },
  ]);
  expect(await bench.done('labelImport', choice)).toMatchObject({ added: 0, known: 4 });
  await expect(bench.done('labelImport', { ...choice, label: 'fraud' })).rejects.toThrow(/has no column 'fraud'/);
});

it('names an id that stands for several transactions, and gives none of them its label', async () => {
  const recording = join(bench.folder, 'twice.csv');
  const [header, ...lines] = readFileSync(bench.recording, 'utf8').trimEnd().split('\n').slice(0, 400);
  const again = lines[399 - 1].replace(/^[^,]*/, lines[3].split(',')[0]);
  writeFileSync(recording, `${[header, ...lines, again].join('\n')}\n`);
  const casePath = join(bench.folder, 'twice.assay');
  await bench.done('run', { recordings: [recording], casePath, overrides: { id: 'payment_id' }, forest: { trees: 5 } });
  const labels = join(bench.folder, 'twice-labels.csv');
  const [twice, once] = [lines[3], lines[4]].map((line) => line.split(',')[0]);
  writeFileSync(labels, `payment,fraud,reported\n${twice},1,2024-02-01T00:00:00Z\n${once},1,2024-02-01T00:00:00Z\n`);
  const choice = { recording: labels, id: 'payment', label: 'fraud', knownAt: 'reported' };
  expect(await bench.done('labelImport', { casePath, ...choice })).toMatchObject({
    read: 2,
    added: 1,
    ambiguous: [twice],
    unmatched: [],
  });
});

it('takes a file of an earlier Assay for what it was: each verdict added once, known the second time, and written as it was read', async () => {
  const former = fileURLToPath(new URL('../../../test/former-cases/carried-verdicts.ndjson', import.meta.url));
  const casePath = copyOfCase('former');
  expect(await bench.done('labelMerge', { casePath, files: [former] })).toMatchObject({ read: 3, added: 3, known: 0 });
  expect(await bench.done('labelMerge', { casePath, files: [former] })).toMatchObject({ read: 3, added: 0, known: 3 });
  const output = join(bench.folder, 'again.ndjson');
  await bench.done('labelExport', { casePath, output });
  const linesOf = (path: string): readonly string[] => readFileSync(path, 'utf8').split('\n').slice(1);
  expect(linesOf(output)).toEqual(linesOf(former));
});
