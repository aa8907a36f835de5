import type { MessageFrame } from '../../../engine/domain/message-frame.ts';
import type { SaslMechanism } from '../../../engine/domain/topic-address.ts';
import type { StartingPoint, KafkaEntry } from '../../../preload/contract/streams.ts';

/** What the connect form holds, and what is found again after a restart: everything but a password. */
export interface ConnectionDraft {
  readonly brokers: string;
  readonly topic: string;
  readonly login: 'none' | 'environment' | SaslMechanism;
  readonly username: string;
  readonly tls: boolean;
  readonly caPath: string;
  readonly from: StartingPoint['kind'];
  readonly offset: number;
  readonly time: string;
  readonly trainAfterRows: number;
  /** What lies around each record; `unsaid` refuses a topic that seems to have a frame. */
  readonly frame: MessageFrame | 'unsaid';
}

export const firstDraft: ConnectionDraft = {
  brokers: 'localhost:9092',
  topic: '',
  login: 'none',
  username: '',
  tls: false,
  caPath: '',
  from: 'earliest',
  offset: 0,
  time: '',
  trainAfterRows: 10_000,
  frame: 'unsaid',
};

/** Guards against what an older window wrote. */
export function isConnectionDraft(value: unknown): value is ConnectionDraft {
  if (typeof value !== 'object' || value === null) return false;
  const given = new Map(Object.entries(value));
  return Object.entries(firstDraft).every(([name, initial]) => typeof given.get(name) === typeof initial);
}

/** How the engine is to enter the brokers. An empty password is one that was given before. */
export function entryOf(draft: ConnectionDraft, password: string): KafkaEntry {
  if (draft.login === 'environment') return { kind: 'environment' };
  const login =
    draft.login === 'none'
      ? null
      : {
          mechanism: draft.login,
          username: draft.username.trim(),
          ...(password === '' ? {} : { password }),
        };
  return { kind: 'stated', tls: draft.tls, caPath: draft.caPath.trim(), login };
}

/** What keeps the form from being used, in a sentence; null where nothing does. */
export function draftFault(draft: ConnectionDraft): string | null {
  if (draft.brokers.trim() === '') return 'Name a broker, such as localhost:9092.';
  if (draft.login !== 'none' && draft.login !== 'environment' && draft.username.trim() === '')
    return 'A login needs a user name.';
  if (draft.from === 'time' && startingPointOf(draft) === null) return 'This is no time: write 2026-03-02T08:00Z.';
  return null;
}

/** Where reading begins; null where the time that was typed is none. */
export function startingPointOf(draft: ConnectionDraft): StartingPoint | null {
  if (draft.from === 'offset') return { kind: 'offset', offset: draft.offset };
  if (draft.from !== 'time') return { kind: draft.from };
  const timeMs = parseInstant(draft.time);
  return timeMs === null ? null : { kind: 'time', timeMs };
}

/** An instant as a person types it, in UTC where no zone is named; null where it is none. */
export function parseInstant(text: string): number | null {
  const plain = text.trim().replace(/^(\d{4}-\d{2}-\d{2}) +/, '$1T');
  if (!/^\d{4}-\d{2}-\d{2}/.test(plain)) return null;
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(plain) || !plain.includes('T');
  const timeMs = Date.parse(hasZone ? plain : `${plain}Z`);
  return Number.isNaN(timeMs) ? null : timeMs;
}

export function topicAddress({ brokers, topic }: Pick<ConnectionDraft, 'brokers' | 'topic'>): string {
  return `kafka://${brokers.replaceAll(/\s/g, '')}/${topic.trim()}`;
}
