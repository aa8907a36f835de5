import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sha256 } from '../../../engine/export/mlflow/publication.ts';
import { openTrackingClient } from '../../../engine/export/mlflow/tracking-client.ts';
import { randomStream } from '../../../engine/forest/random.ts';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { startAssay } from '../../command-line/run-assay.ts';
import { assay } from '../case-fixture.ts';
import { CutProxy } from './cut-proxy.ts';
import { countOf } from './server-count.ts';
import type { TrackingServer } from './tracking-server.ts';

export interface KillPlan {
  readonly kills: number;
  /** 0 to 1: how many of the kills meet the server and not Assay. */
  readonly shareOfServer: number;
  readonly seed: number;
  /** Told of each kill: whom it met, and how many requests of that attempt had been made. */
  readonly onKill?: (who: 'assay' | 'server', request: number) => void;
}

export interface KillReport {
  readonly publications: number;
  readonly killedAssay: number;
  readonly killedServer: number;
  readonly files: number;
  /** Publications that are not one run, one model and one version, and files that are not what was exported. */
  readonly problems: readonly string[];
}

const mostKillsOfOne = 3;
/** About as many as a publication makes, so that every step is met. */
const mostRequests = 70;

/**
 * Publishes one model after the other by the real command and kills the command or the server, with SIGKILL, after a random number
 * of requests; then pushes to the end and compares what the server keeps with what was exported.
 */
export async function publishUnderKills(server: TrackingServer, folder: string, plan: KillPlan): Promise<KillReport> {
  mkdirSync(folder, { recursive: true });
  const random = randomStream(plan.seed, 0, 'simulation');
  const casePath = join(folder, 'killed.assay');
  await assay(['simulate', '--customers', '50', '--days', '30', '--out', join(folder, 'killed.csv')], folder);
  await assay(['run', join(folder, 'killed.csv'), '--case', casePath, '--trees', '20'], folder);
  const proxy = new CutProxy(server.uri);
  const uri = await proxy.open();
  const killed = { assay: 0, server: 0 };
  const problems: string[] = [];
  let files = 0;
  let publications = 0;
  try {
    for (; killed.assay + killed.server < plan.kills; publications++) {
      const name = `killed-${publications}`;
      // Another threshold is another export.
      await assay(['tune', '--case', casePath, '--contamination', String(0.001 * (publications + 5))], folder);
      const target = ['--tracking-uri', uri, '--experiment', name, '--register', name, '--alias', 'champion'];
      const exporting = ['export', 'mlflow', '--case', casePath, ...target];
      for (let kill = 0; kill < mostKillsOfOne && killed.assay + killed.server < plan.kills; kill++) {
        const who = random.nextUnit() < plan.shareOfServer ? 'server' : 'assay';
        if (await killDuring(exporting, who, 1 + random.nextInteger(mostRequests), 30 * random.nextUnit()))
          killed[who]++;
      }
      await assay(exporting, folder);
      files += await compare(name);
    }
  } finally {
    await proxy.close();
  }
  return { publications, killedAssay: killed.assay, killedServer: killed.server, files, problems };

  async function killDuring(
    command: readonly string[],
    who: 'assay' | 'server',
    request: number,
    laterMs: number,
  ): Promise<boolean> {
    proxy.cut(null);
    const { child, ended } = startAssay(command, folder);
    while (child.exitCode === null && proxy.requests < request) await wait(2);
    await wait(laterMs);
    if (child.exitCode !== null) return false;
    plan.onKill?.(who, proxy.requests);
    if (who === 'assay') child.kill('SIGKILL');
    else {
      await server.kill();
      await server.start();
    }
    await ended;
    return true;
  }

  /** Checks one publication and returns how many files of it were compared. */
  async function compare(name: string): Promise<number> {
    const counted = await countOf(server.uri, name, name);
    if (JSON.stringify(counted) !== JSON.stringify({ runs: 1, models: 1, versions: 1 }))
      problems.push(`${name}: ${JSON.stringify(counted)}`);
    const openedCase = openCaseReadOnly(casePath);
    const entry = openedCase.outbox.entries().at(-1);
    const exported = entry === undefined ? new Map<string, Uint8Array>() : openedCase.outbox.files(entry.id);
    openedCase.close();
    const { experimentId, modelId } = entry?.result as { experimentId: string; modelId: string };
    const client = openTrackingClient(server.uri, {}, new AbortController().signal);
    for (const [path, bytes] of exported) {
      const kept = await client.getFile(`${experimentId}/models/${modelId}/artifacts/${path}`);
      // Only MLmodel gains something: the names of its run and its model at the end.
      const comparable = path === 'MLmodel' ? kept.subarray(0, bytes.length) : kept;
      if (sha256(comparable) !== sha256(bytes)) problems.push(`${name}: ${path} differs`);
    }
    return exported.size;
  }
}
