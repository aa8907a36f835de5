/*
 * The steady run, `npm run campaign:kafka-steady -- [--minutes 10] [--rate 20000] [--latency-rate 1000] [--latency-seconds 30]`:
 * messages at a steady rate, with Assay's memory and lag every second, and whether they are flat (last third beside
 * first third); then how long a message takes from being produced to being in the case. Ends with 1 where not flat.
 *
 * The soak, `npm run campaign:soak -- [--minutes 20]`: the same while another process judges and exports alerts of the case, and the
 * broker is killed and started again; memory and open handles are to be flat, and every message is to be stored once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAssayProcess } from './assay-process.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { storedRows } from '../../stored-rows.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '20000' },
    'latency-rate': { type: 'string', default: '1000' },
    'latency-seconds': { type: 'string', default: '30' },
    soak: { type: 'boolean', default: false },
  },
});
const partitions = 8;
const trees = 100;
const trainedMessages = 10_000;
const sampleIntervalMs = 1_000;
/** Memory may grow by so much between the first and the last third: less than a minute's messages would take. */
const flatMemory = { factor: 1.15, bytes: 32e6 };
/** Open handles may differ by what a connection that is being made anew has. */
const flatHandles = 8;
/** Of the soak: a verdict and an export so often, and the broker's end. */
const disturbedEverySeconds = 10;
const brokerEndsEverySeconds = 60;
/** The broker lets go of what lies behind by more than minutes: 24 million messages would fill a small disk. */
const keptByBroker = { 'retention.bytes': '33554432', 'segment.bytes': '8388608' };
/** The lag of the last third may be that of the first one, and what is produced in a second. */
const flatLagSeconds = 1;

interface Sample {
  readonly seconds: number;
  readonly residentBytes: number;
  readonly lag: number;
  readonly handles: number;
}

/** What the last line of a command's output says. */
function resultOf(output: string): Readonly<Record<string, unknown>> {
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
}

async function produce(broker: Broker, topic: string, messages: number, perSecond: number): Promise<void> {
  const parameters = [broker.address, topic, partitions, messages, 'lz4', 1, perSecond].map(String);
  await broker.runJava('Produce.java', parameters);
}

async function producedMessages(broker: Broker, topic: string): Promise<number> {
  const offsets = await broker.admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

/** A case with a model, for runs that begin with one. */
async function trainModel(broker: Broker, casePath: string): Promise<void> {
  await broker.createTopic('training', partitions);
  await produce(broker, 'training', trainedMessages, 0);
  const parameters = ['run', '--follow', `kafka://${broker.address}/training`, '--case', casePath, '--json'];
  const limits = ['--max-messages', String(trainedMessages), '--trees', String(trees)];
  const outcome = await startAssayProcess([...parameters, ...limits]).ended;
  if (outcome.code !== 0) throw new Error(`No model could be trained: ${outcome.error}`);
}

/** Follows an empty topic into which messages then come at a rate, and samples until all of them are stored. */
async function followAtRate(
  broker: Broker,
  topic: string,
  paths: { readonly model: string; readonly casePath: string },
  perSecond: number,
  messages: number,
  isSoak = false,
): Promise<{ readonly samples: readonly Sample[]; readonly result: Readonly<Record<string, unknown>> }> {
  await broker.createTopic(topic, partitions, keptByBroker);
  const parameters = ['run', '--follow', `kafka://${broker.address}/${topic}`, '--case', paths.casePath, '--json'];
  const assay = startAssayProcess([...parameters, '--model', paths.model, '--max-messages', String(messages)]);
  await groupIsStable(broker);
  const startedMs = performance.now();
  const producing = produce(broker, topic, messages, perSecond);
  const samples: Sample[] = [];
  let isEnded = false;
  void assay.ended.then(() => (isEnded = true));
  const disturbing = isSoak ? disturb(broker, paths.casePath, () => isEnded) : Promise.resolve(null);
  for (let next = 1; !isEnded; next++) {
    await sleep(Math.max(0, startedMs + next * sampleIntervalMs - performance.now()));
    const residentBytes = assay.residentBytes();
    if (residentBytes === null) break;
    const produced = await producedMessages(broker, topic).catch(() => null);
    // Nobody knows it while the broker is away.
    if (produced === null) continue;
    const lag = produced - storedRows(paths.casePath);
    const handles = assay.openHandles() ?? 0;
    samples.push({ seconds: Math.round((performance.now() - startedMs) / 1000), residentBytes, lag, handles });
  }
  await producing;
  const disturbed = await disturbing;
  if (disturbed !== null) console.log(JSON.stringify(disturbed));
  const outcome = await assay.ended;
  if (outcome.code !== 0) throw new Error(`Assay ended with ${outcome.code}: ${outcome.error}`);
  return { samples, result: resultOf(outcome.output) };
}

/** Judges, exports and ends the broker while a stream is followed, until that ends; tells how often each was done and refused. */
async function disturb(
  broker: Broker,
  casePath: string,
  isEnded: () => boolean,
): Promise<Readonly<Record<string, number>>> {
  const counts = { verdicts: 0, exports: 0, brokerEnds: 0, refused: 0 };
  const csv = `${casePath}.csv`;
  const ask = async (done: 'verdicts' | 'exports', parameters: readonly string[]): Promise<string> => {
    const outcome = await startAssayProcess([...parameters, '--case', casePath, '--json']).ended;
    counts[outcome.code === 0 ? done : 'refused']++;
    return outcome.output;
  };
  let brokerEndsAtMs = performance.now() + brokerEndsEverySeconds * 1000;
  for (let turn = 1; !isEnded(); turn++) {
    await sleep(disturbedEverySeconds * 1000);
    if (isEnded()) break;
    const listed = resultOf(await ask('exports', ['export', 'csv', '--out', csv, '--force']));
    const alerts = resultOf(
      (await startAssayProcess(['alerts', '--limit', '1', '--verdict', 'none', '--case', casePath, '--json']).ended)
        .output,
    )['alerts'] as readonly { readonly key: string }[] | undefined;
    const key = alerts?.[0]?.key;
    if (listed['output'] !== undefined && key !== undefined)
      await ask('verdicts', ['judge', '--alert', key, '--as', turn % 2 === 0 ? 'fraud' : 'legitimate', '--by', 'soak']);
    // By the clock: the commands of a turn take as long as the machine lets them.
    if (performance.now() < brokerEndsAtMs) continue;
    await broker.kill();
    await broker.restart();
    counts.brokerEnds++;
    brokerEndsAtMs = performance.now() + brokerEndsEverySeconds * 1000;
  }
  return counts;
}

/** Settles when some consumer group has its partitions: whoever follows is ready then. */
async function groupIsStable(broker: Broker): Promise<void> {
  for (;;) {
    const { groups } = await broker.admin.listGroups();
    const { groups: described } = await broker.admin.describeGroups(groups.map(({ groupId }) => groupId));
    if (described.some(({ state }) => state === 'Stable')) return;
    await sleep(100);
  }
}

function thirdsOf(
  samples: readonly Sample[],
  value: (sample: Sample) => number,
): readonly [first: number, last: number] {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const mean = (part: readonly Sample[]): number => part.reduce((sum, one) => sum + value(one), 0) / part.length;
  return [mean(samples.slice(0, third)), mean(samples.slice(-third))];
}

/** Prints memory and lag over time, and tells whether both were flat while messages came. */
function reportSteady(samples: readonly Sample[], rate: number, result: Readonly<Record<string, unknown>>): boolean {
  const step = Math.max(1, Math.floor(samples.length / 20));
  console.log('second  resident MB  lag');
  for (const { seconds, residentBytes, lag } of samples.filter((_, index) => index % step === 0))
    console.log(`${String(seconds).padStart(6)}  ${(residentBytes / 1e6).toFixed(0).padStart(11)}  ${lag}`);
  const [firstBytes, lastBytes] = thirdsOf(samples, ({ residentBytes }) => residentBytes);
  const [firstLag, lastLag] = thirdsOf(samples, ({ lag }) => lag);
  const [firstHandles, lastHandles] = thirdsOf(samples, ({ handles }) => handles);
  const handlesAreFlat = lastHandles <= firstHandles + flatHandles;
  const memoryIsFlat = lastBytes <= firstBytes * flatMemory.factor + flatMemory.bytes;
  const lagIsFlat = lastLag <= firstLag + flatLagSeconds * rate;
  console.log(
    JSON.stringify({
      rate,
      messages: result['messages'],
      rows: result['rows'],
      residentMegabytes: { firstThird: Math.round(firstBytes / 1e6), lastThird: Math.round(lastBytes / 1e6) },
      peakMegabytes: Math.round(Math.max(...samples.map(({ residentBytes }) => residentBytes)) / 1e6),
      lag: { firstThird: Math.round(firstLag), lastThird: Math.round(lastLag) },
      handles: { firstThird: Math.round(firstHandles), lastThird: Math.round(lastHandles) },
      memoryIsFlat,
      lagIsFlat,
      handlesAreFlat,
    }),
  );
  return memoryIsFlat && lagIsFlat && handlesAreFlat;
}

const folder = mkdtempSync(join(tmpdir(), 'assay-steady-'));
const broker = await startKafka();
try {
  const model = join(folder, 'model.assay');
  await trainModel(broker, model);
  if (!options.soak) {
    const latencyRate = Number(options['latency-rate']);
    const quiet = { model, casePath: join(folder, 'latency.assay') };
    const messages = latencyRate * Number(options['latency-seconds']);
    const { result } = await followAtRate(broker, 'latency', quiet, latencyRate, messages);
    console.log(JSON.stringify({ rate: latencyRate, messages, producedToStoredMs: result['latencyMs'] }));
  }

  const rate = Number(options.rate);
  const wanted = Math.round(rate * 60 * Number(options.minutes));
  const paths = { model, casePath: join(folder, 'steady.assay') };
  const steady = await followAtRate(broker, 'steady', paths, rate, wanted, options.soak);
  if (!reportSteady(steady.samples, rate, steady.result)) process.exitCode = 1;
  if (storedRows(paths.casePath) !== wanted) {
    console.error(`${storedRows(paths.casePath)} rows are stored of ${wanted} messages.`);
    process.exitCode = 1;
  }
} finally {
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
}
