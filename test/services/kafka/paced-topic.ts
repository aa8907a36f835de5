import { setTimeout as sleep } from 'node:timers/promises';
import { startAssayProcess } from './assay-process.ts';
import type { Broker } from './start-kafka.ts';

/* What runs over minutes at a steady rate have in common: `steady.ts` and `soak.ts`. */

export const partitions = 8;
const trees = 100;
const trainedMessages = 10_000;

/** What the last line of a command's output says. */
export function resultOf(output: string): Readonly<Record<string, unknown>> {
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
}

/** Sends numbered messages with the Java client. @returns the sum of the CRC-32 of their values */
export async function produce(broker: Broker, topic: string, messages: number, perSecond: number): Promise<string> {
  const parameters = [broker.address, topic, partitions, messages, 'lz4', 1, perSecond].map(String);
  return (await broker.runJava('Produce.java', parameters)).trim().split('\n').at(-1) ?? '';
}

export async function producedMessages(broker: Broker, topic: string): Promise<number> {
  const offsets = await broker.admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

/** A case with a model, for runs that begin with one. */
export async function trainModel(broker: Broker, casePath: string): Promise<void> {
  await broker.createTopic('training', partitions);
  await produce(broker, 'training', trainedMessages, 0);
  const parameters = ['run', '--follow', `kafka://${broker.address}/training`, '--case', casePath, '--json'];
  const limits = ['--max-messages', String(trainedMessages), '--trees', String(trees)];
  const outcome = await startAssayProcess([...parameters, ...limits]).ended;
  if (outcome.code !== 0) throw new Error(`No model could be trained: ${outcome.error}`);
}

/** Settles when some consumer group has its partitions: whoever follows is ready then. */
export async function groupIsStable(broker: Broker): Promise<void> {
  for (;;) {
    const { groups } = await broker.admin.listGroups();
    const { groups: described } = await broker.admin.describeGroups(groups.map(({ groupId }) => groupId));
    if (described.some(({ state }) => state === 'Stable')) return;
    await sleep(100);
  }
}
