import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { assay, writeExpected } from '../case-fixture.ts';
import type { TrackingServer } from './tracking-server.ts';

/**
 * Takes a model of a real server over into cases that lack it, at every door that names one: the flags are those of the case that
 * published it, the history says whence it came, and a file that was changed at the server is refused by its name.
 */
export async function expectTakenOver(server: TrackingServer, home: string): Promise<void> {
  const at = (name: string): string => join(home, name);
  const recording = at('taken.csv');
  const exporter = at('exporter.assay');
  await assay(['simulate', '--customers', '60', '--days', '20', '--out', recording], home);
  const ran = await assay(['run', recording, '--case', exporter, '--trees', '20', '--contamination', '0.03'], home);
  const publish = (casePath: string, name: string): Promise<unknown> => {
    const target = ['--tracking-uri', server.uri, '--experiment', name, '--register', name, '--alias', 'champion'];
    return assay(['export', 'mlflow', '--case', casePath, ...target], home);
  };
  const { published } = (await publish(exporter, 'taken')) as { readonly published: { readonly runId: string } };
  const uri = ['--tracking-uri', server.uri];
  const champion = 'models:/taken@champion';
  const expected = at('exporter.csv');
  writeExpected(exporter, expected);
  const flagsAs = (casePath: string): void => {
    const found = `${casePath}.csv`;
    writeExpected(casePath, found);
    expect(readFileSync(found, 'utf8')).toBe(readFileSync(expected, 'utf8'));
  };

  // A new case: every row comes to the model.
  const replayed = at('replayed.assay');
  const play = ['replay', recording, '--case', replayed, '--speed', 'max'];
  expect(await assay([...play, '--model', champion, ...uri], home)).toMatchObject({
    model: { digest: (ran['model'] as { readonly digest: string }).digest },
    flagged: ran['flagged'],
    threshold: ran['threshold'],
  });
  flagsAs(replayed);

  // A case with rows and a champion of its own: all rows are scored, and the champion stays until it is promoted.
  const other = at('other.assay');
  await assay(['run', recording, '--case', other, '--trees', '5', '--seed', '9', '--no-windows'], home);
  await registerElsewhere(server);
  const listed = (madeBy: string, modelId: number | null): object => ({
    versions: expect.arrayContaining([
      expect.objectContaining({ name: 'elsewhere', version: '1', digest: null, madeBy: 'another-program' }),
      expect.objectContaining({ name: 'taken', version: '1', aliases: ['champion'], madeBy, modelId }),
    ]) as object,
    runs: expect.arrayContaining([
      expect.objectContaining({ id: published.runId, experiment: 'taken', status: 'FINISHED', madeBy, modelId }),
      expect.objectContaining({ name: 'by hand', digest: null, madeBy: 'another-program', modelId: null }),
    ]) as object,
  });
  const list = ['model', 'list', '--case', other, ...uri];
  expect(await assay(list, home)).toMatchObject({ ...listed('another-case', null), conflicts: [] });
  const compared = await assay(['compare', `runs:/${published.runId}/model`, '1', '--case', other, ...uri], home);
  expect(compared).toMatchObject({ first: { model: { id: 2 } }, second: { model: { id: 1 } } });
  flagsAs(other);
  const taken = await assay(['model', 'take-over', champion, '--case', other, ...uri], home);
  expect(taken).toMatchObject({ from: null, flagged: ran['flagged'], isChampion: false, notices: [] });
  expect(await assay(list, home)).toMatchObject({
    ...listed('this-case', 2),
    conflicts: [
      expect.stringMatching(
        /^At the server, champion of taken is version 1, model 2 \(forest \w+\) of this case; the champion of this case is model 1 /u,
      ) as string,
    ],
  });
  const audit = (await assay(['audit', '--case', other], home)) as { readonly entries: readonly object[] };
  expect(audit.entries).toContainEqual(
    expect.objectContaining({
      what: expect.stringMatching(/^model taken over: forest /u) as string,
      details: expect.objectContaining({
        from: expect.stringContaining(
          `runs:/${published.runId}/model (The run ${published.runId}) of ${server.uri}`,
        ) as string,
      }) as object,
    }),
  );
  const promote = ['promote', '--case', other, '--model', champion, '--reason', 'the better one', ...uri];
  const promoted = await assay(promote, home);
  expect(promoted).toMatchObject({ model: { id: 2 }, before: { id: 1 } });

  await expectTamperedRefused(server, home, champion);
  // Where training rows are gone, what they were like does not go along, and that is said.
  const [header, ...lines] = readFileSync(recording, 'utf8').trimEnd().split('\n');
  const halves = [lines.slice(0, 1000), lines.slice(1000)].map((rows, half) => {
    const path = at(`half-${half}.csv`);
    writeFileSync(path, `${[header, ...rows].join('\n')}\n`);
    return path;
  });
  const halved = at('halved.assay');
  await assay(['run', ...halves, '--case', halved, '--trees', '5', '--no-windows'], home);
  expect(await assay(['retain', '--case', halved, '--keep-rows', '10'], home)).toMatchObject({ removedRows: 1000 });
  await publish(halved, 'bare');
  const bare = ['replay', recording, '--case', at('bare.assay'), '--speed', 'max', '--model', 'models:/bare@champion'];
  expect(await assay([...bare, ...uri], home)).toMatchObject({
    notices: [expect.stringContaining('did not come with it') as string],
  });
}

/** A run and a version that another program makes: they carry nothing of Assay. */
async function registerElsewhere(server: TrackingServer): Promise<void> {
  const ask = async (path: string, content: object): Promise<unknown> => {
    const answer = await fetch(`${server.uri}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(content),
    });
    return answer.json();
  };
  const made = (await ask('runs/create', { experiment_id: '0', run_name: 'by hand', start_time: Date.now() })) as {
    readonly run: { readonly info: { readonly run_id: string; readonly artifact_uri: string } };
  };
  const { run_id: run, artifact_uri: folder } = made.run.info;
  await ask('registered-models/create', { name: 'elsewhere' });
  await ask('model-versions/create', { name: 'elsewhere', source: `${folder}/model`, run_id: run });
}

/** Changes what the server keeps, one file after the other, and puts it back. */
async function expectTamperedRefused(server: TrackingServer, home: string, champion: string): Promise<void> {
  const fresh = join(home, 'tampered.assay');
  const take = (): Promise<unknown> =>
    assay(
      ['replay', join(home, 'taken.csv'), '--case', fresh, '--model', champion, '--tracking-uri', server.uri],
      home,
    );
  const folder = join(home, 'artifacts');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const [name, said] of [
    ['case_forest.bin', 'case_forest.bin of models:/taken@champion is not the file that was published'],
    ['case_model.json', 'case_model.json of models:/taken@champion is not the file that was published'],
  ]) {
    const paths = files.filter((file) => file.endsWith(name)).map((file) => join(folder, file));
    const whole = paths.map((path) => readFileSync(path));
    for (const [index, path] of paths.entries()) {
      const changed = Uint8Array.from(whole[index]);
      changed[100] ^= 1;
      writeFileSync(path, changed);
    }
    await expect(take()).rejects.toThrow(said);
    for (const [index, path] of paths.entries()) writeFileSync(path, whole[index]);
  }
  expect(existsSync(fresh)).toBe(false);
}
