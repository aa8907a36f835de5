import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommandLineEngine } from '../../../engine/host/command-line-engine.ts';
import type { JobInput, JobName, JobResult } from '../../../preload/contract/jobs.ts';
import { temporaryFolder } from '../../command-line/run-assay.ts';
import { autoencoder, graphFile } from '../../foreign-models/graphs.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { followTopicOf, payment, payments, readCommitted, sendTo } from './topic-fixture.ts';

const engine = createCommandLineEngine();
const context = { signal: new AbortController().signal, report: () => undefined };
const count = 3000;

async function done<J extends JobName>(name: J, input: JobInput<J>): Promise<JobResult<J>> {
  const answer = await engine.runJob(name, input, context);
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.data;
}

describeWithKafka('a stream whose champion is a graph that ONNX Runtime runs', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterAll(() => broker.stop());

  test('flags what the case flags that imported it, as it is taken over, and after a stop in between', async () => {
    const folder = temporaryFolder();
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('payments.ndjson'), Array.from({ length: count }, (_, id) => `${payment(id)}\n`).join(''));
    writeFileSync(at('autoencoder.onnx'), graphFile(autoencoder));
    const casePath = at('imported.assay');
    await done('run', { casePath, recordings: [at('payments.ndjson')], forest: { trees: 5 } });
    const imported = await done('importModel', {
      casePath,
      file: at('autoencoder.onnx'),
      map: [{ feature: 'amount' }, { feature: 'account_balance' }],
      direction: 'higher-is-anomalous',
      threshold: { kind: 'contamination', value: 0.02 },
    });
    await done('promote', { casePath, model: String(imported.model.id), reason: 'the error says more' });
    const scores = { model: casePath, recordings: [at('payments.ndjson')], output: at('scores.csv') };
    const expected = await done('score', scores);
    expect(expected.flagged).toBe(imported.flagged);
    expect(imported.flagged).toBeGreaterThan(10);

    for (const topic of ['graphs', 'graphs-flags']) await broker.createTopic(topic, 1);
    await sendTo(broker, 'graphs', payments(0, count));
    const stream = at('stream.assay');
    const options = { model: casePath, flagsTo: 'graphs-flags' };
    const first = await followTopicOf(broker, 'graphs', stream, { ...options, maxMessages: 1000 });
    expect(first).toMatchObject({ rows: 1000, model: { digest: imported.model.digest, trees: 0 } });
    const rest = await followTopicOf(broker, 'graphs', stream, { ...options, maxMessages: count - 1000 });
    expect(rest).toMatchObject({ rows: count, flagged: expected.flagged, flagsDigest: expected.flagsDigest });
    const flags = await readCommitted(broker, 'graphs-flags');
    expect(flags).toHaveLength(expected.flagged);
    const models = flags.map(({ value }) => (JSON.parse(String(value)) as { readonly model: string }).model);
    expect(new Set(models)).toEqual(new Set([imported.model.digest]));
  });
});
