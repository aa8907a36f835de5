/*
 * `npm run campaign:damage [-- BYTES PAGES SEED]`: single bytes of a case overwritten (1,000), and whole pages (200), each in a
 * copy of it. Whatever is not as it was must be refused or named by what `doctor --case` and `audit --verify` ask; exits with 1
 * where a damaged case passes as whole and gives something else.
 */
import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createBench } from '../../engine/case/small-recording.test-support.ts';
import { AssayError } from '../../engine/domain/error.ts';
import { verifyCase } from '../../engine/store/backup.ts';
import { connect } from '../../engine/store/sqlite.ts';
import { drawsOf } from './fuzz/random.ts';

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

/** What is said of a damaged case; null where it passes as whole. */
function saidOf(path: string): string | null {
  try {
    return verifyCase(path).problems[0] ?? null;
  } catch (error) {
    if (error instanceof AssayError) return error.message;
    throw error;
  }
}

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
  const path = join(bench.folder, 'damaged.assay');
  let named = 0;
  let harmless = 0;
  for (let turn = 0; turn < bytes + pages; turn++) {
    const isByte = turn < bytes;
    const place = isByte ? below(size) : below(size / pageBytes) * pageBytes;
    rmSync(path, { force: true });
    copyFileSync(bench.casePath, path);
    const damage = Buffer.alloc(isByte ? 1 : pageBytes);
    const file = openSync(path, 'r+');
    readSync(file, damage, 0, damage.byteLength, place);
    if (isByte) damage[0] ^= 1 + below(255);
    else for (let at = 0; at < damage.byteLength; at++) damage[at] = below(256);
    writeSync(file, damage, 0, damage.byteLength, place);
    closeSync(file);
    if (saidOf(path) !== null) named++;
    else if (contentOf(path) === whole) harmless++;
    else {
      silent++;
      console.log(`silent: ${isByte ? 'byte' : 'page'} at ${place} of ${size}`);
    }
  }
  console.log(
    `seed ${seed}: ${bytes} bytes and ${pages} pages of a case of ${size} bytes: ${named} named, ${harmless} where nothing is kept, ${silent} silent`,
  );
} finally {
  for (const cleanUp of cleanUps) await cleanUp();
}
if (silent > 0) process.exitCode = 1;
