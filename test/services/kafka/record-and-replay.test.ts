import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine } from '../../../engine/host/engine.ts';
import type { JobInput, JobName, JobResult } from '../../../preload/contract/jobs.ts';
import { temporaryFolder } from '../../command-line/run-assay.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { startKafka, type Broker } from './start-kafka.ts';

const engine = createEngine();
const context = { signal: new AbortController().signal, report: () => undefined };

async function run<J extends JobName>(name: J, input: JobInput<J>): Promise<JobResult<J>> {
  const answer = await engine.runJob(name, input, context);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
  return answer.data;
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
