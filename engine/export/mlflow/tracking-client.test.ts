import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  accessFrom,
  openTrackingClient,
  patiently,
  ServerUnavailable,
  type TrackingClient,
} from './tracking-client.ts';

const signal = new AbortController().signal;

/** A server that answers every request in one way, and keeps what it was asked. */
async function serverWith(
  status: number,
  body: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly client: TrackingClient; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(status).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const uri = `http://127.0.0.1:${address.port}/mlflow-behind-a-path/`;
  return { client: openTrackingClient(uri, accessFrom(environment), signal), asked };
}

const find = (client: TrackingClient): Promise<unknown> =>
  client.call('GET', 'experiments/get', 'find it', { name: 'a&b' });

describe('what a tracking server refuses', () => {
  it.each([
    [400, '{"error_code":"INVALID_PARAMETER_VALUE","message":"Bad name"}', /Bad name/, undefined],
    [403, 'Invalid Host header - possible DNS rebinding attack detected', /Invalid Host header/, /--allowed-hosts/],
    [401, '<html><h1>Unauthorized</h1><p>log in</p></html>', /Unauthorized log in/, /MLFLOW_TRACKING_USERNAME/],
    [404, '', /no reason was given/, /address/],
  ])('is said in its own words, with what to do: %d', async (status, body, message, nextStep) => {
    const { client } = await serverWith(status, body);
    const error = (await find(client).catch((reason: unknown) => reason)) as { message: string; nextStep?: string };
    expect(error.message).toMatch(message);
    if (nextStep === undefined) expect(error.nextStep).toBeUndefined();
    else expect(error.nextStep).toMatch(nextStep);
  });
});

describe('a server that cannot answer now', () => {
  it.each([429, 500, 503])('is told apart from one that refuses, because trying later helps: %d', async (status) => {
    const { client } = await serverWith(status, 'busy');
    await expect(find(client)).rejects.toBeInstanceOf(ServerUnavailable);
  });

  it('is asked again as often as patience allows, and no refusal is', async () => {
    const busy = await serverWith(503, 'busy');
    const patience = { repetitions: 3, firstPauseMs: 1 };
    await expect(patiently(patience, signal, () => find(busy.client))).rejects.toBeInstanceOf(ServerUnavailable);
    expect(busy.asked).toHaveLength(4);
    const refusing = await serverWith(400, '{}');
    await expect(patiently(patience, signal, () => find(refusing.client))).rejects.toThrow(/refused/);
    expect(refusing.asked).toHaveLength(1);
  });

  it('is not waited for once the work was cancelled', async () => {
    const { client, asked } = await serverWith(503, 'busy');
    const stop = new AbortController();
    const waiting = patiently({ repetitions: 100, firstPauseMs: 60_000 }, stop.signal, () => find(client));
    while (asked.length === 0) await new Promise((next) => setTimeout(next, 5));
    stop.abort();
    await expect(waiting).rejects.toThrow();
    expect(asked).toHaveLength(1);
  });
});

describe('who Assay says it is', () => {
  it.each([
    [
      { MLFLOW_TRACKING_USERNAME: 'ann', MLFLOW_TRACKING_PASSWORD: 'pä:ss', MLFLOW_TRACKING_TOKEN: 't' },
      `Basic ${Buffer.from('ann:pä:ss').toString('base64')}`,
    ],
    [{ MLFLOW_TRACKING_TOKEN: 't' }, 'Bearer t'],
    [{}, undefined],
  ])('follows the variables of the MLflow client: %j', async (environment, header) => {
    const { client, asked } = await serverWith(200, '{}', environment);
    await find(client);
    expect(asked[0]?.headers.authorization).toBe(header);
    expect(asked[0]?.url).toBe('/mlflow-behind-a-path/api/2.0/mlflow/experiments/get?name=a%26b');
  });

  it('never comes from the address, which is stored in the case', () => {
    expect(() => openTrackingClient('http://ann:secret@host', {}, signal)).toThrow(/holds a user or a password/);
    expect(() => openTrackingClient('file:///tmp', {}, signal)).toThrow(/not the address/);
  });
});
