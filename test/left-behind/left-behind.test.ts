import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { watchLeftBehind } from './left-behind.ts';

/** Begins something and gives what ends it. */
type Begin = () => Promise<() => Promise<unknown>>;

const kinds: readonly (readonly [what: string, begin: Begin, said: RegExp])[] = [
  [
    'a worker thread',
    async () => {
      const worker = new Worker('setInterval(() => undefined, 1000)', { eval: true });
      await once(worker, 'online');
      return () => worker.terminate();
    },
    /^worker thread \d+$/,
  ],
  [
    'a child process',
    async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
      await once(child, 'spawn');
      return async () => {
        child.kill('SIGKILL');
        await once(child, 'exit');
      };
    },
    /^child process .*setInterval/,
  ],
  [
    'a timer',
    () => {
      const timer = setInterval(() => undefined, 60_000);
      return Promise.resolve(() => Promise.resolve(clearInterval(timer)));
    },
    /^timer$/,
  ],
  [
    'a server',
    async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return async () => {
        server.close();
        await once(server, 'close');
      };
    },
    /^listening server$/,
  ],
  [
    'a file',
    async () => {
      const file = await open(import.meta.filename, 'r');
      return () => file.close();
    },
    /^open file .*left-behind\.test\.ts$/,
  ],
];

describe('what a test file leaves behind', () => {
  it.each(kinds)('is seen until it is ended: %s', async (_, begin, said) => {
    const watch = watchLeftBehind();
    const end = await begin();
    const left = await watch.leftBehind(0);
    await end();
    const leftThen = await watch.leftBehind(5_000);
    watch.end();
    expect(left).toEqual([expect.stringMatching(said)]);
    expect(leftThen).toEqual([]);
  });

  it('is both ends of a connection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const watch = watchLeftBehind();
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    const accepted = once(server, 'connection');
    const socket = connect(address.port, '127.0.0.1');
    await accepted;
    const left = await watch.leftBehind(0);
    socket.destroy();
    server.close();
    await once(server, 'close');
    expect(left).toEqual(['socket', 'socket']);
    expect(await watch.leftBehind(5_000)).toEqual([]);
    watch.end();
  });

  it('is not a thread that lets the process end and that nobody listens to, as one kept for a next use', async () => {
    const watch = watchLeftBehind();
    const worker = new Worker('require("node:worker_threads").parentPort.on("message", () => undefined)', {
      eval: true,
    });
    await once(worker, 'online');
    const listener = (): void => undefined;
    worker.on('message', listener);
    worker.unref();
    expect(await watch.leftBehind(0)).toEqual([expect.stringMatching(/^worker thread \d+$/)]);
    worker.off('message', listener);
    worker.unref();
    expect(await watch.leftBehind(0)).toEqual([]);
    await worker.terminate();
    watch.end();
  });

  it('is not a timer that lets the process end', async () => {
    const watch = watchLeftBehind();
    const timer = setTimeout(() => undefined, 60_000).unref();
    expect(await watch.leftBehind(0)).toEqual([]);
    clearTimeout(timer);
    watch.end();
  });
});
