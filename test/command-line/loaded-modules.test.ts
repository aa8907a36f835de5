import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { smallRecording } from './small-recording.ts';

const child = join(import.meta.dirname, 'loaded-modules.child.ts');

const folder = mkdtempSync(join(tmpdir(), 'assay-loaded-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The modules that a command loads, from sources. */
function loadedBy(...argv: readonly string[]): readonly string[] {
  const list = join(folder, 'modules.json');
  execFileSync(process.execPath, [child, list, ...argv], { stdio: 'ignore' });
  return JSON.parse(readFileSync(list, 'utf8')) as readonly string[];
}

const among = (modules: readonly string[], parts: readonly string[]): readonly string[] =>
  modules.filter((url) => parts.some((part) => url.includes(part)));

/** What opens connections: of Node's modules the one for HTTP brings a client of its own along, 40 ms of every start. */
const network = ['/engine/network/', '/browser-host/', '/ws/', 'node:http', 'node:net', 'node:tls'];
const packages = ['/@bufbuild/', '/kafkajs/', '/onnxruntime-web/', '/@google-cloud/', '/prom-client/', '/undici/'];

it('what a command does not use is not loaded: a static import of a job, the window or a large package makes every start wait', () => {
  const unused = ['/engine/jobs/', '/engine/case/', '/engine/export/', '/window-part.ts', '/scoring-service.ts'];
  const help = loadedBy('run', '--help');
  expect(help.length).toBeGreaterThan(50);
  expect(among(help, [...unused, ...network, ...packages])).toEqual([]);
});

it('the main job loads what it needs, and no export, topic or window', () => {
  const recording = join(folder, 'small.csv');
  writeFileSync(recording, smallRecording({ rows: 300 }));
  const loaded = loadedBy('run', recording, '--case', join(folder, 'small.assay'));
  expect(among(loaded, ['/engine/jobs/run-main-job.ts'])).toHaveLength(1);
  expect(
    among(loaded, ['/engine/export/', '/engine/jobs/streaming/', '/window-part.ts', ...network, ...packages]),
  ).toEqual([]);
});
