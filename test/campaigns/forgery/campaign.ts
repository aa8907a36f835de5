/*
 * `npm run campaign:forgery [-- TIMES SEED]`: each forgery TIMES (5) over, on rows drawn by chance, in a copy of a case, which
 * `doctor --case` and `audit --verify` must name; then each hostile case once, which must be refused, named, or say the same as
 * the whole case, without what it brought along. Exits with 1 where one is silent.
 */
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createBench } from '../../../engine/case/small-recording.test-support.ts';
import { AssayError } from '../../../engine/domain/error.ts';
import { openCase } from '../../../engine/store/open-case.ts';
import { connect } from '../../../engine/store/sqlite.ts';
import { digestInUse } from '../damage/in-use.ts';
import { drawsOf } from '../fuzz/random.ts';
import { forge, saidOf } from './forge.ts';
import { firstForgeries, moreForgeries } from './forgeries.ts';
import { hostileCases, type HostileCase } from './hostile-cases.ts';

const [times = 5, seed = 1] = process.argv.slice(2).map(Number);
const below = drawsOf(seed);
const slowMs = 20_000;

/** Null where a hostile case is refused, named, or harmless; else what it did. */
function harmOf(path: string, whole: string): string | null {
  const said = saidOf(path);
  try {
    openCase(path).close();
    const given = digestInUse(path, { isMended: true });
    if (said === null && given !== whole) return 'it gives something else, and nobody says so';
    const connection = connect(path, { readonly: true });
    const foreign = connection
      .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view')`)
      .pluck()
      .all();
    connection.close();
    return foreign.length === 0 ? null : `it still holds ${foreign.join(', ')}`;
  } catch (error) {
    if (error instanceof AssayError) return error.code === 'INTERNAL' ? error.message : null;
    return `it ends in ${String(error)}`;
  }
}

function attempt({ make }: HostileCase, casePath: string, path: string, whole: string): string | null {
  copyFileSync(casePath, path);
  make(path);
  const startedMs = performance.now();
  const harm = harmOf(path, whole);
  const tookMs = performance.now() - startedMs;
  return harm ?? (tookMs > slowMs ? `it takes ${Math.round(tookMs)} ms` : null);
}

const cleanUps: (() => Promise<void>)[] = [];
let silent = 0;
let named = 0;
try {
  const bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  await bench.ask('case.open', { path: bench.casePath });
  const { rows } = await bench.ask('alerts.page', { modelId: 1, limit: 20 });
  for (const { key } of rows) await bench.ask('verdicts.set', { modelId: 1, keys: [key], kind: 'fraud' });
  await bench.ask('actions.undo', {});
  await bench.ask('case.close', {});
  const whole = digestInUse(bench.casePath, { isMended: true });
  const forgeries = [...firstForgeries, ...moreForgeries];
  for (const forgery of forgeries)
    for (let turn = 0; turn < times; turn++) {
      const path = join(bench.folder, `forged-${named + silent}.assay`);
      copyFileSync(bench.casePath, path);
      const changed = forge(path, forgery, below);
      if (changed === 0) throw new Error(`${forgery.name} changes nothing`);
      if (saidOf(path) === null) {
        silent++;
        console.log(`silent: ${forgery.name}`);
      } else named++;
      rmSync(path);
    }
  let harmless = 0;
  for (const [index, hostile] of hostileCases.entries()) {
    const path = join(bench.folder, `hostile-${index}.assay`);
    const harm = attempt(hostile, bench.casePath, path, whole);
    if (harm === null) harmless++;
    else {
      silent++;
      console.log(`harm: ${hostile.name}: ${harm}`);
    }
    for (const name of readdirSync(bench.folder))
      if (name.startsWith('hostile-')) rmSync(join(bench.folder, name), { recursive: true });
  }
  console.log(
    `seed ${seed}: ${forgeries.length} forgeries, ${times} times each: ${named} named; ${hostileCases.length} hostile cases: ${harmless} refused, named or without harm; ${silent} silent`,
  );
} finally {
  for (const cleanUp of cleanUps) await cleanUp();
}
if (silent > 0) process.exitCode = 1;
