import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError, usageError } from '../../domain/error.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { RecordBatch, RecordingFormat } from '../../domain/record-batch.ts';
import type { StatedFormat } from '../../domain/stated-format.ts';
import { parseTopicAddress } from '../../domain/topic-address.ts';
import { accessTo } from '../../stream/kafka/known-access.ts';
import { parseEnvelope } from '../../stream/kafka/envelope.ts';
import { openProducer } from '../../stream/kafka/produce.ts';
import type { TopicMessage } from '../../stream/kafka/topic-message.ts';
import { openRecording } from '../../stream/open-recording.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { filesOfRecording } from './recording-files.ts';

/** Messages of one request at most, and how long those that are due may wait for one another. */
const messagesPerRequest = 1_000;
const paceMs = 20;

/**
 * The `replay` job: a recording back into a topic, in the order recorded, with keys, headers, timestamps and (where the
 * topic has them) partitions kept. `speed` 1 keeps the original pauses, 10 makes them a tenth, null makes none.
 */
export async function replay(input: ParsedJobInput<'replay'>, context: WorkContext): Promise<JobResult<'replay'>> {
  const startedMs = performance.now();
  const address = parseTopicAddress(input.topic);
  const paths = await filesOfRecording(input.recording);
  const producer = await openProducer(address, accessTo(address));
  let messages = 0;
  let firstTimestampMs: number | undefined;
  try {
    let due: TopicMessage[] = [];
    const sendDue = async (): Promise<void> => {
      await producer.send(due);
      messages += due.length;
      due = [];
      context.report({ phase: 'replay', done: messages, total: null, unit: 'messages' });
    };
    for await (const message of recordedMessages(paths, input.format)) {
      if (context.signal.aborted) break;
      if (input.fromTimeMs !== undefined && message.timestampMs < input.fromTimeMs) continue;
      if (input.maxMessages !== undefined && messages + due.length >= input.maxMessages) break;
      firstTimestampMs ??= message.timestampMs;
      const sinceFirstMs = message.timestampMs - firstTimestampMs;
      const waitMs = input.speed === null ? 0 : sinceFirstMs / input.speed - (performance.now() - startedMs);
      if (due.length >= messagesPerRequest || (due.length > 0 && waitMs > paceMs)) await sendDue();
      if (waitMs > paceMs) await sleep(waitMs, undefined, { signal: context.signal }).catch(() => undefined);
      due.push(message);
    }
    await sendDue();
  } finally {
    await producer.close();
  }
  throwIfCancelled(context.signal);
  return { topic: input.topic, messages, totalMs: performance.now() - startedMs };
}

async function* recordedMessages(paths: readonly string[], stated: StatedFormat): AsyncGenerator<TopicMessage> {
  for (const path of paths) {
    // Messages go back as they were, with whatever lies around their records.
    const reader = await openRecording(path, { stated: { ...stated, frame: 'none' } });
    try {
      for await (const batch of reader.batches())
        for (const { bytes, byteOffset } of recordsInOrder(batch))
          yield messageOf(Buffer.from(bytes), reader.format, path, byteOffset);
    } finally {
      await reader.close();
    }
  }
}

/** Rows and rejected records as they followed one another: a malformed message is replayed like any other. */
function recordsInOrder(batch: RecordBatch): readonly { readonly bytes: Uint8Array; readonly byteOffset: number }[] {
  const rows = Array.from({ length: batch.rowCount }, (_, row) => ({
    bytes: batch.bytes.subarray(batch.rawStart[row], batch.rawEnd[row]),
    byteOffset: batch.byteOffset[row],
  }));
  if (batch.rejected.length === 0) return rows;
  const rejected = batch.rejected.map(({ raw, byteOffset }) => ({ bytes: raw, byteOffset }));
  return [...rows, ...rejected].sort((left, right) => left.byteOffset - right.byteOffset);
}

function messageOf(line: Buffer, format: RecordingFormat, path: string, byteOffset: number): TopicMessage {
  if (format.kind === 'ndjson')
    return { partition: 0, offset: 0, timestampMs: Date.now(), key: null, value: line, headers: [] };
  if (format.kind !== 'kcat')
    throw usageError(
      'UNKNOWN_FORMAT',
      `${path} is ${format.kind}; a replay needs messages.`,
      'Give a recording of `assay record` or `kcat -J`, or NDJSON.',
    );
  try {
    return parseEnvelope(line.toString('utf8'));
  } catch (cause) {
    throw new AssayError('CORRUPT_RECORDING', 'usage', `What lies at byte ${byteOffset} of ${path} is no message.`, {
      nextStep: 'Everything before it was sent.',
      cause,
    });
  }
}
