import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestInUse } from '../../../test/campaigns/damage/in-use.ts';
import { linesOfFile } from '../../case/decisions/journal-lines.ts';
import { createBench, type Bench } from '../../case/small-recording.test-support.ts';
import { giveKeys } from '../../host/locked-cases.ts';
import { verifyCase } from '../../store/backup.ts';
import { listBackups } from '../../store/backups.ts';
import { isLocked } from '../../store/case-lock.ts';
import { openCase } from '../../store/open-case.ts';

const [first, second] = ['four words nobody knows', 'five other words to know'];
const note = 'the cardholder phoned from Zanzibar';
const launcher = resolve(import.meta.dirname, '../../../scripts/assay.mjs');
/** A case, two backups and a journal are put in place. */
const renames = 4;

const cleanUps: (() => Promise<void>)[] = [];
let bench: Bench;
let killing: string;

beforeAll(async () => {
  bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  await bench.ask('settings.write', { analyst: 'Ana Ortega' });
  await bench.done('backup', { casePath: bench.casePath });
  await bench.ask('case.open', { path: bench.casePath });
  const page = await bench.ask('alerts.page', { modelId: 1, limit: 1 });
  await bench.ask('notes.add', { modelId: 1, key: page.rows[0]?.key ?? '', text: note });
  await bench.ask('case.close', {});
  await bench.done('backup', { casePath: bench.casePath });
  // Loaded before the program: it is killed in place of the rename after so many.
  killing = join(bench.folder, 'killing.mjs');
  writeFileSync(
    killing,
    `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const rename = fs.renameSync;
let left = Number(process.env.RENAMES);
fs.renameSync = (from, to) => {
  if (!/locking/u.test(String(from))) return rename(from, to);
  if (left-- === 0) process.kill(process.pid, 'SIGKILL');
  rename(from, to);
};
syncBuiltinESMExports();
`,
  );
});
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

/** A copy of the case with its backups and its journal, in a folder of its own. */
function copyOfCase(name: string): string {
  const folder = join(bench.folder, name);
  mkdirSync(folder);
  const stem = basename(bench.casePath).replace(/\.assay$/u, '');
  for (const file of readdirSync(bench.folder).filter((each) => each.startsWith(`${stem}.`) && !each.endsWith('.csv')))
    copyFileSync(join(bench.folder, file), join(folder, file));
  return join(folder, basename(bench.casePath));
}

function assay(casePath: string, parameters: readonly string[], killedAfter: number | null): string | number | null {
  const program = [...(killedAfter === null ? [] : ['--import', killing]), launcher, ...parameters, '--case', casePath];
  const { signal, status } = spawnSync(process.execPath, program, {
    env: {
      ...process.env,
      ASSAY_HOME: join(bench.folder, 'home'),
      RENAMES: String(killedAfter),
      ASSAY_PASSPHRASE: first,
      ASSAY_NEW_PASSPHRASE: second,
    },
  });
  return signal ?? status;
}

/** Files beside a case that can be read without its passphrase. */
function inTheClear(casePath: string): readonly string[] {
  const folder = join(casePath, '..');
  return readdirSync(folder).filter((name) => {
    const content = readFileSync(join(folder, name));
    return content.includes('SQLite format 3') || content.includes(note);
  });
}

const unlock = ['unlock'];
const lock = ['lock'];
const change = ['lock', '--change'];

describe.each([
  { name: 'lock', before: [], program: lock },
  { name: 'unlock', before: [lock], program: unlock },
  { name: 'another passphrase', before: [lock], program: change },
])('$name, killed while its files are put in place', ({ name, before, program }) => {
  it.each(Array.from({ length: renames }, (_, count) => count))(
    'after %i of them: case, backups and journal have one lock or none at the next opening, and are whole',
    async (count) => {
      const path = copyOfCase(`${name} ${count}`);
      for (const each of before) expect(assay(path, each, null)).toBe(0);
      await giveKeys(path, first);
      const whole = digestInUse(path, { isMended: true });
      const wasLocked = isLocked(path);
      expect(assay(path, program, count)).toBe('SIGKILL');

      for (const passphrase of [first, second]) await giveKeys(path, passphrase).catch(() => undefined);
      // Whoever opens it next, for whatever, finishes or takes back what was begun.
      openCase(path).close();
      const isDone = count > 0;
      expect(isLocked(path)).toBe(program === change ? true : isDone ? !wasLocked : wasLocked);
      expect(readdirSync(join(path, '..')).filter((file) => file.includes('locking'))).toEqual([]);
      if (isLocked(path)) expect(inTheClear(path)).toEqual([]);
      else expect(inTheClear(path)).toHaveLength(renames);
      expect(verifyCase(path)).toMatchObject({ ok: true });
      expect(digestInUse(path, { isMended: true })).toBe(whole);
      const backups = listBackups(path);
      expect(backups.map((backup) => isLocked(backup.path))).toEqual(backups.map(() => isLocked(path)));
      expect(backups.map((backup) => verifyCase(backup.path).ok)).toEqual([true, true]);
      const journal = path.replace(/\.assay$/u, '.decisions.jsonl');
      const said = linesOfFile(path, readFileSync(journal, 'utf8')).map(({ text }) => text);
      expect(said.filter((line) => line.includes(note))).toHaveLength(1);
    },
  );
});
