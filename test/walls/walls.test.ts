import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cruise, type ICruiseResult, type IViolation } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const projectFolder = resolve(import.meta.dirname, '../..');
const configPath = join(projectFolder, '.dependency-cruiser.cjs');
const houseFolders = ['engine', 'preload', 'main', 'renderer', 'test'];

interface Breach {
  readonly wall: string;
  readonly file: string;
  readonly source: string;
}

/** One deliberate violation, or more, for every wall. */
const breaches: readonly Breach[] = [
  { wall: 'no-cycles', file: 'engine/stream/knot.ts', source: `import { b } from './tied.ts';\nexport const a = b;` },
  { wall: 'imports-resolve', file: 'engine/jobs/lost.ts', source: `export * from './nowhere.ts';` },
  { wall: 'imports-resolve', file: 'engine/jobs/lost-package.ts', source: `export * from 'no-such-package';` },
  {
    wall: 'production-never-imports-tests',
    file: 'engine/jobs/shipped-test.ts',
    source: `export * from '../../test/helper.ts';`,
  },
  { wall: 'engine-ships-what-it-imports', file: 'engine/jobs/unshipped.ts', source: `export * from 'prettier';` },
  { wall: 'domain-knows-only-zod', file: 'engine/domain/upward.ts', source: `export * from '../features/ok.ts';` },
  { wall: 'domain-knows-only-zod', file: 'engine/domain/package.ts', source: `export * from 'yaml';` },
  {
    wall: 'pure-layers-know-only-domain',
    file: 'engine/features/upward.ts',
    source: `export * from '../stream/ok.ts';`,
  },
  {
    wall: 'pure-layers-know-only-domain',
    file: 'engine/evaluation/sideways.ts',
    source: `export * from '../forest/ok.ts';`,
  },
  {
    wall: 'learning-knows-only-arithmetic',
    file: 'engine/learning/reach.ts',
    source: `export * from '../store/ok.ts';`,
  },
  {
    wall: 'learning-knows-only-arithmetic',
    file: 'engine/learning/sideways.ts',
    source: `export * from '../features/ok.ts';`,
  },
  {
    wall: 'adapters-know-only-what-is-below',
    file: 'engine/export/learn.ts',
    source: `export * from '../learning/ok.ts';`,
  },
  {
    wall: 'adapters-know-only-what-is-below',
    file: 'engine/stream/sideways.ts',
    source: `export * from '../store/ok.ts';`,
  },
  {
    wall: 'adapters-know-only-what-is-below',
    file: 'engine/store/sideways.ts',
    source: `export type { value } from '../stream/ok.ts';`,
  },
  { wall: 'adapters-know-only-what-is-below', file: 'engine/monitor/up.ts', source: `export * from '../jobs/ok.ts';` },
  { wall: 'case-knows-no-job', file: 'engine/case/up.ts', source: `export * from '../jobs/ok.ts';` },
  { wall: 'case-knows-no-job', file: 'engine/case/top.ts', source: `export * from '../host/ok.ts';` },
  {
    wall: 'case-and-jobs-take-only-types-from-the-contract',
    file: 'engine/case/parse.ts',
    source: `export * from '../../preload/contract/ok.ts';`,
  },
  { wall: 'jobs-do-not-know-their-host', file: 'engine/jobs/up.ts', source: `export * from '../host/ok.ts';` },
  {
    wall: 'case-and-jobs-take-only-types-from-the-contract',
    file: 'engine/jobs/parse.ts',
    source: `export * from '../../preload/contract/ok.ts';`,
  },
  { wall: 'engine-has-no-screen', file: 'engine/host/up.ts', source: `export * from '../../main/ok.ts';` },
  {
    wall: 'contract-knows-only-domain',
    file: 'preload/contract/up.ts',
    source: `export * from '../../engine/jobs/ok.ts';`,
  },
  { wall: 'preload-knows-only-contract', file: 'preload/deep.ts', source: `export * from '../engine/domain/ok.ts';` },
  {
    wall: 'main-reaches-the-engine-through-its-host',
    file: 'main/deep.ts',
    source: `export * from '../engine/jobs/ok.ts';`,
  },
  {
    wall: 'renderer-knows-only-types-of-contract-and-domain',
    file: 'renderer/data/deep.ts',
    source: `export type * from '../../engine/jobs/ok.ts';`,
  },
  {
    wall: 'renderer-takes-no-code-from-contract-and-domain',
    file: 'renderer/data/code.ts',
    source: `export * from '../../preload/contract/ok.ts';`,
  },
  {
    wall: 'renderer-features-are-islands',
    file: 'renderer/features/triage/bridge.ts',
    source: `export * from '../tuning/ok.ts';`,
  },
  {
    wall: 'electron-only-in-main-and-preload',
    file: 'engine/host/window.ts',
    source: `export type { BrowserWindow } from 'electron';`,
  },
  {
    wall: 'electron-only-in-main-and-preload',
    file: 'preload/other.ts',
    source: `export { ipcRenderer } from 'electron';`,
  },
  { wall: 'network-knows-only-domain', file: 'engine/network/up.ts', source: `export * from '../stream/ok.ts';` },
  { wall: 'network-has-one-door', file: 'engine/stream/beside.ts', source: `export { connect } from 'node:net';` },
  { wall: 'network-has-one-door', file: 'main/beside.ts', source: `export const get = () => import('https');` },
  {
    wall: 'sockets-of-windows-only-in-the-browser-host',
    file: 'engine/host/socket.ts',
    source: `export { WebSocket } from 'ws';`,
  },
  {
    wall: 'bigquery-only-in-its-export',
    file: 'engine/jobs/rows.ts',
    source: `export * from '@google-cloud/bigquery';`,
  },
  { wall: 'sqlite-only-in-store', file: 'engine/jobs/query.ts', source: `export * from 'better-sqlite3';` },
  {
    wall: 'sqlite-only-in-store',
    file: 'engine/jobs/locked-query.ts',
    source: `export * from 'better-sqlite3-multiple-ciphers';`,
  },
  { wall: 'sqlite-only-in-store', file: 'engine/jobs/builtin-query.ts', source: `export * from 'node:sqlite';` },
  { wall: 'kafkajs-only-in-stream', file: 'engine/jobs/topic.ts', source: `export * from 'kafkajs';` },
  {
    wall: 'onnx-runtime-only-for-graphs',
    file: 'engine/jobs/run-graph.ts',
    source: `export * from 'onnxruntime-web';`,
  },
  { wall: 'echarts-only-in-charts', file: 'renderer/ui/chart.ts', source: `export * from 'echarts';` },
  {
    wall: 'ml-isolation-forest-only-in-forest',
    file: 'engine/jobs/grow.ts',
    source: `export * from 'ml-isolation-forest';`,
  },
  { wall: 'pure-code-has-no-node', file: 'engine/evaluation/read.ts', source: `export * from 'node:fs';` },
  { wall: 'pure-code-has-no-node', file: 'engine/learning/read.ts', source: `export * from 'node:fs';` },
  { wall: 'pure-code-has-no-node', file: 'engine/domain/read.ts', source: `export * from 'fs';` },
  { wall: 'pure-code-has-no-node', file: 'renderer/data/read.ts', source: `export * from 'node:path';` },
  { wall: 'features-have-no-node-but-digests', file: 'engine/features/read.ts', source: `export * from 'node:fs';` },
  {
    wall: 'forest-has-no-node-but-digests-and-workers',
    file: 'engine/forest/read.ts',
    source: `export * from 'node:fs';`,
  },
];

/** What the walls must let through; each file is imported by a breach or imports what it may. */
const allowed: Readonly<Record<string, string>> = {
  'engine/stream/tied.ts': `export { a as b } from './knot.ts';`,
  'engine/domain/ok.ts': `export * from 'zod';`,
  'engine/network/ok.ts': `export * from 'node:http';\nexport * from '../domain/ok.ts';`,
  'engine/export/server.ts': `export type { Server } from 'node:http';\nexport * from '../network/ok.ts';`,
  'engine/features/ok.ts': `export * from '../domain/ok.ts';\nexport * from 'node:crypto';`,
  'engine/forest/ok.ts': `export * from 'ml-isolation-forest';\nexport * from 'node:worker_threads';`,
  'engine/learning/ok.ts': `export * from '../forest/ok.ts';\nexport * from '../evaluation/ok.ts';\nexport * from '../domain/ok.ts';`,
  'engine/evaluation/ok.ts': `export const figure = 1;`,
  'engine/stream/ok.ts': `export const value = 1;\nexport * from 'kafkajs';\nexport * from '../features/ok.ts';`,
  'engine/store/ok.ts': `export * from 'better-sqlite3';\nexport * from 'node:fs';`,
  'engine/case/ok.ts': `export * from '../store/ok.ts';\nexport type { job } from '../../preload/contract/ok.ts';`,
  'engine/jobs/ok.ts': `export * from '../case/ok.ts';\nexport * from '../learning/ok.ts';\nexport * from '../store/ok.ts';\nexport * from '../stream/ok.ts';\nexport type { job } from '../../preload/contract/ok.ts';`,
  'engine/jobs/ok.test.ts': `export * from '../../test/helper.ts';`,
  'engine/host/ok.ts': `export * from '../jobs/ok.ts';\nexport * from '../../preload/contract/ok.ts';`,
  'preload/contract/ok.ts': `export * from '../../engine/domain/ok.ts';`,
  'preload/index.ts': `export * from 'electron';\nexport * from './contract/ok.ts';`,
  'main/ok.ts': `export * from 'electron';\nexport * from '../engine/host/ok.ts';\nexport * from '../preload/contract/ok.ts';`,
  'renderer/charts/ok.ts': `export * from 'echarts';`,
  'renderer/features/tuning/ok.ts': `export type * from '../../../preload/contract/ok.ts';\nexport * from '../../charts/ok.ts';`,
  'test/helper.ts': `export const help = 1;`,
  // A type may close a circle.
  'engine/jobs/first.ts': `import type { Second } from './second.ts';\nexport interface First { readonly second: Second }`,
  'engine/jobs/second.ts': `import { type First } from './first.ts';\nexport interface Second { readonly first: First }`,
};

async function violationsIn(baseDir: string): Promise<readonly IViolation[]> {
  const options = await extractDepcruiseOptions(configPath);
  const { output } = await cruise(houseFolders, { ...options, baseDir });
  return (output as ICruiseResult).summary.violations;
}

describe('the walls', () => {
  let house = '';
  let caught: readonly string[] = [];

  beforeAll(async () => {
    // Inside the project, so that the real packages and their package.json are found from there.
    mkdirSync(join(projectFolder, '.cache'), { recursive: true });
    house = mkdtempSync(join(projectFolder, '.cache', 'walls-'));
    const files = { ...allowed, ...Object.fromEntries(breaches.map(({ file, source }) => [file, source])) };
    for (const [file, source] of Object.entries(files)) {
      mkdirSync(dirname(join(house, file)), { recursive: true });
      writeFileSync(join(house, file), source);
    }
    caught = (await violationsIn(house)).map(({ rule, from }) => `${rule.name}: ${from}`);
  });

  afterAll(() => rmSync(house, { recursive: true, force: true }));

  it.each(breaches)('$wall catches $file', ({ wall, file }) => {
    expect(caught).toContain(`${wall}: ${file}`);
  });

  it('let everything else through', () => {
    const deliberate = new Set(breaches.map(({ file }) => file));
    expect(caught.filter((violation) => !deliberate.has(violation.split(': ')[1] ?? ''))).toEqual([]);
  });

  it('have a breach each, so that no rule is never tried', async () => {
    const options = await extractDepcruiseOptions(configPath);
    const rules = (options.ruleSet?.forbidden ?? []).map((rule) => rule.name);
    expect(new Set(breaches.map(({ wall }) => wall))).toEqual(new Set(rules));
  });

  it('stand in the real tree', async () => {
    const violations = await violationsIn(projectFolder);
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
  });
});
