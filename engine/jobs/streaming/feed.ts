import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { parseTopicAddress } from '../../domain/topic-address.ts';
import { accessTo } from '../../stream/kafka/known-access.ts';
import { openProducer } from '../../stream/kafka/produce.ts';
import type { TopicMessage } from '../../stream/kafka/topic-message.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { renderRecord } from '../simulate/render-transaction.ts';
import { simulatedStream } from '../simulate/worlds.ts';

const messagesPerRequest = 500;

/** The `feed` job: the simulated stream of payments into a topic, as fast as asked. */
export async function feed(input: ParsedJobInput<'feed'>, context: WorkContext): Promise<JobResult<'feed'>> {
  const startedMs = performance.now();
  const { columns, records } = simulatedStream(input, input.format);
  const address = parseTopicAddress(input.topic);
  const producer = await openProducer(address, accessTo(address));
  let messages = 0;
  let batch: Omit<TopicMessage, 'offset'>[] = [];
  const send = async (): Promise<void> => {
    await producer.send(batch);
    messages += batch.length;
    batch = [];
    context.report({ phase: 'simulate', done: messages, total: null, unit: 'messages' });
    if (input.perSecond === undefined) return;
    const dueMs = startedMs + (1000 * messages) / input.perSecond;
    await sleep(Math.max(0, dueMs - performance.now()), undefined, { signal: context.signal }).catch(() => undefined);
  };
  const perRequest = Math.max(1, Math.min(messagesPerRequest, Math.floor((input.perSecond ?? Infinity) / 20)));
  try {
    let number = 0;
    for (const record of records) {
      if (context.signal.aborted || (input.maxMessages !== undefined && number >= input.maxMessages)) break;
      const text = renderRecord(record, columns, number, input.format).trimEnd();
      const key = Buffer.from(String(number));
      // No partition of its own: the key decides.
      batch.push({
        partition: Number.MAX_SAFE_INTEGER,
        timestampMs: Date.now(),
        key,
        value: Buffer.from(text),
        headers: [],
      });
      number++;
      if (batch.length >= perRequest) await send();
    }
    await send();
  } finally {
    await producer.close();
  }
  throwIfCancelled(context.signal);
  return { topic: input.topic, messages, totalMs: performance.now() - startedMs };
}
