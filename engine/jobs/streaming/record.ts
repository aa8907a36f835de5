import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { usageError } from '../../domain/error.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { parseTopicAddress } from '../../domain/topic-address.ts';
import { accessTo } from '../../stream/kafka/known-access.ts';
import { followTopic } from '../../stream/kafka/follow-topic.ts';
import { messagesOf } from '../../stream/kafka/message-block.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { createRecorder, fileName, newManifest } from './recorder.ts';
import { claimRecordingFile, readManifest, type RecordingManifest } from './recording-files.ts';
import { writingError } from '../exporting/output.ts';

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
  await claimRecordingFile(folder, fileName((before?.files.length ?? 0) + 1), input.force);
  const next = new Map(
    Object.entries(before?.files.at(-1)?.nextOffsets ?? {}).map(([partition, offset]) => [Number(partition), offset]),
  );
  const follower = await followTopic({
    address,
    access: accessTo(address),
    groupId: `assay-record-${randomBytes(6).toString('hex')}`,
    resume: (clusterId) => {
      refuseOtherTopic(before, clusterId, address.topic, folder);
      return next;
    },
    from: input.from,
    onNotice: (sentence) => notices.push(sentence),
  });
  const recorder = createRecorder({
    folder,
    manifest: before ?? newManifest(follower.clusterId, address.topic),
    startOffsets: new Map([...follower.startOffsets, ...next]),
    rotateBytes: input.rotateBytes,
    force: input.force,
  });
  const isDone = (): boolean =>
    context.signal.aborted ||
    (input.maxMessages !== undefined && recorder.messages >= input.maxMessages) ||
    (input.untilIdleMs !== undefined && follower.isIdle(input.untilIdleMs));
  try {
    await follower.begin();
    while (!isDone()) {
      const limit = Math.min(messagesPerWrite, (input.maxMessages ?? Number.POSITIVE_INFINITY) - recorder.messages);
      await recorder.write(messagesOf(await follower.next(limit, lingerMs, waitMs)));
      context.report({ phase: 'record', done: recorder.messages, total: null, unit: 'messages' });
    }
    await recorder.finish();
  } catch (error) {
    throw writingError(error, folder);
  } finally {
    await follower.close();
  }
  throwIfCancelled(context.signal);
  return {
    topic: input.topic,
    messages: recorder.messages,
    files: recorder.files.map((name) => join(folder, name)),
    manifest: join(folder, 'manifest.json'),
    notices,
  };
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
