/*
 * The long campaign, `npm run campaign:kafka [MESSAGES] [KILLS] [BROKER_KILLS] [SEED]`: messages into 8 partitions by the
 * Java client while Assay and the broker are killed at random moments. Ends with 1 where count or checksum differ.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAssayProcess, type AssayProcess } from './assay-process.ts';
import { startKafka } from './start-kafka.ts';
import { storedRows } from '../../stored-rows.ts';
import { storedMessages } from './stored-messages.ts';

const [messages = 1_000_000, kills = 20, brokerKills = 5, seed = 1] = process.argv.slice(2).map(Number);
const partitions = 8;
const perSecond = 15_000;
const topic = 'campaign';

let state = seed;
/** A small generator of Lehmer's kind: the moments of a campaign can be had again. */
function random(): number {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
}

const folder = mkdtempSync(join(tmpdir(), 'assay-campaign-'));
const casePath = join(folder, 'campaign.assay');
const broker = await startKafka();
await broker.createTopic(topic, partitions);
const startedMs = performance.now();

function startAssay(untilIdleSeconds: number): AssayProcess {
  const parameters = ['run', '--follow', `kafka://${broker.address}/${topic}`, '--case', casePath, '--json'];
  return startAssayProcess([...parameters, '--until-idle', String(untilIdleSeconds)]);
}

const producing = broker.runJava('Produce.java', [
  broker.address,
  topic,
  String(partitions),
  String(messages),
  'lz4',
  '1',
  String(perSecond),
]);
const brokerKillAfter = new Set(
  Array.from({ length: brokerKills }, (_, index) => Math.floor(((index + 0.5) * kills) / brokerKills)),
);
for (let kill = 0; kill < kills; kill++) {
  const assay = startAssay(600);
  await sleep(1_000 + random() * 5_000);
  if (brokerKillAfter.has(kill)) {
    await broker.kill();
    await sleep(random() * 1_000);
    await broker.restart();
    await sleep(random() * 2_000);
  }
  assay.kill();
  await assay.ended;
  console.log(`kill ${kill + 1} of ${kills}: ${Math.round((performance.now() - startedMs) / 1000)} s`);
}
const checksum = (await producing).trim().split('\n').at(-1);
console.log(`produced; ${storedRows(casePath)} stored so far`);
const outcome = await startAssay(10).ended;
const stored = storedMessages(casePath);
const expected = { rows: messages, distinct: messages, checksum, scored: messages };
const holds = JSON.stringify(stored) === JSON.stringify(expected);
console.log(
  JSON.stringify({ holds, stored, expected, seed, seconds: Math.round((performance.now() - startedMs) / 1000) }),
);
if (outcome.code !== 0) console.error(outcome.error);
await broker.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(holds && outcome.code === 0 ? 0 : 1);
