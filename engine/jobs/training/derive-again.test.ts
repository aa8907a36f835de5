import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import { withCase } from '../../case/opening.ts';
import type { Bench } from '../../case/small-recording.test-support.ts';
import { connect } from '../../store/sqlite.ts';
import { deriveAgain, type DerivedAgain } from './derive-again.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));
const context = { signal: new AbortController().signal, report: () => undefined };

/** What comes of a copy of the case after a change, whatever its digests say. */
async function derivedAfter(sql: string): Promise<DerivedAgain> {
  const path = join(bench.folder, 'copy.assay');
  copyFileSync(bench.casePath, path);
  const connection = connect(path, {});
  connection.exec(sql);
  connection.close();
  return withCase(path, 'inspect', (session) => deriveAgain(session, context));
}

it('gives the same features, forest and scores from rows, parameters and seed', async () => {
  expect(await derivedAfter('')).toMatchObject({
    models: [{ id: 1, forest: 'same', featuresAgain: true, notes: [] }],
    problems: [],
  });
});

it('names what its rows, parameters and seed do not give', async () => {
  const scores = await derivedAfter('UPDATE score_segment SET sums = zeroblob(length(sums))');
  expect(scores.problems).toEqual([
    'The scores of transactions 1 to 4,000 by model 1 are not those that its forest gives.',
  ]);
  const seed = await derivedAfter(`UPDATE model SET parameters = json_set(parameters, '$.seed', 99)`);
  expect(seed.problems).toEqual([
    'Rows, parameters and seed of model 1 give another forest than the one that is stored.',
  ]);
  const features = await derivedAfter('UPDATE feature_segment SET data = zeroblob(length(data))');
  expect(features.problems).toHaveLength(3);
  expect(features.problems[0]).toBe('The features of transactions 1 to 4,000 are not those that their values give.');
});
