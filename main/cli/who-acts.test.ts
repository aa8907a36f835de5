import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEngine } from '../../engine/host/engine.ts';
import { whoActs } from './who-acts.ts';

/** A terminal at which somebody answers, with settings that hold no name. */
function terminal(answer: string, signal = new AbortController().signal) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'assay-who-'));
  const engine = createEngine({ host: 'command-line', dataFolder });
  onTestFinished(async () => {
    await engine.close();
    rmSync(dataFolder, { recursive: true, force: true });
  });
  const asked: string[] = [];
  const ask = (question: string): Promise<string> => {
    asked.push(question);
    return Promise.resolve(answer);
  };
  return { engine, asked, ask, context: { signal, report: () => undefined } };
}

describe('who acts', () => {
  it('is asked once at a terminal, and kept in the settings', async () => {
    const surroundings = terminal('  Ana Silva ');
    expect(await whoActs(surroundings, {})).toEqual({ by: 'Ana Silva' });
    expect(await whoActs(surroundings, {})).toEqual({});
    expect(surroundings.asked).toEqual(['Your name for the history of cases:']);
    const app = await surroundings.engine.request('app.read', {});
    expect(app).toMatchObject({ data: { settings: { analyst: 'Ana Silva' } } });
  });

  it('is never asked of a script, nor where --by says it', async () => {
    const surroundings = terminal('Ana');
    expect(await whoActs({ ...surroundings, ask: null }, {})).toEqual({});
    expect(await whoActs(surroundings, { json: true })).toEqual({});
    expect(await whoActs(surroundings, { by: 'Ben' })).toEqual({ by: 'Ben' });
    expect(surroundings.asked).toEqual([]);
  });

  it('stays the user of the system where nothing was answered', async () => {
    const surroundings = terminal(' ');
    expect(await whoActs(surroundings, {})).toEqual({});
    const app = await surroundings.engine.request('app.read', {});
    expect(app).toMatchObject({ data: { settings: { analyst: '' } } });
  });

  it('ends the command where the person interrupts instead', async () => {
    const controller = new AbortController();
    controller.abort();
    const surroundings = terminal('', controller.signal);
    await expect(whoActs(surroundings, {})).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
