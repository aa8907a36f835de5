import { Worker } from 'node:worker_threads';

/** A thread that waits, and what notices its end. */
interface Waiting {
  readonly thread: Worker;
  readonly forget: () => void;
}

/** Threads that wait for the next forest, by the program that they run. Starting one takes as long as scoring many thousand rows. */
const waiting = new Map<string, Waiting[]>();

/** A thread that runs this program: one that waits, else a new one. It keeps the process alive until it is let go. */
export function takeThread(entry: URL): Worker {
  const kept = waiting.get(entry.href)?.pop();
  if (kept === undefined) return new Worker(entry);
  const { thread, forget } = kept;
  for (const event of ['error', 'exit']) thread.off(event, forget);
  thread.ref();
  return thread;
}

/** Keeps a thread that has nothing to do, and no listener, for whoever needs one next; where so many wait, it is ended. */
export async function keepThread(entry: URL, thread: Worker, most: number): Promise<void> {
  const kept = waiting.get(entry.href) ?? [];
  waiting.set(entry.href, kept);
  if (kept.length >= most) {
    await thread.terminate();
    return;
  }
  const forget = (): void => {
    const place = kept.findIndex((each) => each.thread === thread);
    if (place >= 0) kept.splice(place, 1);
  };
  for (const event of ['error', 'exit']) thread.on(event, forget);
  thread.unref();
  kept.push({ thread, forget });
}
