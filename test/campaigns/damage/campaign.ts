/*
 * `npm run campaign:damage [-- BYTES PAGES SEED]`: single bytes of a case overwritten (1,000), and whole pages (200), each in a
 * copy of it. Each copy is asked three times: by what `doctor --case` and `audit --verify` ask, by reading all of it without a check
 * beforehand, and by reading all of it for writing. Whatever is not as it was must be refused or named, in each of the three; exits
 * with 1 where a damaged case gives something else and nobody says so.
 */
import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createBench, type Bench } from '../../../engine/case/small-recording.test-support.ts';
import { AssayError } from '../../../engine/domain/error.ts';
import { verifyCase } from '../../../engine/store/backup.ts';
import { connect } from '../../../engine/store/sqlite.ts';
import { drawsOf } from '../fuzz/random.ts';
import { digestForWriting, digestInUse } from './in-use.ts';

const [bytes = 1000, pages = 200, seed = 1] = process.argv.slice(2).map(Number);
const pageBytes = 16_384;
const below = drawsOf(seed);

/** Digest of every row of every table; null where it cannot be read. */
function contentOf(path: string): string | null {
  const connection = connect(path, { readonly: true });
  try {
    const hash = createHash('sha256');
    const tables = connection
      .prepare<[], { name: string }>(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
      )
      .all();
    for (const { name } of tables)
      for (const row of connection.prepare<[], unknown[]>(`SELECT * FROM "${name}"`).raw().iterate())
        hash.update(JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
    return hash.digest('hex');
  } catch {
    return null;
  } finally {
    connection.close();
  }
}

/** What is given of a damaged case, or the sentence that refuses it. */
function answerOf(ask: () => string | null): { readonly given: string | null; readonly said: string | null } {
  try {
    return { given: ask(), said: null };
  } catch (error) {
    if (error instanceof AssayError) return { given: null, said: error.message };
    throw error;
  }
}

/** As `answerOf`, of a case opened for writing: a note in its history is a sentence, too. */
function answerForWriting(path: string): ReturnType<typeof answerOf> {
  let noted: string | null = null;
  const { given, said } = answerOf(() => {
    const answer = digestForWriting(path);
    noted = answer.noted;
    return answer.digest;
  });
  return { given, said: said ?? noted };
}

/** What is said of a damaged case; null where it passes as whole. */
function saidOf(path: string): string | null {
  const { given, said } = answerOf(() => verifyCase(path).problems[0] ?? null);
  return given ?? said;
}

function writeDamage(path: string, place: number, damage: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, damage, 0, damage.byteLength, place);
  closeSync(file);
}

/** Whether mending gives the whole case again, and by what: alone, or with a backup beside it. */
async function mended(
  bench: Bench,
  turn: number,
  place: number,
  damage: Uint8Array,
  whole: string,
): Promise<{ readonly isWhole: boolean; readonly from: 'itself' | 'backup' }> {
  for (const from of ['itself', 'backup'] as const) {
    const path = join(bench.folder, `mended-${turn}-${from}.assay`);
    copyFileSync(bench.casePath, path);
    writeDamage(path, place, damage);
    if (from === 'backup') copyFileSync(bench.casePath, `${path}.backup-hand-1700000000000`);
    const ended = await bench.engine.runJob('mend', { casePath: path, by: 'campaign' }, context);
    const isWhole = ended.ok && ended.data.left.length === 0 && isAsBefore(path, whole);
    for (const name of readdirSync(bench.folder)) if (name.startsWith('mended-')) rmSync(join(bench.folder, name));
    if (isWhole) return { isWhole, from };
  }
  return { isWhole: false, from: 'backup' };
}

/** Apart from the entry of the mending itself, which is the last of the history. */
function isAsBefore(path: string, whole: string): boolean {
  const { given } = answerOf(() => digestInUse(path, { isMended: true }));
  return given === whole && verifyCase(path).ok;
}

const context = { signal: new AbortController().signal, report: () => undefined };
const mendedWholly = { itself: 0, backup: 0 };
const cleanUps: (() => Promise<void>)[] = [];
let silent = 0;
try {
  const bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  await bench.ask('case.open', { path: bench.casePath });
  const { rows } = await bench.ask('alerts.page', { modelId: 1, limit: 20 });
  for (const { key } of rows) await bench.ask('verdicts.set', { modelId: 1, keys: [key], kind: 'fraud' });
  await bench.ask('case.close', {});
  const { size } = statSync(bench.casePath);
  const whole = contentOf(bench.casePath);
  const wholeInUse = digestInUse(bench.casePath);
  const wholeButMending = digestInUse(bench.casePath, { isMended: true });
  let named = 0;
  let namedInUse = 0;
  let harmless = 0;
  for (let turn = 0; turn < bytes + pages; turn++) {
    const isByte = turn < bytes;
    const place = isByte ? below(size) : below(size / pageBytes) * pageBytes;
    // Each copy has a name of its own: what is remembered of a case outside of it is kept by its name.
    const path = join(bench.folder, `damaged-${turn}.assay`);
    copyFileSync(bench.casePath, path);
    const damage = Buffer.alloc(isByte ? 1 : pageBytes);
    const file = openSync(path, 'r');
    readSync(file, damage, 0, damage.byteLength, place);
    closeSync(file);
    if (isByte) damage[0] ^= 1 + below(255);
    else for (let at = 0; at < damage.byteLength; at++) damage[at] = below(256);
    writeDamage(path, place, damage);
    const where = `${isByte ? 'byte' : 'page'} at ${place} of ${size}`;
    const said = saidOf(path);
    if (said !== null) named++;
    else if (contentOf(path) === whole) harmless++;
    else {
      silent++;
      console.log(`silent when verified: ${where}`);
    }
    const answers = [answerOf(() => digestInUse(path)), answerForWriting(path)];
    if (answers.some((answer) => answer.said !== null)) namedInUse++;
    if (said !== null || answers.some((answer) => answer.said !== null)) {
      const { isWhole, from } = await mended(bench, turn, place, damage, wholeButMending);
      if (isWhole) mendedWholly[from]++;
      else console.log(`not mended: ${where} (${from})`);
    }
    answers.forEach(({ given, said: refusal }, index) => {
      if (refusal !== null || given === (index === 0 ? wholeInUse : wholeButMending)) return;
      silent++;
      console.log(
        `silent when ${index === 0 ? 'read' : 'opened for writing'}: ${where} (verified: ${said ?? 'whole'})`,
      );
    });
    rmSync(path, { force: true });
  }
  console.log(
    `seed ${seed}: ${bytes} bytes and ${pages} pages of a case of ${size} bytes: ${named} named when verified, ${namedInUse} at the first use, ${harmless} where nothing is kept, ${silent} silent; mended to the last byte: ${mendedWholly.itself} from what was received, ${mendedWholly.backup} with a backup`,
  );
} finally {
  for (const cleanUp of cleanUps) await cleanUp();
}
if (silent > 0) process.exitCode = 1;
