/*
 * The soak, `npm run campaign:soak -- [--minutes 20] [--rate 20000] [--seed 1]`: messages at a steady rate into a followed case, while
 * another process judges and exports its alerts, and the broker is killed again and again, at drawn moments and each second time for
 * long enough that consumers are given up. Prints a line a minute, and ends with 0 where
 *  - every message is stored once: rows, different pairs of partition and offset, and the sum of all checksums are those sent;
 *  - every verdict that was acknowledged is in the case, and some of each disturbance happened;
 *  - memory is flat: Theil and Sen's slope of the minutes' medians after the first quarter, times the time after it, is at most a tenth
 *    of their median (not judged of fewer than six such minutes: how far behind a minute is tells more than they do);
 *  - handles are flat: the fewest descriptors in a minute, and the fewest active resources of Node, are in the median of the last third's
 *    minutes no more than in that of the second third's.
 * A run in which nothing is stored for three minutes while messages wait has stalled, and ends with 1.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { drawsOf } from '../../campaigns/fuzz/random.ts';
import { storedRows } from '../../stored-rows.ts';
import { startAssayProcess, type AssayProcess } from './assay-process.ts';
import { groupIsStable, partitions, produce, producedMessages, resultOf, trainModel } from './paced-topic.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { storedMessages } from './stored-messages.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    rate: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
});
const below = drawsOf(Number(options.seed));
const sampleIntervalMs = 2_000;
const minuteMs = 60_000;
const mostGrowth = 0.1;
const fewestMinutes = 6;
const fewestThirds = 3;
const stalledMs = 180_000;
/** A verdict and an export so often; the broker ends a drawn time after its last return. */
const disturbedEveryMs = 10_000;
const brokerLives = { leastMs: 25_000, drawnMs: 30_000 };
/** Every second end lasts until consumers are given up, which takes 20 s. */
const longAway = { leastMs: 22_000, drawnMs: 15_000 };
/** The broker lets go of what lies behind by more than minutes: 24 million messages would fill a small disk. */
const keptByBroker = { 'retention.bytes': '134217728', 'segment.bytes': '8388608' };

interface Sample {
  readonly ms: number;
  readonly residentBytes: number;
  readonly descriptors: number;
  /** Null where the process has not written them since the last sample. */
  readonly resources: number | null;
  readonly heapBytes: number;
  readonly stored: number;
}

interface Disturbances {
  verdicts: number;
  exports: number;
  brokerEnds: number;
  longBrokerEnds: number;
  refused: number;
}

/** Judges and exports alerts while a stream is followed, until that ends. */
async function judgeAndExport(casePath: string, counts: Disturbances, isEnded: () => boolean): Promise<void> {
  const ask = async (parameters: readonly string[]): Promise<Readonly<Record<string, unknown>> | null> => {
    const outcome = await startAssayProcess([...parameters, '--case', casePath, '--json']).ended;
    if (outcome.code !== 0) {
      counts.refused++;
      console.log(
        `Refused: ${parameters[0]}: ${outcome.error.trim().split('\n').at(-1) ?? ''} ${outcome.output.trim()}`,
      );
    }
    return outcome.code === 0 ? resultOf(outcome.output) : null;
  };
  for (let turn = 1; ; turn++) {
    await sleep(disturbedEveryMs);
    if (isEnded()) return;
    if ((await ask(['export', 'csv', '--out', `${casePath}.csv`, '--force'])) !== null) counts.exports++;
    const listed = await ask(['alerts', '--limit', '1', '--verdict', 'none']);
    const [alert] = (listed?.['alerts'] ?? []) as readonly { readonly key: string }[];
    if (alert === undefined) continue;
    const verdict = turn % 2 === 0 ? 'fraud' : 'legitimate';
    if ((await ask(['judge', '--alert', alert.key, '--as', verdict, '--by', 'soak'])) !== null) counts.verdicts++;
  }
}

/** Kills the broker and starts it again, until the stream has ended. */
async function endBroker(broker: Broker, counts: Disturbances, isEnded: () => boolean): Promise<void> {
  for (let turn = 1; ; turn++) {
    const dueMs = performance.now() + brokerLives.leastMs + below(brokerLives.drawnMs);
    while (performance.now() < dueMs) {
      if (isEnded()) return;
      await sleep(100);
    }
    await broker.kill();
    const isLong = turn % 2 === 0;
    if (isLong) await sleep(longAway.leastMs + below(longAway.drawnMs));
    await broker.restart();
    counts.brokerEnds++;
    if (isLong) counts.longBrokerEnds++;
  }
}

function activeIn(path: string): { readonly resources: number | null; readonly heapBytes: number } {
  if (!existsSync(path)) return { resources: null, heapBytes: 0 };
  const { heapBytes, counts } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly heapBytes: number;
    readonly counts: Readonly<Record<string, number>>;
  };
  return { resources: Object.values(counts).reduce((sum, count) => sum + count, 0), heapBytes };
}

/** Samples a process until it has ended, a printed line a minute. Null where nothing was stored for long while messages waited. */
async function sampled(
  broker: Broker,
  assay: AssayProcess,
  paths: { readonly casePath: string; readonly active: string },
  counts: Disturbances,
): Promise<readonly Sample[] | null> {
  const startedMs = performance.now();
  const samples: Sample[] = [];
  let movedMs = startedMs;
  console.log(
    'minute  resident MB  heap MB  descriptors  resources     stored  waiting  verdicts  exports  broker ends',
  );
  for (let next = 1; ; next++) {
    await sleep(Math.max(0, startedMs + next * sampleIntervalMs - performance.now()));
    const [residentBytes, descriptors] = [assay.residentBytes(), assay.openHandles()];
    if (residentBytes === null || descriptors === null) return samples;
    const stored = storedRows(paths.casePath);
    const nowMs = performance.now();
    if (stored !== samples.at(-1)?.stored) movedMs = nowMs;
    const sample = { ms: nowMs - startedMs, residentBytes, descriptors, stored, ...activeIn(paths.active) };
    samples.push(sample);
    const isNewMinute = Math.floor(sample.ms / minuteMs) > Math.floor((samples.at(-2)?.ms ?? 0) / minuteMs);
    if (!isNewMinute && nowMs - movedMs <= stalledMs) continue;
    // Nobody knows it while the broker is away.
    const produced = await producedMessages(broker, 'soak').catch(() => null);
    const waiting = produced === null ? null : produced - stored;
    if (isNewMinute) console.log(lineOf(minutesOf(samples).at(-2) ?? samples, waiting, counts));
    if (nowMs - movedMs <= stalledMs || waiting === null || waiting <= 0) continue;
    const { groups } = await broker.admin.listGroups();
    const { groups: described } = await broker.admin.describeGroups(groups.map(({ groupId }) => groupId));
    const members = described.map(({ groupId, state, members: { length } }) => `${groupId} ${state} ${length}`);
    console.error(
      `Stalled: ${waiting} messages wait, and none was stored for 3 minutes. Groups: ${members.join(', ')}`,
    );
    return null;
  }
}

function minutesOf(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  return [...Map.groupBy(samples, ({ ms }) => Math.floor(ms / minuteMs)).values()];
}

function lineOf(minute: readonly Sample[], waiting: number | null, counts: Disturbances): string {
  const resident = median(minute.map(({ residentBytes }) => residentBytes)) / 1e6;
  const heap = median(minute.map(({ heapBytes }) => heapBytes)) / 1e6;
  const cells: readonly (readonly [unknown, number])[] = [
    [Math.floor((minute.at(-1)?.ms ?? 0) / minuteMs) + 1, 6],
    [resident.toFixed(0), 13],
    [heap.toFixed(0), 9],
    [fewest(minute, ({ descriptors }) => descriptors), 13],
    [fewest(minute, ({ resources }) => resources), 11],
    [minute.at(-1)?.stored, 11],
    [waiting ?? '?', 9],
    [counts.verdicts, 10],
    [counts.exports, 9],
    [`${counts.brokerEnds} (${counts.longBrokerEnds} long)`, 13],
  ];
  return cells.map(([cell, width]) => String(cell).padStart(width)).join('');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

function fewest(samples: readonly Sample[], value: (sample: Sample) => number | null): number {
  return Math.min(...samples.map(value).filter((each) => each !== null));
}

/** What is flat by the rules above, of minutes that were whole. */
function flatness(samples: readonly Sample[]): Readonly<Record<string, unknown>> {
  const minutes = minutesOf(samples).slice(0, -1);
  const later = minutes.slice(Math.ceil(minutes.length / 4));
  const residents = later.map((minute) => median(minute.map(({ residentBytes }) => residentBytes)) / 1e6);
  const slopes = residents.flatMap((value, at) =>
    residents.slice(at + 1).map((other, beyond) => (other - value) / (beyond + 1)),
  );
  const slope = slopes.length === 0 ? 0 : median(slopes);
  const growth = slope * Math.max(0, residents.length - 1);
  const third = Math.max(1, Math.floor(minutes.length / 3));
  const [second, last] = [minutes.slice(third, 2 * third), minutes.slice(-third)].map((part) => ({
    descriptors: median(part.map((minute) => fewest(minute, ({ descriptors }) => descriptors))),
    resources: median(part.map((minute) => fewest(minute, ({ resources }) => resources))),
  }));
  return {
    megabytesAMinute: Number(slope.toFixed(2)),
    medianMegabytes: Math.round(median(residents)),
    mostMegabytes: Math.round(Math.max(...samples.map(({ residentBytes }) => residentBytes)) / 1e6),
    memoryIsFlat: residents.length < fewestMinutes ? 'not judged' : growth <= mostGrowth * median(residents),
    handles: { second, last },
    handlesAreFlat:
      minutes.length < fewestThirds
        ? 'not judged'
        : last.descriptors <= second.descriptors && last.resources <= second.resources,
  };
}

function verdictsIn(casePath: string): number {
  const opened = openCaseReadOnly(casePath);
  try {
    return opened.decisions.everyVerdict().length;
  } finally {
    opened.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'assay-soak-'));
const broker = await startKafka();
const paths = {
  model: join(folder, 'model.assay'),
  casePath: join(folder, 'soak.assay'),
  active: join(folder, 'active'),
};
let isOver = false;
try {
  await trainModel(broker, paths.model);
  const rate = Number(options.rate);
  const wanted = Math.round(rate * 60 * Number(options.minutes));
  await broker.createTopic('soak', partitions, keptByBroker);
  const hook = `${pathToFileURL(join(import.meta.dirname, 'active-resources.mjs')).href}?to=${encodeURIComponent(paths.active)}`;
  const follow = ['run', '--follow', `kafka://${broker.address}/soak`, '--case', paths.casePath, '--json'];
  const limits = ['--model', paths.model, '--max-messages', String(wanted)];
  const assay = startAssayProcess([...follow, ...limits], ['--import', hook]);
  void assay.ended.then(() => (isOver = true));
  await groupIsStable(broker);
  const producing = produce(broker, 'soak', wanted, rate);
  producing.catch(() => undefined);
  const counts: Disturbances = { verdicts: 0, exports: 0, brokerEnds: 0, longBrokerEnds: 0, refused: 0 };
  const disturbing = [judgeAndExport(paths.casePath, counts, () => isOver), endBroker(broker, counts, () => isOver)];
  const samples = await sampled(broker, assay, paths, counts);
  if (samples === null) assay.kill();
  const { code, output, error } = await assay.ended;
  await Promise.all(disturbing);
  if (samples === null || code !== 0) throw new Error(`Assay ended with ${code}: ${error}`);
  const { notices } = resultOf(output) as { readonly notices: readonly string[] };
  for (const notice of notices) console.log(`Note: ${notice}`);
  const sent = { rows: wanted, distinct: wanted, checksum: await producing, scored: wanted };
  const stored = storedMessages(paths.casePath);
  const isComplete = JSON.stringify(stored) === JSON.stringify(sent);
  const verdicts = verdictsIn(paths.casePath);
  const judged = counts.verdicts > 0 && counts.exports > 0 && counts.brokerEnds > 0 && verdicts === counts.verdicts;
  // What is counted and summed at the end is another work.
  const flat = flatness(samples.filter((sample) => sample.stored < wanted));
  const passes = isComplete && judged && flat['memoryIsFlat'] !== false && flat['handlesAreFlat'] !== false;
  console.log(
    JSON.stringify({ seed: options.seed, rate, passes, isComplete, stored, sent, ...counts, verdictsStored: verdicts }),
  );
  console.log(JSON.stringify(flat));
  process.exitCode = passes ? 0 : 1;
} finally {
  isOver = true;
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
}
