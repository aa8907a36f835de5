import { usageError, type AssayError } from '../../domain/error.ts';
import type { MessageFrame } from '../../domain/message-frame.ts';
import type { TopicFollower } from './follow-topic.ts';
import { commonForm, formOf, frameWords, messagesLookedAt, unframed, type MessageForm } from '../message-frame.ts';
import { followerOver } from './follower-over.ts';
import type { MessageBlock, MessageSlice } from './message-block.ts';

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
  let { valueStarts, valueEnds } = block;
  const faults = new Map(block.faults);
  for (let index = 0; index < block.count; index++) {
    const from = valueStarts[index];
    const to = valueEnds[index];
    if (from < 0 || faults.has(index)) continue;
    const record = unframed(block.bytes, { from, to }, frame);
    if (typeof record === 'string') {
      faults.set(index, record);
      continue;
    }
    if (record.from === from && record.to === to) continue;
    if (valueStarts === block.valueStarts) {
      valueStarts = new Int32Array(valueStarts);
      valueEnds = new Int32Array(valueEnds);
    }
    valueStarts[index] = record.from;
    valueEnds[index] = record.to;
  }
  return { ...block, valueStarts, valueEnds, faults };
}

/** Why a topic is not read as it is, where most of its first messages ask for a choice. */
function refusalOf(slices: readonly MessageSlice[]): AssayError | null {
  const forms: MessageForm[] = [];
  for (const { block, from, to } of slices)
    for (let index = from; index < to && forms.length < messagesLookedAt; index++)
      if (block.valueStarts[index] >= 0 && !block.faults.has(index))
        forms.push(formOf(block.bytes, { from: block.valueStarts[index], to: block.valueEnds[index] }));
  const form = commonForm(forms);
  if (form === 'plain') return null;
  const [what, nextStep] = frameWords[form];
  return usageError('WRONG_USE', `The messages of this topic are ${what}.`, nextStep);
}
