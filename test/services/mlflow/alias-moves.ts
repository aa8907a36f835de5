import { join } from 'node:path';
import { expect } from 'vitest';
import { writeSmallRecording } from '../../command-line/small-recording.ts';
import { assay } from '../case-fixture.ts';
import { countOf } from './server-count.ts';
import type { TrackingServer } from './tracking-server.ts';

/**
 * Asks for an alias in every way on a real server and looks there where it points: first, another model, rolled back, a
 * second alias of a version that is there, held back by a figure, not asked for, and while the server was away.
 */
export async function expectAliasMoves(server: TrackingServer, home: string): Promise<void> {
  const recording = join(home, 'small.csv');
  const casePath = join(home, 'small.assay');
  writeSmallRecording(recording, { rows: 500 });
  await assay(['run', recording, '--case', casePath, '--trees', '10', '--label', 'is_fraud', '--no-windows'], home);
  const target = ['--tracking-uri', server.uri, '--experiment', 'roll', '--register', 'roll'];
  const ask = async (contamination: string, ...more: readonly string[]): Promise<unknown> => {
    await assay(['tune', '--case', casePath, '--contamination', contamination], home);
    return assay(['export', 'mlflow', '--case', casePath, ...target, ...more], home);
  };
  const holder = async (alias: string): Promise<string | undefined> => {
    const answer = await fetch(`${server.uri}/api/2.0/mlflow/registered-models/alias?name=roll&alias=${alias}`);
    return ((await answer.json()) as { readonly model_version?: { readonly version: string } }).model_version?.version;
  };
  const state = (version: string, aliasMoved: boolean, aliasElsewhere: string | null): object => ({
    state: 'published',
    published: { version, aliasMoved, aliasElsewhere },
  });
  const champion = ['--alias', 'champion'];
  expect(await ask('0.02', ...champion)).toMatchObject(state('1', true, null));
  expect(await ask('0.1', ...champion)).toMatchObject(state('2', true, '1'));
  // Rolled back: the version is there, and only the alias moves.
  expect(await ask('0.02', ...champion)).toMatchObject(state('1', true, '2'));
  expect(await holder('champion')).toBe('1');
  expect(await ask('0.1', '--alias', 'shadow')).toMatchObject(state('2', true, null));
  expect([await holder('champion'), await holder('shadow')]).toEqual(['1', '2']);
  // Flagging five times as many, it is less precise.
  expect(await ask('0.1', ...champion, '--unless-worse', 'precision')).toMatchObject(state('2', false, '1'));
  // Forced: the same, asked for without the figure.
  expect(await ask('0.1', ...champion)).toMatchObject(state('2', true, '1'));
  expect(await holder('champion')).toBe('2');
  expect(await ask('0.02', ...champion)).toMatchObject(state('1', true, '2'));
  // What was asked for once is not repeated unasked.
  expect(await ask('0.1')).toMatchObject(state('2', false, null));
  expect(await holder('champion')).toBe('1');

  await server.kill();
  expect(await ask('0.1', ...champion)).toMatchObject({ state: 'waiting', alias: 'champion' });
  await server.start();
  expect(await assay(['push', '--case', casePath], home)).toMatchObject({ entries: [state('2', true, '1')] });
  expect([await holder('champion'), await holder('shadow')]).toEqual(['2', '2']);
  const scoredBy = (model: string, ...more: readonly string[]): Promise<Record<string, unknown>> =>
    assay(['score', recording, '--model', model, '--out', join(home, 'scores.csv'), '--force', ...more], home);
  const { flagsDigest } = await scoredBy(casePath);
  expect(await scoredBy('models:/roll@champion', '--tracking-uri', server.uri)).toMatchObject({ flagsDigest });
  // As a run, with or without logged models; and not where the server has noted another model for the file.
  const { published } = (await ask('0.1')) as { readonly published: { readonly runId: string } };
  const ofRun = `runs:/${published.runId}/model`;
  expect(await scoredBy(ofRun, '--tracking-uri', server.uri)).toMatchObject({ flagsDigest });
  await fetch(`${server.uri}/api/2.0/mlflow/runs/set-tag`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ run_id: published.runId, key: 'assay.model_digest', value: 'f'.repeat(64) }),
  });
  await expect(scoredBy(ofRun, '--tracking-uri', server.uri)).rejects.toThrow('is noted as the model ffffffffffff');
  expect(await countOf(server.uri, 'roll', 'roll')).toEqual({
    runs: 2,
    models: expect.any(Number) as number,
    versions: 2,
  });
  // An alias that was moved at the server is followed by the case that has its model.
  await assay(['train', '--case', casePath, '--trees', '10', '--seed', '2'], home);
  await assay(['export', 'mlflow', '--case', casePath, '--model', '2', ...target, '--alias', 'next'], home);
  const promoted = ['--model', 'models:/roll@next', '--tracking-uri', server.uri, '--reason', 'moved in MLflow'];
  expect(await assay(['promote', '--case', casePath, ...promoted], home)).toMatchObject({ model: { id: 2, seed: 2 } });
  await expectNamedEverywhere(server, home, casePath);
}

/** Compares and replays with a model by its alias: the case's own model of that digest, or one that it takes over. */
async function expectNamedEverywhere(server: TrackingServer, home: string, casePath: string): Promise<void> {
  const uri = ['--tracking-uri', server.uri];
  const compared = await assay(
    ['compare', 'models:/roll@champion', 'models:/roll@next', '--case', casePath, ...uri],
    home,
  );
  expect(compared).toEqual(await assay(['compare', '1', '2', '--case', casePath], home));
  const more = join(home, 'more.csv');
  writeSmallRecording(more, { rows: 40 });
  const play = (into: string, ...named: readonly string[]): Promise<unknown> =>
    assay(['replay', more, '--case', into, '--speed', 'max', ...named], home);
  const champion = ['--model', 'models:/roll@champion', ...uri];
  expect(await play(casePath, ...champion)).toMatchObject({ model: { id: 1 } });
  const fresh = join(home, 'fresh.assay');
  // A new case takes over what it lacks, and then another beside it.
  expect(await play(fresh, '--model', casePath)).toMatchObject({ model: { id: 1 } });
  expect(await play(fresh, '--model', 'models:/roll@next', ...uri)).toMatchObject({ model: { id: 2, seed: 2 } });
}
