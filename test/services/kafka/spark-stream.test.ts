import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../command-line/run-assay.ts';
import { assay } from '../case-fixture.ts';
import { pythonEnvironment } from '../python-environment.ts';
import { jarsOf, missingForKafka } from './java.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { followTopicOf, payments, readCommitted, sendTo, type ReadMessage } from './topic-fixture.ts';

const spark = pythonEnvironment('spark');
const run = promisify(execFile);

interface Flag {
  readonly partition: number;
  readonly offset: number;
  readonly score: number;
}

function flagOf({ value }: ReadMessage): Flag {
  return JSON.parse(value?.toString() ?? '') as Flag;
}

/** Flags by their place, and apart from them their scores, which end in other digits. */
function inOrder(messages: readonly ReadMessage[]): {
  readonly flags: readonly object[];
  readonly scores: readonly number[];
} {
  const flags = messages
    .map((message) => ({ key: message.key, ...flagOf(message) }))
    .toSorted((one, other) => one.partition - other.partition || one.offset - other.offset);
  return { flags: flags.map((flag) => ({ ...flag, score: null })), scores: flags.map(({ score }) => score) };
}

const isSkipped = spark.isSkipped || (missingForKafka !== null && process.env['CI'] !== 'true');

describe.skipIf(isSkipped)('the exported Spark job on a topic', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterAll(() => broker.stop());

  test('writes the flags of the laptop, goes on from its checkpoint, and refuses features over time by name', async () => {
    for (const topic of ['source', 'laptop', 'cluster', 'dead'])
      await broker.createTopic(topic, topic === 'source' ? 2 : 1);
    const home = temporaryFolder();
    const casePath = join(home, 'stream.assay');
    const laptop = { flagsTo: 'laptop', threshold: { kind: 'contamination', value: 0.05 } } as const;
    await sendTo(broker, 'source', payments(0, 400));
    await followTopicOf(broker, 'source', casePath, laptop);
    await assay(['export', 'spark', '--case', casePath, '--out', join(home, 'job')], home);

    const folder = await jarsOf(resolve(import.meta.dirname, '../spark/pom.xml'));
    const jars = readdirSync(folder).map((name) => join(folder, name));
    const python = spark.program('python');
    const stream = (job: string): Promise<unknown> =>
      run(
        python,
        [
          join(home, job, 'score_stream.py'),
          ...['--servers', broker.address, '--topic', 'source', '--flags-to', 'cluster', '--dead-letters-to', 'dead'],
          ...['--checkpoint', join(home, 'checkpoint'), '--available-now', '--jars', jars.join(',')],
        ],
        { env: { ...process.env, PYSPARK_PYTHON: python, PYSPARK_DRIVER_PYTHON: python } },
      );
    await stream('job');
    // A second run, started anew: what it has seen already is not flagged twice.
    const broken = '{"id":1,';
    await sendTo(broker, 'source', [...payments(400, 200), { value: broken }]);
    await followTopicOf(broker, 'source', casePath, laptop);
    await stream('job');

    const expected = inOrder(await readCommitted(broker, 'laptop'));
    expect(expected.flags.length).toBeGreaterThan(20);
    const cluster = inOrder(await readCommitted(broker, 'cluster'));
    expect(cluster.flags).toEqual(expected.flags);
    cluster.scores.forEach((score, index) => expect(score).toBeCloseTo(expected.scores[index], 6));
    expect((await readCommitted(broker, 'dead')).map(({ value }) => value?.toString())).toEqual([broken]);

    const recording = resolve(import.meta.dirname, '../../../datasets/payments-30-days.csv.gz');
    const withWindows = join(home, 'windows.assay');
    await assay(['run', recording, '--case', withWindows, '--trees', '5'], home);
    await assay(['export', 'spark', '--case', withWindows, '--out', join(home, 'windows')], home);
    await expect(stream('windows')).rejects.toThrow(
      /This model has \d+ features over time, which a stream without state cannot have: .*_burst_1h.*Train one without them/su,
    );
  });
});
