import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { benchOfFile } from '../../../engine/case/bench-of-file.test-support.ts';
import type { Bench } from '../../../engine/case/small-recording.test-support.ts';
import { drawsOf } from '../fuzz/random.ts';
import { forge, saidOf } from './forge.ts';
import { firstForgeries, moreForgeries } from './forgeries.ts';

/* A small run of `npm run campaign:forgery` in every run of the tests. */

const seed = 5;
const below = drawsOf(seed);
let bench: Bench;
benchOfFile((made) => (bench = made));
beforeAll(async () => {
  const { rows } = await bench.ask('alerts.page', { modelId: 1, limit: 20 });
  for (const { key } of rows) await bench.ask('verdicts.set', { modelId: 1, keys: [key], kind: 'fraud' });
  await bench.ask('actions.undo', {});
  await bench.ask('case.close', {});
  expect(saidOf(bench.casePath)).toBeNull();
});

const all = [...firstForgeries, ...moreForgeries];
// Those that draw a row come twice.
const tries = [...all, ...all.filter(({ of }) => of !== undefined)].map(
  (forgery, turn) => [forgery.name, turn, forgery] as const,
);

it.each(tries)('names %s (%i)', (_, turn, forgery) => {
  const path = join(bench.folder, `forged-${turn}.assay`);
  copyFileSync(bench.casePath, path);
  expect(forge(path, forgery, below)).toBeGreaterThan(0);
  expect(saidOf(path)).not.toBeNull();
  rmSync(path);
});
