import { describe, expect, it } from 'vitest';
import { chooseEngineRuntime, nodeApiOf } from './engine-runtime.ts';

/** What each of some programs answers; any other is no Node. */
const answers: Readonly<Record<string, number>> = { 'node 20': 9, 'node 24': 10, 'another node 24': 10 };
const ask = (node: string): Promise<number | null> => Promise.resolve(answers[node] ?? null);
const choose = (napi: string, nodes: readonly string[]) =>
  chooseEngineRuntime({ napi, electron: '33.2.1' }, nodes, ask);

describe('what the engine runs in under Electron', () => {
  it('is the utility process where Node-API is new enough, and nothing is asked', async () => {
    expect(await choose('10', ['node 24'])).toEqual({ kind: 'utility-process' });
  });

  it('is the first Node that is new enough beside an older Electron, in which the case file would crash', async () => {
    expect(await choose('9', ['no node', 'node 20', 'node 24', 'another node 24'])).toEqual({
      kind: 'child-process',
      node: 'node 24',
    });
  });

  it('is nothing where there is none, with what to do', async () => {
    expect(await choose('9', ['no node', 'node 20'])).toEqual({
      kind: 'none',
      reason: expect.stringMatching(/^Electron 33\.2\.1 has Node-API 9, the engine needs 10.*ASSAY_NODE$/),
    });
  });

  it('asks a Node, and takes no other program for one', async () => {
    expect(await nodeApiOf(process.execPath)).toBe(Number(process.versions['napi']));
    expect(await nodeApiOf('/nowhere/node')).toBeNull();
  });
});
