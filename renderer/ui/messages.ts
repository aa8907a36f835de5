/** Something the window tells a person, in one line of the status bar. */
export interface Message {
  readonly text: string;
  /** A problem stays in the line until it is closed or settled, and is read out at once. */
  readonly tone?: 'plain' | 'problem';
  readonly action?: { readonly text: string; readonly keyHint?: string | null; readonly run: () => void };
  /** What it speaks of: a newer message of the same takes its place, and it leaves the line once that is settled. */
  readonly about?: string;
}

/** A message of this session, as the list behind the line keeps it. */
export interface ToldMessage extends Message {
  readonly id: number;
  readonly atMs: number;
  /** In the line, or waiting behind a newer one. */
  readonly isOpen: boolean;
}

/** The oldest are forgotten. */
const mostMessages = 100;

/** The messages with a new one, the newest last; what it replaces is no longer open. */
export function withMessage(told: readonly ToldMessage[], message: Message, atMs: number): readonly ToldMessage[] {
  const id = (told.at(-1)?.id ?? 0) + 1;
  // A plain one was seen when it came; only problems wait behind what is newer.
  const isReplaced = (other: ToldMessage): boolean =>
    other.tone !== 'problem' ||
    other.text === message.text ||
    (message.about !== undefined && other.about === message.about);
  return [...closing(told, isReplaced).slice(1 - mostMessages), { ...message, id, atMs, isOpen: true }];
}

/** The messages where one was closed by hand, or has been shown long enough. */
export function withClosed(told: readonly ToldMessage[], id: number): readonly ToldMessage[] {
  return closing(told, (message) => message.id === id);
}

/** The messages where everything about one thing is settled. */
export function withSettled(told: readonly ToldMessage[], about: string): readonly ToldMessage[] {
  return closing(told, (message) => message.about === about);
}

/** The one that the line shows: the newest that is open. */
export function lineOf(told: readonly ToldMessage[]): ToldMessage | null {
  return told.findLast(({ isOpen }) => isOpen) ?? null;
}

function closing(told: readonly ToldMessage[], isDone: (message: ToldMessage) => boolean): readonly ToldMessage[] {
  return told.some((message) => message.isOpen && isDone(message))
    ? told.map((message) => (message.isOpen && isDone(message) ? { ...message, isOpen: false } : message))
    : told;
}
