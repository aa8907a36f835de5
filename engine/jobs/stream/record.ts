import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { usageError } from '../../domain/error.ts';
import type { WorkContext } from '../../domain/progress.ts';
import { parseTopicAddress } from '../../domain/topic-address.ts';
import { kafkaAccess } from '../../stream/kafka/connection.ts';
import { envelopeLine } from '../../stream/kafka/envelope.ts';
import { followTopic } from '../../stream/kafka/follow-topic.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { throwIfCancelled } from '../cancelled.ts';
import { writingError } from '../writing-error.ts';
import {
  openRecordingFile,
  readManifest,
  writeManifest,
  type RecordingFile,
  type RecordingManifest,
} from './recording-files.ts';

const messagesPerWrite = 1_024;
const lingerMs = 200;
const waitMs = 250;

/**
 * The `record` job: a topic into a folder of kcat-envelope NDJSON files, compressed, rotated by size, with a manifest.
 * Recorded again into the same folder it goes on after the last finished file; what was not finished is read again.
 */
export async function record(input: ParsedJobInput<'record'>, context: WorkContext): Promise<JobResult<'record'>> {
  const address = parseTopicAddress(input.topic);
  const folder = resolve(input.output);
  const notices: string[] = [];
  const before = await readManifest(folder);
  const next = new Map(
    Object.entries(before?.files.at(-1)?.nextOffsets ?? {}).map(([partition, offset]) => [Number(partition), offset]),
  );
  const follower = await followTopic({
    address,
    access: kafkaAccess(),
    groupId: `assay-record-${randomBytes(6).toString('hex')}`,
    resume: (clusterId) => {
      refuseOtherTopic(before, clusterId, address.topic, folder);
      return next;
    },
    from: input.from,
    onNotice: (sentence) => notices.push(sentence),
  });
  const manifest: RecordingManifest = before ?? {
    version: 1,
    format: 'kcat',
    clusterId: follower.clusterId,
    topic: address.topic,
    files: [],
  };
  for (const [partition, offset] of follower.startOffsets) if (!next.has(partition)) next.set(partition, offset);

  let messages = 0;
  let file: RecordingFile | undefined;
  const finishFile = async (): Promise<void> => {
    if (file === undefined) return;
    manifest.files.push(await file.finish(next));
    file = undefined;
    await writeManifest(folder, manifest);
  };
  const isDone = (): boolean =>
    context.signal.aborted ||
    (input.maxMessages !== undefined && messages >= input.maxMessages) ||
    (input.untilIdleMs !== undefined && follower.isIdle(input.untilIdleMs));
  try {
    while (!isDone()) {
      const limit = Math.min(messagesPerWrite, (input.maxMessages ?? Number.POSITIVE_INFINITY) - messages);
      const taken = await follower.next(limit, lingerMs, waitMs);
      if (taken.length === 0) continue;
      file ??= await openRecordingFile(folder, fileName(manifest.files.length + 1));
      let firstMs = Number.POSITIVE_INFINITY;
      let lastMs = Number.NEGATIVE_INFINITY;
      for (const { timestampMs, partition, offset } of taken) {
        firstMs = Math.min(firstMs, timestampMs);
        lastMs = Math.max(lastMs, timestampMs);
        next.set(partition, offset + 1);
      }
      await file.write(
        taken.map((message) => envelopeLine(address.topic, message)),
        firstMs,
        lastMs,
      );
      messages += taken.length;
      if (file.bytes >= input.rotateBytes) await finishFile();
      context.report({ phase: 'record', done: messages, total: null, unit: 'messages' });
    }
    await finishFile();
  } catch (error) {
    throw writingError(error, folder);
  } finally {
    await follower.close();
  }
  throwIfCancelled(context.signal);
  return {
    topic: input.topic,
    messages,
    files: manifest.files.map(({ name }) => join(folder, name)),
    manifest: join(folder, 'manifest.json'),
    notices,
  };
}

function fileName(number: number): string {
  return `part-${String(number).padStart(5, '0')}.ndjson.zst`;
}

function refuseOtherTopic(
  before: RecordingManifest | undefined,
  clusterId: string,
  topic: string,
  folder: string,
): void {
  if (before === undefined || (before.clusterId === clusterId && before.topic === topic)) return;
  throw usageError(
    'RECORDING_CHANGED',
    `${folder} holds a recording of the topic '${before.topic}' of another cluster or name.`,
    'Record into a folder of its own.',
  );
}
