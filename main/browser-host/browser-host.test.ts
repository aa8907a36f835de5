import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { encodeMessage } from '../../preload/contract/wire/codec.ts';
import type { EngineSupervisor } from '../engine-supervisor.ts';
import { openBrowser } from './open-browser.ts';
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

/** A socket of our page that has not shown the token. */
async function openSocket(): Promise<WebSocket> {
  const { host: own } = new URL(host.address);
  const socket = new WebSocket(`ws://${own}/socket`, { origin: `http://${own}` });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

it('takes a few bytes before the token, however they are cut, and a whole message after it', async () => {
  const stranger = await openSocket();
  const gone = once(stranger, 'close');
  // A frame that says it is 16 MB long, of which little comes: until now it was waited for, and kept.
  for (let part = 0; part < 8; part++) stranger.send(new Uint8Array(1024), { fin: false });
  const [code] = (await gone) as [number];
  expect(code).toBe(1006);

  const window = await openSocket();
  const token = new URLSearchParams(new URL(host.address).hash.slice(1)).get('token');
  window.send(encodeMessage({ kind: 'hello', token }));
  await once(window, 'message');
  window.send(
    encodeMessage({
      kind: 'call',
      id: 1,
      call: { door: 'request', name: 'app.read', input: { text: 'x'.repeat(2 ** 20) } },
    }),
  );
  await once(window, 'message');
  window.terminate();
});

it('keeps few sockets without a token, of which the newest is heard', async () => {
  const strangers = await Promise.all(Array.from({ length: 20 }, openSocket));
  const window = await openSocket();
  const token = new URLSearchParams(new URL(host.address).hash.slice(1)).get('token');
  window.send(encodeMessage({ kind: 'hello', token }));
  await once(window, 'message');
  await vi.waitFor(() =>
    expect(strangers.filter(({ readyState }) => readyState === WebSocket.OPEN).length).toBeLessThanOrEqual(16),
  );
  for (const socket of [...strangers, window]) socket.terminate();
});

it.skipIf(process.platform === 'win32' || process.platform === 'darwin')(
  'opens a browser without the token in its arguments, which every user of the machine can read',
  async () => {
    const said = join(folder, 'arguments');
    writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\necho "$@" > "${said}.part"; mv "${said}.part" "${said}"\n`);
    chmodSync(join(folder, 'xdg-open'), 0o755);
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`);
    const takeAway = openBrowser(host.address, join(folder, 'home'));
    vi.unstubAllEnvs();
    const page = await vi.waitFor(() => readFileSync(said, 'utf8').trim());
    expect(page).not.toContain('token');
    expect(readFileSync(page, 'utf8')).toContain(`url=${host.address}"`);
    expect(statSync(page).mode & 0o777).toBe(0o600);
    takeAway();
    expect(existsSync(page)).toBe(false);
  },
);
