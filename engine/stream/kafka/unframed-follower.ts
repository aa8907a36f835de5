import { usageError, type AssayError } from '../../domain/error.ts';
import type { MessageFrame } from '../../domain/message-frame.ts';
import type { TopicFollower } from './follow-topic.ts';
import { followerOver } from './follower-over.ts';
import type { MessageBlock, MessageSlice } from './message-block.ts';
import { formOf, unframed, type MessageForm } from './message-frame.ts';

/** First messages whose form tells that of the topic. */
const lookedAt = 100;

/**
 * The same topic with the frames of its messages taken off. Where no frame was named, the first messages say whether one
 * is needed: a frame that was scored as if it were the transaction would give reasons such as a log position.
 * `next` throws AssayError WRONG_USE then.
 */
export function unframedFollower(follower: TopicFollower, frame: MessageFrame | undefined): TopicFollower {
  const taken = new WeakMap<MessageBlock, MessageBlock>();
  let isKnown = frame !== undefined;

  function unframedBlock(block: MessageBlock): MessageBlock {
    const known = taken.get(block);
    if (known !== undefined) return known;
    const made = withoutFrames(block, frame ?? 'none');
    taken.set(block, made);
    return made;
  }

  return followerOver(follower, {
    next: async (limit, lingerMs, waitMs) => {
      const slices = await follower.next(limit, lingerMs, waitMs);
      if (!isKnown && slices.length > 0) {
        const refusal = refusalOf(slices);
        if (refusal !== null) throw refusal;
        isKnown = true;
      }
      return slices.map(({ block, from, to }) => ({ block: unframedBlock(block), from, to }));
    },
  });
}

/** The same messages, their values the records within the frames; what has none says why, and keeps its whole value. */
function withoutFrames(block: MessageBlock, frame: MessageFrame): MessageBlock {
  const valueStarts = new Int32Array(block.valueStarts);
  const valueEnds = new Int32Array(block.valueEnds);
  const faults = new Map(block.faults);
  for (let index = 0; index < block.count; index++) {
    if (valueStarts[index] < 0 || faults.has(index)) continue;
    const record = unframed(block.bytes, { from: valueStarts[index], to: valueEnds[index] }, frame);
    if (typeof record === 'string') {
      faults.set(index, record);
      continue;
    }
    valueStarts[index] = record.from;
    valueEnds[index] = record.to;
  }
  return { ...block, valueStarts, valueEnds, faults };
}

const words: Readonly<Record<Exclude<MessageForm, 'plain'>, readonly [what: string, nextStep: string]>> = {
  debezium: [
    'changes of rows as Debezium sends them: before, after, op, source',
    'Choose the frame debezium (--frame debezium) to read the rows that were created, or none to read the changes as they are.',
  ],
  connect: [
    'a schema and a payload each, as Kafka Connect writes them',
    'Choose the frame connect (--frame connect) to read the payloads, or none to read the messages as they are.',
  ],
  cloudevents: [
    'CloudEvents',
    'Choose the frame cloudevents (--frame cloudevents) to read their data, or none to read the events as they are.',
  ],
  wire: [
    "bytes that begin with the id of a schema, as Confluent's serializers write them",
    'Name the registry that knows the schemas: --schema-registry http://HOST:PORT.',
  ],
  array: [
    'lists, and a message must hold one record',
    'Let the producer send each record as a message of its own, or choose the frame none to put the lists into quarantine.',
  ],
};

/** Why a topic is not read as it is, where most of its first messages ask for a choice. */
function refusalOf(slices: readonly MessageSlice[]): AssayError | null {
  const counts = new Map<MessageForm, number>();
  let seen = 0;
  for (const { block, from, to } of slices)
    for (let index = from; index < to && seen < lookedAt; index++) {
      if (block.valueStarts[index] < 0 || block.faults.has(index)) continue;
      const form = formOf(block.bytes, { from: block.valueStarts[index], to: block.valueEnds[index] });
      counts.set(form, (counts.get(form) ?? 0) + 1);
      seen++;
    }
  for (const [form, count] of counts) {
    if (form === 'plain' || 2 * count <= seen) continue;
    const [what, nextStep] = words[form];
    return usageError('WRONG_USE', `The messages of this topic are ${what}.`, nextStep);
  }
  return null;
}
