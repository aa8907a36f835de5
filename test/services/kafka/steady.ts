/*
 * The steady run, `npm run campaign:kafka-steady -- [--minutes 10] [--rate 20000] [--latency-rate 1000] [--latency-seconds 30]`:
 * messages at a steady rate, with Assay's memory and lag every second, and whether they are flat (last third beside
 * first third); then how long a message takes from being produced to being in the case. Ends with 1 where not flat.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAssayProcess } from './assay-process.ts';
import { groupIsStable, partitions, produce, producedMessages, resultOf, trainModel } from './paced-topic.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { storedRows } from '../../stored-rows.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '20000' },
    'latency-rate': { type: 'string', default: '1000' },
    'latency-seconds': { type: 'string', default: '30' },
  },
});
const sampleIntervalMs = 1_000;
/** Memory may grow by so much between the first and the last third: less than a minute's messages would take. */
const flatMemory = { factor: 1.15, bytes: 32e6 };
/** The lag of the last third may be that of the first one, and what is produced in a second. */
const flatLagSeconds = 1;

interface Sample {
  readonly seconds: number;
  readonly residentBytes: number;
  readonly lag: number;
}

/** Follows an empty topic into which messages then come at a rate, and samples until all of them are stored. */
async function followAtRate(
  broker: Broker,
  topic: string,
  paths: { readonly model: string; readonly casePath: string },
  perSecond: number,
  messages: number,
): Promise<{ readonly samples: readonly Sample[]; readonly result: Readonly<Record<string, unknown>> }> {
  await broker.createTopic(topic, partitions);
  const parameters = ['run', '--follow', `kafka://${broker.address}/${topic}`, '--case', paths.casePath, '--json'];
  const assay = startAssayProcess([...parameters, '--model', paths.model, '--max-messages', String(messages)]);
  await groupIsStable(broker);
  const startedMs = performance.now();
  const producing = produce(broker, topic, messages, perSecond);
  const samples: Sample[] = [];
  let isEnded = false;
  void assay.ended.then(() => (isEnded = true));
  for (let next = 1; !isEnded; next++) {
    await sleep(Math.max(0, startedMs + next * sampleIntervalMs - performance.now()));
    const residentBytes = assay.residentBytes();
    if (residentBytes === null) break;
    const lag = (await producedMessages(broker, topic)) - storedRows(paths.casePath);
    samples.push({ seconds: Math.round((performance.now() - startedMs) / 1000), residentBytes, lag });
  }
  await producing;
  const outcome = await assay.ended;
  if (outcome.code !== 0) throw new Error(`Assay ended with ${outcome.code}: ${outcome.error}`);
  return { samples, result: resultOf(outcome.output) };
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
      memoryIsFlat,
      lagIsFlat,
    }),
  );
  return memoryIsFlat && lagIsFlat;
}

const folder = mkdtempSync(join(tmpdir(), 'assay-steady-'));
const broker = await startKafka();
try {
  const model = join(folder, 'model.assay');
  await trainModel(broker, model);
  const latencyRate = Number(options['latency-rate']);
  const quiet = { model, casePath: join(folder, 'latency.assay') };
  const messages = latencyRate * Number(options['latency-seconds']);
  const { result } = await followAtRate(broker, 'latency', quiet, latencyRate, messages);
  console.log(JSON.stringify({ rate: latencyRate, messages, producedToStoredMs: result['latencyMs'] }));

  const rate = Number(options.rate);
  const wanted = Math.round(rate * 60 * Number(options.minutes));
  const paths = { model, casePath: join(folder, 'steady.assay') };
  const steady = await followAtRate(broker, 'steady', paths, rate, wanted);
  if (!reportSteady(steady.samples, rate, steady.result)) process.exitCode = 1;
  if (storedRows(paths.casePath) !== wanted) {
    console.error(`${storedRows(paths.casePath)} rows are stored of ${wanted} messages.`);
    process.exitCode = 1;
  }
} finally {
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
}
