import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isThisMachine } from '../domain/network-attempt.ts';
import { fetchNoted, httpAgents, httpServer, listenNoted, openSocket, requestHttp } from './door.ts';
import { networkAttempts, noteAttempt, onAttempt, takeOverAttempt } from './ledger.ts';
import { watchLibraries } from './watch-libraries.ts';

const closings: (() => void)[] = [];
afterEach(() => closings.splice(0).forEach((close) => close()));

/** What the ledger says of an address, without its times. */
function noted(address: string): readonly object[] {
  return networkAttempts()
    .filter((attempt) => attempt.address === address)
    .map(({ purpose, kind, times, reached, failed, leavesMachine }) => ({
      ...{ purpose, kind, times, reached, failed, leavesMachine },
    }));
}

async function served(purpose: string): Promise<string> {
  const server = httpServer({}, (_request, response) => void response.end('here'));
  closings.push(() => server.close());
  listenNoted(purpose, server, 0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the ledger', () => {
  it('has what was served and opened by every door, each under what it was for', async () => {
    const address = await served('A test');
    const agents = httpAgents('By agent');
    closings.push(() => agents.plain.destroy());
    await (await fetchNoted('By fetch', `http://${address}/`)).text();
    const request = requestHttp(new URL(`http://${address}/`), agents, {}).end();
    const [response] = (await once(request, 'response')) as [{ resume(): void }];
    response.resume();
    const [host = '', port] = address.split(':');
    const socket = openSocket('By socket', { host, port: Number(port), tls: null }, () => socket.destroy());
    await once(socket, 'close');
    const here = { times: 1, reached: 1, failed: 0, leavesMachine: false };
    expect(noted(address)).toEqual(
      expect.arrayContaining([
        { purpose: 'A test', kind: 'served', ...here },
        { purpose: 'By fetch', kind: 'opened', ...here },
        { purpose: 'By agent', kind: 'opened', ...here },
        { purpose: 'By socket', kind: 'opened', ...here },
      ]),
    );
  });

  it('has an attempt that fails, since it was tried, by every door', async () => {
    const address = await served('Gone at once');
    closings.splice(0).forEach((close) => close());
    await expect(fetchNoted('In vain', `http://${address}/`)).rejects.toThrow();
    const [host = '', port] = address.split(':');
    const socket = openSocket('In vain', { host, port: Number(port), tls: null }, () => undefined);
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    const tried = { kind: 'opened', times: 2, reached: 0, failed: 2, leavesMachine: false };
    expect(noted(address)).toContainEqual({ purpose: 'In vain', ...tried });
  });

  it('has what a library asks for by itself, once', async () => {
    watchLibraries();
    const address = await served('Unnoted');
    const other = address.replace('127.0.0.1', 'localhost');
    for (let times = 0; times < 2; times++) await (await fetch(`http://${other}/`)).text().catch(() => '');
    const tried = { kind: 'opened', times: 1, reached: 0, failed: 0, leavesMachine: false };
    expect(noted(other)).toEqual([{ purpose: 'A library of Assay', ...tried }]);
  });

  it('counts an address once, however often it is tried, and tells of each try', () => {
    const heard: string[] = [];
    closings.push(onAttempt(({ address }) => heard.push(address)));
    noteAttempt('Kafka', 'opened', 'broker.bank:9092');
    noteAttempt('Kafka', 'opened', 'broker.bank:9092');
    takeOverAttempt({
      purpose: 'Kafka',
      kind: 'opened',
      address: 'broker.bank:9092',
      leavesMachine: true,
      times: 3,
      reached: 2,
      failed: 0,
      firstMs: 1,
      lastMs: 2,
    });
    const tried = { kind: 'opened', times: 5, reached: 2, failed: 0, leavesMachine: true };
    expect(noted('broker.bank:9092')).toEqual([{ purpose: 'Kafka', ...tried }]);
    expect(heard).toHaveLength(3);
  });

  it('knows this machine by all its names, and no other by them', () => {
    for (const own of ['localhost', '127.0.0.1', '127.8.0.1', '::1', '[::1]'])
      expect(isThisMachine(own), own).toBe(true);
    for (const other of ['localhost.bank', '128.0.0.1', '127.0.0.1.bank', '0.0.0.0', '::', '10.0.0.1'])
      expect(isThisMachine(other), other).toBe(false);
  });
});
