import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runPeer } from '../../peers/peers.ts';
import { missingForKafka } from '../../services/kafka/java.ts';
import { startKafka } from '../../services/kafka/start-kafka.ts';
import { compareRow, runPairs, viewPairs, type BenchRow, type Sample } from '../row.ts';
import { runAssay, runNode, type NodeRun } from '../run-node.ts';
import type { BenchSettings } from '../settings.ts';

const topic = 'financial_transactions';
const partitions = 8;
/** As the loop in Python is measured, and what `--follow` grows unless told otherwise. */
const trees = 100;
const usualTrees = 300;
const trainedMessages = 10_000;

/** A topic of a real broker to scored, stored rows; beside a consumer that only parses, and the loop Assay takes over from. */
export async function kafkaRows(settings: BenchSettings): Promise<BenchRow[]> {
  if (missingForKafka !== null) {
    settings.report(`No figures for Kafka: ${missingForKafka}.`);
    return [];
  }
  settings.report(`${settings.kafkaMessages} messages into a broker`);
  const broker = await startKafka();
  try {
    await broker.createTopic(topic, partitions);
    const produced = [broker.address, topic, partitions, settings.kafkaMessages, 'none', 1, 0].map(String);
    await broker.runJava('Produce.java', produced);
    const address = `kafka://${broker.address}/${topic}`;
    const trained = async (ofTrees: number): Promise<string> => {
      const model = join(settings.folder, `trained-${ofTrees}.assay`);
      const training = ['run', '--follow', address, '--case', model, '--trees', String(ofTrees)];
      const first = String(trainedMessages);
      await runAssay([...training, '--train-after', first, '--max-messages', first]);
      return model;
    };
    const follow = async (model: string): Promise<NodeRun> => {
      const casePath = join(settings.folder, 'followed.assay');
      const following = ['run', '--follow', address, '--case', casePath, '--model', model];
      const run = await runAssay([...following, '--max-messages', String(settings.kafkaMessages)]);
      for (const end of ['', '-wal', '-shm']) await rm(`${casePath}${end}`, { force: true });
      if (run.json['rows'] !== settings.kafkaMessages) throw new Error(`${String(run.json['rows'])} rows were stored.`);
      return run;
    };
    const usedModel = await trained(trees);
    const ours = (): Promise<NodeRun> => follow(usedModel);
    const bare = [broker.address, topic, String(settings.kafkaMessages)];
    const besideBare = (run: () => Promise<NodeRun>): ReturnType<typeof runPairs<NodeRun, NodeRun>> =>
      runPairs(settings.pairs, run, () => runNode('test/services/kafka/bare-consumer.ts', bare));
    settings.report('beside a kafkajs consumer that only parses JSON');
    const beside = await besideBare(ours);
    settings.report(`the same with ${usualTrees} trees`);
    const usualModel = await trained(usualTrees);
    const besideUsual = await besideBare(() => follow(usualModel));
    settings.report('beside kafka-python and scikit-learn, one message at a time');
    const loop = [broker.address, topic, '--train', String(trainedMessages), '--trees', String(trees)];
    const original = await runPairs(Math.min(settings.pairs, 3), ours, () =>
      runPeer('kafka_predict_loop.py', [...loop, '--messages', String(settings.loopMessages)]),
    );
    const what = `Kafka to scored, stored rows, ${settings.kafkaMessages.toLocaleString('en')} messages`;
    const perSecond = (run: Pick<NodeRun, 'json' | 'peakMemoryBytes'>): Sample => ({
      value: Number(run.json['messagesPerSecond']),
      peakMemoryBytes: run.peakMemoryBytes,
    });
    return [
      compareRow(
        {
          what,
          unit: 'rows/s',
          target: { kind: 'ratio', bar: 0.8, aim: 0.95 },
          note: `A real broker on the same machine, ${partitions} partitions, no compression, a model of ${trees} trees given. Both clocks start with the fetch that brings the first messages; ours ends when the last row is on the disk.`,
        },
        '`assay run --follow`',
        'kafkajs, only parsing JSON',
        viewPairs(beside, perSecond, perSecond),
      ),
      compareRow(
        {
          what: `${what}, ${usualTrees} trees`,
          unit: 'rows/s',
          target: { kind: 'ratio', bar: 0.9, aim: null },
          note: `The same with a model of ${usualTrees} trees, the default of \`--follow\`.`,
        },
        '`assay run --follow`',
        'kafkajs, only parsing JSON',
        viewPairs(besideUsual, perSecond, perSecond),
      ),
      compareRow(
        {
          what: `${what}, beside the loop`,
          unit: 'rows/s',
          target: { kind: 'ratio', bar: 100, aim: 500 },
          note: `The loop polls, parses and calls \`predict\` for each message and stores nothing; it is timed over ${settings.loopMessages.toLocaleString('en')} messages.`,
        },
        '`assay run --follow`',
        'kafka-python + scikit-learn `predict`',
        viewPairs(original, perSecond, ({ messagesPerSecond, peakMemoryBytes }) => ({
          value: Number(messagesPerSecond),
          peakMemoryBytes,
        })),
      ),
    ];
  } finally {
    await broker.stop();
  }
}
