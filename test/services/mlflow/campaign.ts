/*
 * `npm run campaign:publish [KILLS] [SEED]`: publishes to a real MLflow server while `assay` and the server are killed
 * at random moments. Ends with 1 where one publication is not exactly one run, one model and one version with the files exported.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishUnderKills } from './kill-rounds.ts';
import { freePort, TrackingServer } from './tracking-server.ts';

const [kills = 30, seed = 1] = process.argv.slice(2).map(Number);
const home = mkdtempSync(join(tmpdir(), 'assay-publish-campaign-'));
const server = new TrackingServer(home, await freePort());
const startedMs = performance.now();
const seconds = (): number => Math.round((performance.now() - startedMs) / 1000);
try {
  await server.start();
  const report = await publishUnderKills(server, join(home, 'laptop'), {
    kills,
    shareOfServer: 1 / 3,
    seed,
    onKill: (who, request) => console.log(`${seconds()} s: killed ${who} after request ${request}`),
  });
  console.log(JSON.stringify({ ...report, seed, seconds: seconds() }));
  process.exitCode = report.problems.length === 0 ? 0 : 1;
} finally {
  await server.kill();
  rmSync(home, { recursive: true, force: true });
}
