import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:worker_threads';

/** What keeps a process alive and is ours to end; requests of files and names end by themselves. */
const resourceNames: Readonly<Record<string, string>> = {
  Timeout: 'timer',
  TCPSocketWrap: 'socket',
  TCPServerWrap: 'listening server',
  TLSWrap: 'socket with TLS',
  UDPWrap: 'UDP socket',
  FSEventWrap: 'watched file',
  StatWatcher: 'watched file',
};

/** Sees what begins from now on and was not ended. */
export interface Watch {
  /** What is there still, in words; waits for what is being closed, at most so long. */
  leftBehind(patienceMs: number): Promise<readonly string[]>;
  end(): void;
}

/** Begins to watch worker threads, child processes, timers, sockets and open files of this process. */
export function watchLeftBehind(): Watch {
  const workers = new Set<Worker>();
  const children = new Set<ChildProcess>();
  /** Threads that let the process end. One of them that nobody listens to is kept for a next use, and not left behind. */
  const letGo = new Set<Worker>();
  const seeWorker = (worker: Worker): void => {
    workers.add(worker);
    const { ref, unref } = worker;
    worker.ref = () => {
      letGo.delete(worker);
      ref.call(worker);
    };
    worker.unref = () => {
      letGo.add(worker);
      unref.call(worker);
    };
    worker.once('exit', () => workers.delete(worker));
  };
  const seeChild = (message: unknown): void => {
    const { process: child } = message as { readonly process: ChildProcess };
    children.add(child);
    for (const end of ['exit', 'error']) child.once(end, () => children.delete(child));
  };
  process.on('worker', seeWorker);
  subscribe('child_process', seeChild);
  const resourcesBefore = process.getActiveResourcesInfo();
  const filesBefore = openFiles();

  const now = (): readonly string[] => [
    ...[...workers]
      .filter((worker) => !letGo.has(worker) || worker.listenerCount('message') > 0)
      .map(({ threadId }) => `worker thread ${threadId}`),
    ...[...children].map(({ spawnargs }) => `child process ${spawnargs.join(' ')}`),
    ...beyond(process.getActiveResourcesInfo(), resourcesBefore)
      .map((type) => resourceNames[type])
      .filter((name) => name !== undefined),
    ...beyond(openFiles(), filesBefore).map((path) => `open file ${path}`),
  ];
  return {
    leftBehind: async (patienceMs) => {
      const end = performance.now() + patienceMs;
      while (now().length > 0 && performance.now() < end) await pause(20, undefined, { ref: false });
      return now();
    },
    end: () => {
      process.off('worker', seeWorker);
      unsubscribe('child_process', seeChild);
    },
  };
}

/** Paths of open files; empty where the system does not list them. */
function openFiles(): readonly string[] {
  const folder = '/proc/self/fd';
  try {
    return readdirSync(folder)
      .map((descriptor) => targetOf(`${folder}/${descriptor}`))
      .filter((path) => path.startsWith('/') && !/^\/(dev|proc)\//.test(path));
  } catch {
    return [];
  }
}

/** The descriptor by which the list was read is closed when it is looked at. */
function targetOf(descriptor: string): string {
  try {
    return readlinkSync(descriptor);
  } catch {
    return '';
  }
}

/** Those of `after` that `before` does not have, each as often as it is there more often. */
function beyond(after: readonly string[], before: readonly string[]): readonly string[] {
  const rest = [...before];
  return after.filter((each) => {
    const at = rest.indexOf(each);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
