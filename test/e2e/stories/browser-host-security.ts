import { request } from 'node:http';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { encodeMessage } from '../../../preload/contract/wire/codec.ts';
import type { BrowserWindow } from '../launchers.ts';

/** Programs and pages of the same machine can reach the port; none of them gets an answer without the token. */
export function browserHostSecurityStories(window: () => BrowserWindow): void {
  const origin = (): string => new URL(window().address).origin;

  it('answers only to its own name, only GET, only files of the window', async () => {
    expect(await statusOf(`${origin()}/`)).toBe(200);
    expect(await statusOf(`${origin()}/`, { headers: { host: 'evil.example' } })).toBe(421);
    expect(await statusOf(`${origin()}/`, { headers: { host: 'localhost' } })).toBe(421);
    expect(await statusOf(`${origin()}/`, { method: 'POST' })).toBe(405);
    for (const path of ['/..%2f..%2fpackage.json', '/%2e%2e/%2e%2e/package.json', '/assets', '/no-such-file'])
      expect(await statusOf(origin() + path), path).toBe(404);
  });

  it('sends the policy and the isolating headers with every answer', async () => {
    for (const path of ['/', '/no-such-file']) {
      const { headers } = await fetch(origin() + path);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it('refuses a socket from a page of another origin, or of none', async () => {
    for (const options of [{ origin: 'http://evil.example' }, {}])
      await expect(closeCodeOf(socketAddress(origin()), options)).resolves.toBe('HTTP 403');
  });

  it('closes a socket that shows a wrong token, or asks before it shows one', async () => {
    const wrong = { kind: 'hello', token: 'x'.repeat(43) };
    const early = { kind: 'call', id: 1, call: { door: 'request', name: 'app.read', input: {} } };
    for (const first of [wrong, early])
      expect(await closeCodeOf(socketAddress(origin()), { origin: origin() }, first)).toBe(4401);
  });

  it('closes a socket that says nothing', async () => {
    expect(await closeCodeOf(socketAddress(origin()), { origin: origin() })).toBe(4408);
  });

  it('keeps the token out of the address bar, and through a reload', async () => {
    const { page } = window();
    expect(page.url()).toBe(`${origin()}/`);
    await page.reload();
    await page.waitForSelector('#root > *');
    await page.getByText('payments-30-days').first().waitFor();
  });
}

function socketAddress(origin: string): string {
  return `${origin.replace('http', 'ws')}/socket`;
}

function statusOf(
  address: string,
  options: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = new URL(address);
    // `path` as it was written: a URL object would resolve the dots that this is about.
    const path = address.slice(url.origin.length);
    request({ host: url.hostname, port: url.port, path, ...options }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

function closeCodeOf(address: string, options: { readonly origin?: string }, first?: object): Promise<number | string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address, options);
    socket.on('unexpected-response', (_request, response) => resolve(`HTTP ${response.statusCode}`));
    socket.on('open', () => first !== undefined && socket.send(encodeMessage(first)));
    socket.on('close', (code) => resolve(code));
    socket.on('error', () => undefined);
  });
}
