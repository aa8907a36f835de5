import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestInUse } from '../../../test/campaigns/damage/in-use.ts';
import type { JobInput, JobName } from '../../../preload/contract/jobs.ts';
import type { Events } from '../../../preload/contract/events.ts';
import { createBench, type Bench } from '../../case/small-recording.test-support.ts';
import { AssayError } from '../../domain/error.ts';
import { forgetKey, giveKey, isLocked } from '../../store/case-lock.ts';
import { verifyCase } from '../../store/backup.ts';
import { listBackups } from '../../store/backups.ts';
import { openCase, openCaseReadOnly } from '../../store/open-case.ts';
import { writeLayout } from '../../store/relock.ts';
import { connect } from '../../store/sqlite.ts';
import { codeOf, errorOfWork } from '../../store/store-fixtures.ts';

const passphrase = 'four words nobody knows';
const note = 'the cardholder phoned from Zanzibar';
const cleanUps: (() => Promise<void>)[] = [];
let bench: Bench;
let temporary: string;
const formerTemporary = process.env['TMPDIR'];

beforeAll(async () => {
  bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  // Whatever is put into the temporary folder is searched as well.
  temporary = mkdtempSync(join(bench.folder, 'temporary-'));
  process.env['TMPDIR'] = temporary;
});
afterAll(async () => {
  if (formerTemporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = formerTemporary;
  for (const cleanUp of cleanUps) await cleanUp();
});

const context = { signal: new AbortController().signal, report: () => undefined };

let copies = 0;
/** A copy of the case in a folder of its own. */
function copyOfCase(): string {
  const folder = join(bench.folder, `copy-${copies++}`);
  mkdirSync(folder);
  const path = join(folder, 'spring.assay');
  copyFileSync(bench.casePath, path);
  return path;
}

/** A locked copy, whose passphrase is known to this process. */
async function lockedCopy(): Promise<string> {
  const path = copyOfCase();
  await bench.done('lock', { casePath: path, passphrase });
  return path;
}

async function codeOfPromise(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AssayError) return error.code;
  throw error;
}

/** A job of the window, in a thread of its own. */
function inWindow<J extends JobName>(name: J, input: JobInput<J>): Promise<Events['job.ended']['outcome']> {
  return new Promise((resolve) => {
    const stop = bench.engine.on('job.ended', (event) => {
      if (event.name !== name) return;
      stop();
      resolve(event.outcome);
    });
    bench.engine.startJob(name, input);
  });
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Texts of the recording and of what was decided, and amounts as eight bytes each; as they lie in a file or in a log of SQLite. */
const needles: readonly (readonly [string, Buffer])[] = [
  ...['C1003', 'C1017', '4000000000000123', 'is_fraud', 'payments.csv', note, 'CREATE TABLE', 'Ana Ortega'].map(
    (text) => [text, Buffer.from(text)] as const,
  ),
  ['is_fraud, as UTF-16', Buffer.from('is_fraud', 'utf16le')],
];

/** Which needles lie in some files. */
function found(files: readonly string[], also: readonly (readonly [string, Buffer])[] = []): readonly string[] {
  const contents = files.map((path) => readFileSync(path));
  return [...needles, ...also]
    .filter(([, bytes]) => contents.some((content) => content.includes(bytes)))
    .map(([name]) => name);
}

/** The eight bytes of amounts that lie as they are in the case. */
function amountsOf(path: string): readonly (readonly [string, Buffer])[] {
  const content = readFileSync(path);
  const amounts = readFileSync(bench.recording, 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => Number(line.split(',')[4]));
  return [...new Set(amounts)].flatMap((amount) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(amount);
    return content.includes(bytes) ? [[String(amount), bytes] as const] : [];
  });
}

/** What an analyst does in a window: decides, writes a note and a draft, and leaves everything open. */
async function work(path: string): Promise<void> {
  await bench.ask('settings.write', { analyst: 'Ana Ortega' });
  await bench.ask('case.open', { path });
  const modelId = (await bench.ask('models.list', {}))[0]?.id ?? 0;
  const page = await bench.ask('alerts.page', { modelId, limit: 20 });
  const key = page.rows[0]?.key ?? '';
  await bench.ask('alerts.detail', { modelId, key });
  await bench.ask('verdicts.set', { modelId, keys: [key], kind: 'fraud' });
  await bench.ask('notes.add', { modelId, key, text: note });
}

it('leaves nothing in the clear: not in the file, its log, its backups, its journal, the kept first screen, or temporary files', async () => {
  const path = copyOfCase();
  const folder = join(path, '..');
  const home = join(bench.folder, 'home');
  await work(path);
  await bench.done('backup', { casePath: path });
  await bench.ask('case.close', {});
  const amounts = amountsOf(path);
  // What is searched for is there to be found while the case is plain.
  expect(amounts.length).toBeGreaterThan(3);
  expect(found(filesIn(folder))).toEqual(expect.arrayContaining(['C1003', note, 'CREATE TABLE', 'Ana Ortega']));
  expect(filesIn(folder).map((file) => found([file]).length > 0)).not.toContain(false);

  await bench.done('lock', { casePath: path, passphrase });
  expect(found([...filesIn(folder), ...filesIn(temporary)], amounts)).toEqual([]);
  expect(existsSync(join(home, 'first-screens')) ? filesIn(join(home, 'first-screens')) : []).toEqual([]);

  await work(path);
  await bench.done('backup', { casePath: path });
  // While it is open for writing its log lies beside it, and the window's threads read it.
  expect(filesIn(folder).some((file) => file.endsWith('-wal') && statSync(file).size > 0)).toBe(true);
  expect(await inWindow('evaluate', { casePath: path })).toMatchObject({ ok: true });
  expect(found([...filesIn(folder), ...filesIn(temporary)], amounts)).toEqual([]);
  await bench.ask('case.read', {});
  await bench.ask('case.close', {});
  expect(found([...filesIn(folder), ...filesIn(temporary)], amounts)).toEqual([]);
  const kept = filesIn(join(home, 'first-screens'));
  expect(kept.length).toBeGreaterThan(0);
  expect(found(kept, amounts)).toEqual([]);
  expect(found(filesIn(home))).not.toContain(note);
});

it('is the same case: every answer, its history, and its journal, from which a case that is built again takes what was decided', async () => {
  const path = copyOfCase();
  const before = digestInUse(path);
  await work(path);
  await bench.ask('case.close', {});
  const decided = digestInUse(path);
  expect(decided).not.toBe(before);
  await bench.done('lock', { casePath: path, passphrase, by: 'Ben' });
  expect(verifyCase(path)).toMatchObject({ ok: true, problems: [] });
  const opened = openCaseReadOnly(path);
  expect(opened.decisions.auditPage({ limit: 1 }).rows[0]).toMatchObject({
    by: 'Ben',
    what: 'locked with a passphrase',
  });
  expect(opened.decisions.standingVerdicts()).toHaveLength(1);
  opened.close();
  // The case itself is lost, and read from the recording again; the journal beside it is locked, and so is the new case.
  const built = `${path}.built`;
  copyFileSync(bench.casePath, built);
  await bench.done('lock', { casePath: built, passphrase: 'five other words to know' });
  await bench.done('unlock', { casePath: path });
  expect(isLocked(path)).toBe(false);
  expect(verifyCase(path)).toMatchObject({ ok: true });
  expect(readFileSync(path.replace('.assay', '.decisions.jsonl'), 'utf8')).toContain(note);
  copyFileSync(bench.casePath, path);
  await bench.ask('case.open', { path });
  const history = await bench.ask('audit.page', { limit: 5 });
  await bench.ask('case.close', {});
  expect(JSON.stringify(history)).toContain('2 decisions taken over from the journal beside the case');
});

it('takes decisions over from a locked journal', async () => {
  const path = await lockedCopy();
  await work(path);
  await bench.ask('case.close', {});
  const journal = readFileSync(path.replace('.assay', '.decisions.jsonl'), 'utf8');
  expect(
    journal
      .trim()
      .split('\n')
      .every((line) => line.startsWith('~')),
  ).toBe(true);
  // The decisions go out of the case, as if it had been restored from before; its key is the same.
  const connection = connect(path, {});
  connection.pragma('foreign_keys = OFF');
  for (const table of ['verdict', 'note', 'action']) connection.exec(`DELETE FROM ${table}`);
  connection.exec('DELETE FROM left_behind');
  connection.close();
  await bench.ask('case.open', { path });
  const history = await bench.ask('audit.page', { limit: 5 });
  await bench.ask('case.close', {});
  expect(JSON.stringify(history)).toContain('2 decisions taken over');
  expect(JSON.stringify(history)).not.toContain('refused');
});

it('is named as locked, and not as damaged, where nobody gave the passphrase; opens with it alone', async () => {
  const path = await lockedCopy();
  forgetKey(path);
  for (const open of [() => openCase(path), () => openCaseReadOnly(path), () => verifyCase(path)])
    expect(errorOfWork(open)).toMatchObject({ code: 'CASE_LOCKED', kind: 'usage' });
  const answer = await bench.engine.request('case.open', { path });
  expect(answer).toMatchObject({ ok: false, error: { code: 'CASE_LOCKED' } });
  expect(await codeOfPromise(giveKey(path, 'four words nobody knew'))).toBe('WRONG_PASSPHRASE');
  expect(codeOf(() => openCase(path))).toBe('CASE_LOCKED');
  const wrong = await bench.engine.request('case.unlock', { path, passphrase: 'no words at all, really' });
  expect(wrong).toMatchObject({ ok: false, error: { code: 'WRONG_PASSPHRASE' } });
  await bench.ask('case.unlock', { path, passphrase });
  expect(await bench.ask('case.open', { path })).toMatchObject({ locked: true, rows: 4000 });
  await bench.ask('case.close', {});
  await bench.ask('case.forgetPassphrase', { path });
  expect(codeOf(() => openCase(path))).toBe('CASE_LOCKED');
});

it('knows the passphrase however the letters are put together', async () => {
  const path = copyOfCase();
  await bench.done('lock', { casePath: path, passphrase: 'caf\u00e9 on the corner' });
  forgetKey(path);
  await giveKey(path, 'cafe\u0301 on the corner');
  openCase(path).close();
});

it('is named as of a newer Assay without its passphrase, by its layout or by a form of locks that is unknown', async () => {
  const path = await lockedCopy();
  forgetKey(path);
  const whole = readFileSync(path);
  writeLayout(path, 99);
  expect(errorOfWork(() => openCase(path))).toMatchObject({
    code: 'CASE_FROM_FUTURE',
    message: expect.stringContaining('layout 99'),
  });
  whole[3] = 2;
  writeFileSync(path, whole);
  expect(codeOf(() => openCase(path))).toBe('CASE_FROM_FUTURE');
});

it('gets another passphrase, with its backups: the former opens none of them', async () => {
  const path = await lockedCopy();
  await bench.done('backup', { casePath: path });
  const other = 'another four words';
  expect(await bench.done('lock', { casePath: path, passphrase: other, change: true })).toMatchObject({
    backups: 1,
    left: [],
  });
  const files = [path, ...listBackups(path).map((backup) => backup.path)];
  for (const file of files) {
    forgetKey(file);
    expect(await codeOfPromise(giveKey(file, passphrase))).toBe('WRONG_PASSPHRASE');
    await giveKey(file, other);
    expect(verifyCase(file).ok).toBe(true);
  }
});

it('refuses what would be no lock, or another than was meant', async () => {
  const plain = copyOfCase();
  const refusal = async (name: 'lock' | 'unlock', input: object): Promise<string> => {
    const answer = await bench.engine.runJob(name, input as never, context);
    return answer.ok ? 'done' : `${answer.error.code} ${answer.error.message}`;
  };
  expect(await refusal('lock', { casePath: plain, passphrase: 'too short' })).toContain('shorter than 12');
  expect(await refusal('lock', { casePath: plain, passphrase, change: true })).toContain('is not locked');
  expect(await refusal('unlock', { casePath: plain })).toContain('is not locked');
  const opened = openCase(plain);
  expect(await refusal('lock', { casePath: plain, passphrase })).toContain('CASE_BUSY');
  opened.close();
  expect(isLocked(plain)).toBe(false);
  await bench.done('lock', { casePath: plain, passphrase });
  expect(await refusal('lock', { casePath: plain, passphrase })).toContain('locked already');
});

it('begins empty where no case is, and what is read into it never stands in the clear', async () => {
  const folder = join(bench.folder, 'new');
  mkdirSync(folder);
  const path = join(folder, 'new.assay');
  expect(await bench.done('lock', { casePath: path, passphrase })).toMatchObject({ made: true });
  await bench.done('run', { recordings: [bench.recording], casePath: path, forest: { trees: 20 } });
  expect(found([...filesIn(folder), ...filesIn(temporary)])).toEqual([]);
  expect(verifyCase(path).ok).toBe(true);
});

it('is sealed, waits for a time-stamp and has what is old erased as any case, with nothing in the clear', async () => {
  // More than one segment, so that a whole one is old.
  const lines = Array.from({ length: 9000 }, (_, row) => {
    const isWild = row % 97 === 13;
    const time = new Date(Date.UTC(2025, 0, 1) + row * 900_000).toISOString();
    return `${4_000_000_000_000_000 + row},${time},C${1000 + (row % 20)},${isWild ? 4000 + row : 20 + (row % 31)},${isWild ? 1 : 0}`;
  });
  const recording = join(bench.folder, 'long.csv');
  writeFileSync(recording, `payment_id,paid_at,card_id,amount,is_fraud\n${lines.join('\n')}\n`);
  const folder = join(bench.folder, 'locked-from-the-start');
  mkdirSync(folder);
  const path = join(folder, 'spring.assay');
  await bench.done('lock', { casePath: path, passphrase });
  await bench.done('run', {
    recordings: [recording],
    casePath: path,
    overrides: { label: 'is_fraud' },
    forest: { trees: 10 },
  });
  const authority = join(bench.folder, 'authority.pem');
  writeFileSync(authority, rootCertificates[0]);
  // Nobody listens there: the request waits in the case.
  const order = { timeStampServer: 'http://127.0.0.1:9/', timeStampAuthority: authority };
  const sealed = await bench.done('seal', { casePath: path, makeKey: true, ...order });
  expect(sealed.timeStamp).toMatchObject({ state: 'waiting' });
  expect(found([...filesIn(folder), ...filesIn(temporary)])).toEqual([]);
  expect(await bench.done('verifySeal', { casePath: path })).toMatchObject({ isSigned: true, differences: [] });

  const erased = await bench.done('erase', { casePath: path, olderThanDays: 40, reason: 'end of the contract' });
  expect(erased.removedRows).toBeGreaterThan(4000);
  expect(isLocked(path)).toBe(true);
  expect(found([...filesIn(folder), ...filesIn(temporary)])).toEqual([]);
  expect(verifyCase(path)).toMatchObject({ ok: true, problems: [] });
  const { differences } = await bench.done('verifySeal', { casePath: path });
  expect(differences.join(' ')).toContain('What was sealed as received/1 is gone.');
  forgetKey(path);
  expect(codeOf(() => openCaseReadOnly(path))).toBe('CASE_LOCKED');
  await giveKey(path, passphrase);
});

it('names every damaged byte: none of fifty is silent', async () => {
  const path = await lockedCopy();
  const whole = readFileSync(path);
  const digest = digestInUse(path);
  let seed = 20_261_127;
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed % below;
  };
  const places = [
    ...Array.from({ length: 24 }, (_, place) => place),
    ...Array.from({ length: 50 }, () => next(whole.length)),
  ];
  const silent: number[] = [];
  const damaged = join(path, '..', 'damaged.assay');
  for (const place of places) {
    const bytes = Buffer.from(whole);
    bytes[place] = (bytes[place] ?? 0) ^ (1 + next(255));
    writeFileSync(damaged, bytes);
    const answer = ((): string => {
      try {
        return verifyCase(damaged).ok && digestInUse(damaged) === digest ? 'silent' : 'named';
      } catch (error) {
        return error instanceof AssayError ? error.code : String(error);
      }
    })();
    if (!['named', 'CASE_CORRUPT', 'NOT_A_CASE', 'CASE_LOCKED', 'CASE_FROM_FUTURE'].includes(answer))
      silent.push(place);
  }
  expect(silent).toEqual([]);
});

it('is mended from a locked backup, block by block or as a whole, and where its first bytes are damaged', async () => {
  const path = await lockedCopy();
  const { made } = await bench.done('backup', { casePath: path });
  const connection = connect(path, {});
  connection.exec(`UPDATE score_segment SET sums = zeroblob(length(sums))`);
  connection.close();
  expect(await bench.done('mend', { casePath: path })).toMatchObject({ wasWhole: false, left: [], restored: null });
  for (const place of [5, 10, 18]) {
    const bytes = readFileSync(path);
    bytes[place] = (bytes[place] ?? 0) ^ 0x40;
    writeFileSync(path, bytes);
    expect(verifyOrCode(path)).not.toBe('ok');
    expect(await bench.done('mend', { casePath: path })).toMatchObject({
      mended: ['the first bytes'],
      left: [],
      restored: null,
    });
    expect(verifyOrCode(path)).toBe('ok');
  }
  const bytes = readFileSync(path);
  bytes.fill(7, 40_000, 70_000);
  writeFileSync(path, bytes);
  expect(await bench.done('mend', { casePath: path })).toMatchObject({ restored: made?.path });
  expect(isLocked(path)).toBe(true);
  expect(verifyOrCode(path)).toBe('ok');
});

function verifyOrCode(path: string): string {
  try {
    return verifyCase(path).ok ? 'ok' : 'damaged';
  } catch (error) {
    return error instanceof AssayError ? error.code : String(error);
  }
}
