import { networkAttempts } from '../engine/network/ledger.ts';
import type { Answer } from '../preload/contract/envelope.ts';
import type { RequestOutput } from '../preload/contract/requests.ts';
import type { Call } from '../preload/contract/wire/frames.ts';

/** The engine's answer; to `network.read` with what this process opened, served or refused itself, which the engine cannot know. */
export function withOwnAttempts(call: Call, answer: Answer<unknown>): Answer<unknown> {
  if (call.door !== 'request' || call.name !== 'network.read' || !answer.ok) return answer;
  // The engine built the answer to the request that was named.
  const { sinceMs, attempts } = answer.data as RequestOutput<'network.read'>;
  const all = [...attempts, ...networkAttempts()].toSorted((first, second) => second.lastMs - first.lastMs);
  return { ok: true, data: { sinceMs, attempts: all } satisfies RequestOutput<'network.read'> };
}
