import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineSupervisor } from '../engine-supervisor.ts';
import { startBrowserHost, type BrowserHost } from './browser-host.ts';

const noEngine: EngineSupervisor = {
  call: () => Promise.resolve({ ok: true, data: null }),
  onEvent: () => () => undefined,
  state: () => ({ state: 'running', cause: null, whatIsSafe: null }),
  restart: () => undefined,
  stop: () => Promise.resolve(),
  pid: () => undefined,
};

const folder = mkdtempSync(join(tmpdir(), 'assay-host-'));
let host: BrowserHost;
beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), 'the page');
  host = await startBrowserHost(noEngine, folder, 0);
});
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A connection that has asked to become a socket of the window, and read the first of the answer. */
async function askToUpgrade(lines: readonly string[]): Promise<{ readonly socket: Socket; readonly answer: string }> {
  const { port } = new URL(host.address);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(['GET /socket HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket', ...lines, '', ''].join('\r\n'));
  const answer = await new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
  return { socket, answer };
}

it('refuses a socket for a page of another origin or a rebound name, and lives on when that socket is reset', async () => {
  const { host: own } = new URL(host.address);
  for (const lines of [
    [`Host: ${own}`, 'Origin: http://evil.example'],
    ['Host: evil.example', `Origin: http://${own}`],
  ]) {
    const { socket, answer } = await askToUpgrade(lines);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    // Vitest fails the run on an error event of the host's end that nobody listens to.
    socket.resetAndDestroy();
  }
  const page = await fetch(host.address);
  expect(await page.text()).toBe('the page');
});
