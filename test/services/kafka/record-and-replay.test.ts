import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import type { Message } from 'kafkajs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { themesOf } from '../../../engine/domain/feature-spec.ts';
import { createCommandLineEngine } from '../../../engine/host/command-line-engine.ts';
import { decodeForest } from '../../../engine/forest/compile.ts';
import { renderRecord } from '../../../engine/jobs/simulate/render-transaction.ts';
import { simulatedStream } from '../../../engine/jobs/simulate/worlds.ts';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import type { JobInput, JobName, JobResult } from '../../../preload/contract/jobs.ts';
import { startAssay, temporaryFolder } from '../../command-line/run-assay.ts';
import { featuresOf, storedRows } from '../../stored-rows.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { sendTo } from './topic-fixture.ts';

const engine = createCommandLineEngine();
const context = { signal: new AbortController().signal, report: () => undefined };

async function run<J extends JobName>(name: J, input: JobInput<J>): Promise<JobResult<J>> {
  const answer = await engine.runJob(name, input, context);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
  return answer.data;
}

/**
 * Transfers of a simulated stream; of those after the training every fortieth comes some hours late and one several days, beyond
 * what is waited for.
 */
function lateTransfers(count: number): readonly Message[] {
  const choice = { world: 'transfers', customers: 60, terminals: 80, days: 40, start: '2026-03-02', seed: 11 } as const;
  const { columns, records } = simulatedStream({ ...choice, missingLabels: 0.3 }, 'ndjson');
  const texts = [...records].map((record, index) => renderRecord(record, columns, index, 'ndjson').trimEnd());
  const delayOf = (index: number): number => (index === 1300 ? 900.5 : index > 1050 && index % 40 === 0 ? 20.5 : 0);
  const ranks = texts.map((_, index) => index + delayOf(index));
  return texts
    .map((value, index) => ({ value, rank: ranks[index] }))
    .slice(0, count)
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ value }) => ({ key: 'late', value }));
}

function modelOf(casePath: string): { readonly leaf: string; readonly themes: readonly string[] } {
  const openedCase = openCaseReadOnly(casePath);
  try {
    const [model] = openedCase.models();
    const themes = themesOf(openedCase.featureSpec(model.featureSetId)).map(({ theme }) => theme);
    return { leaf: decodeForest(openedCase.readForest(model.id)).leaf, themes };
  } finally {
    openedCase.close();
  }
}

describeWithKafka('a topic recorded and replayed', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterAll(() => broker.stop());

  test('gives the same flags live, replayed into a topic, stopped and gone on with, and as a recording', async () => {
    const folder = temporaryFolder();
    const address = (topic: string): string => `kafka://${broker.address}/${topic}`;
    for (const topic of ['live', 'again']) await broker.createTopic(topic, 1);
    const fed = await run('feed', { topic: address('live'), customers: 60, days: 15, maxMessages: 3000 });
    const forest = { trees: 30 };
    const common = { trainAfterRows: 1000, forest, untilIdleMs: 3000 };
    const live = await run('follow', { ...common, topic: address('live'), casePath: join(folder, 'live.assay') });
    expect(live).toMatchObject({ rows: fed.messages, quarantined: 0 });
    expect(live.flagged).toBeGreaterThan(0);

    const output = join(folder, 'recording');
    const first = await run('record', { topic: address('live'), output, rotateBytes: 200_000, maxMessages: 1000 });
    const rest = await run('record', { topic: address('live'), output, rotateBytes: 200_000, untilIdleMs: 3000 });
    expect(first.messages + rest.messages).toBe(fed.messages);
    const manifest = JSON.parse(readFileSync(rest.manifest, 'utf8')) as { files: { name: string; sha256: string }[] };
    expect(manifest.files.length).toBeGreaterThan(2);
    for (const { name, sha256 } of manifest.files) {
      const content = zstdDecompressSync(readFileSync(join(output, name)));
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }

    await run('replay', { recording: output, topic: address('again'), speed: null });
    const again = await run('follow', { ...common, topic: address('again'), casePath: join(folder, 'again.assay') });
    expect(again.model).toEqual(live.model);
    expect(again.flagsDigest).toBe(live.flagsDigest);

    const halves = { ...common, topic: address('again'), casePath: join(folder, 'halves.assay') };
    await run('follow', { ...halves, maxMessages: 1700 });
    const wholeAgain = await run('follow', halves);
    expect(wholeAgain).toMatchObject({ messages: fed.messages - 1700, flagsDigest: live.flagsDigest });

    const scored = await run('score', {
      model: join(folder, 'again.assay'),
      recordings: rest.files,
      output: join(folder, 'scores.csv'),
    });
    expect(scored).toMatchObject({ rows: fed.messages, flagsDigest: live.flagsDigest });
  });

  test('sees the themes of late messages live, through kill -9 and in a recording with the same features and flags', async () => {
    const folder = temporaryFolder();
    const topic = `kafka://${broker.address}/late`;
    await broker.createTopic('late', 1);
    const messages = lateTransfers(2500);
    await sendTo(broker, 'late', messages);
    const inCase = (name: string): string => join(folder, `${name}.assay`);
    const common = { topic, trainAfterRows: 1000, forest: { trees: 30 }, untilIdleMs: 1500 };
    const live = await run('follow', { ...common, casePath: inCase('live') });
    expect(live).toMatchObject({ rows: messages.length, quarantined: 0 });
    expect(modelOf(inCase('live'))).toEqual({
      leaf: 'convex',
      themes: ['amount', 'velocity', 'new', 'time', 'terminal', 'risk'],
    });

    const flags = ['run', '--follow', topic, '--trees', '30', '--train-after', '1000', '--case', inCase('killed')];
    for (const rows of [1, 1001]) {
      const { child, ended } = startAssay(flags, folder);
      await vi.waitFor(() => expect(storedRows(inCase('killed'))).toBeGreaterThanOrEqual(rows), {
        timeout: 60_000,
        interval: 20,
      });
      child.kill('SIGKILL');
      await ended;
    }
    const killed = await run('follow', { ...common, casePath: inCase('killed') });
    expect(killed).toMatchObject({ model: live.model, flagsDigest: live.flagsDigest, rows: messages.length });
    expect(featuresOf(inCase('killed'))).toBe(featuresOf(inCase('live')));

    const output = join(folder, 'recording');
    await run('record', { topic, output, untilIdleMs: 1500 });
    const played = await run('play', { recording: output, model: inCase('live'), casePath: inCase('played') });
    expect(played).toMatchObject({ rows: messages.length, flagsDigest: live.flagsDigest });
    expect(featuresOf(inCase('played'))).toBe(featuresOf(inCase('live')));
    const ofSenders = live.order?.entities.find(({ entity }) => entity === 'sender_id');
    expect(ofSenders?.late).toBeGreaterThan(5);
    expect(ofSenders?.tooLate).toBe(1);
  });

  test('keeps the bytes of keys, payloads and headers, malformed ones and tombstones too', async () => {
    const folder = temporaryFolder();
    const address = (topic: string): string => `kafka://${broker.address}/${topic}`;
    for (const topic of ['odd', 'odd-again']) await broker.createTopic(topic, 1);
    await broker.runJava('ProduceOdd.java', [broker.address, 'odd']);
    const first = await run('record', { topic: address('odd'), output: join(folder, 'a'), untilIdleMs: 2000 });
    await run('replay', { recording: join(folder, 'a'), topic: address('odd-again'), speed: null });
    const second = await run('record', { topic: address('odd-again'), output: join(folder, 'b'), untilIdleMs: 2000 });
    const lines = (paths: readonly string[]): string =>
      paths.map((path) => zstdDecompressSync(readFileSync(path)).toString()).join('');
    expect(first.messages).toBe(5);
    expect(lines(second.files).replaceAll('"odd-again"', '"odd"')).toBe(lines(first.files));
  });

  test('plays at the speed it is told', async () => {
    const folder = temporaryFolder();
    const address = (topic: string): string => `kafka://${broker.address}/${topic}`;
    for (const topic of ['paced', 'paced-again']) await broker.createTopic(topic, 1);
    await run('feed', { topic: address('paced'), perSecond: 40, maxMessages: 60 });
    const output = join(folder, 'paced');
    await run('record', { topic: address('paced'), output, untilIdleMs: 2000 });
    const recording = { recording: output, topic: address('paced-again') };
    const original = await run('replay', { ...recording, speed: 1 });
    const fast = await run('replay', { ...recording, speed: null });
    expect(original.messages).toBe(60);
    // 60 messages at 40 a second lie at least a second apart from first to last; unpaced they do not wait at all.
    expect(original.totalMs).toBeGreaterThan(1000);
    expect(fast.messages).toBe(60);
  });
});
