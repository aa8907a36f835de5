import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { accessFrom, openTrackingClient, ServerUnavailable } from '../../../engine/export/mlflow/tracking-client.ts';
import { makeCertificates, startProxy, startTlsFront, type Certificates } from './way-to-server.ts';

const signal = new AbortController().signal;

describe('the way to a tracking server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-way-'));
  const server = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { Location: 'https://elsewhere.test/' }).end();
    else request.pipe(response);
  });
  let certificates: Certificates;
  let port = 0;

  beforeAll(async () => {
    certificates = makeCertificates(folder);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as { port: number }).port;
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const ask = (uri: string, access: Parameters<typeof openTrackingClient>[1]): Promise<unknown> =>
    openTrackingClient(uri, access, signal).call('POST', 'echo', 'echo', { bytes: 'é'.repeat(100_000) });
  const echoed = { bytes: 'é'.repeat(100_000) };

  it('trusts a certificate of an authority that was named, and says what to do of one that was not', async () => {
    const front = await startTlsFront(`http://127.0.0.1:${port}`, certificates);
    onTestFinished(front.close);
    const uri = `https://127.0.0.1:${front.port}`;
    const authorities = readFileSync(certificates.authorityPath, 'utf8');
    expect(await ask(uri, { authorities })).toEqual(echoed);
    const refused = await ask(uri, {}).catch((error: unknown) => error);
    expect(refused).not.toBeInstanceOf(ServerUnavailable);
    expect(refused).toMatchObject({
      message: expect.stringMatching(/^The certificate of https:\/\/127\.0\.0\.1:\d+ is not trusted: .+\.$/) as string,
      nextStep: expect.stringContaining('--ca FILE') as string,
    });
    // Signed by the right authority, for another name.
    await expect(ask(`https://localhost:${front.port}`, { authorities })).rejects.toThrow(/is not trusted/);
  });

  it('leads through a proxy, as a plain request and as a tunnel, and never to this machine', async () => {
    const front = await startTlsFront(`http://127.0.0.1:${port}`, certificates);
    const plain = await startProxy(port);
    const tunnel = await startProxy(front.port);
    onTestFinished(() => [front, plain, tunnel].forEach(({ close }) => close()));
    const access = accessFrom({
      HTTP_PROXY: `http://127.0.0.1:${plain.port}`,
      https_proxy: `http://127.0.0.1:${tunnel.port}`,
    });
    expect(await ask('http://mlflow.test', access)).toEqual(echoed);
    expect(plain.asked).toEqual(['POST http://mlflow.test/api/2.0/mlflow/echo']);
    const authorities = readFileSync(certificates.authorityPath, 'utf8');
    expect(await ask('https://mlflow.test', { ...access, authorities })).toEqual(echoed);
    expect(tunnel.asked).toEqual(['CONNECT mlflow.test:443']);
    expect(await ask(`http://127.0.0.1:${port}`, access)).toEqual(echoed);
    expect(plain.asked).toHaveLength(1);
    await expect(ask('http://mlflow.test', { ...access, noProxy: 'mlflow.test' })).rejects.toThrow(/cannot be reached/);
  });

  it('does not follow a server that sends on, but names where to', async () => {
    const client = openTrackingClient(`http://127.0.0.1:${port}`, { token: 'secret' }, signal);
    await expect(client.text('/moved', 'say its version')).rejects.toMatchObject({
      nextStep: expect.stringContaining('https://elsewhere.test/') as string,
    });
  });

  it('tells a server that is not MLflow from one that refuses', async () => {
    const page = createServer((_, response) => response.end('<html>welcome</html>')).listen(0, '127.0.0.1');
    onTestFinished(() => void page.close());
    await once(page, 'listening');
    const uri = `http://127.0.0.1:${(page.address() as { port: number }).port}`;
    await expect(ask(uri, {})).rejects.toThrow(/in a way that MLflow does not/);
  });
});
