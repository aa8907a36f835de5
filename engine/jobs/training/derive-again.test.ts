import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import { withCase } from '../../case/opening.ts';
import type { Bench } from '../../case/small-recording.test-support.ts';
import { addChecksumFunctions } from '../../store/block-checksum.ts';
import { DecisionLog } from '../../store/decision-log.ts';
import { keepEvidence, sealEvidence } from '../../store/evidence.ts';
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
    expect.stringMatching(
      /^The scores of transactions 1 to 4,000 by model 1 are not those that its forest gives: 4,000 differ, the first of transaction 1, whose sum is stored as 0 and is \d+\.$/u,
    ),
  ]);
  const seed = await derivedAfter(`UPDATE model SET parameters = json_set(parameters, '$.seed', 99)`);
  expect(seed.problems).toEqual([
    expect.stringMatching(
      /^Rows, parameters and seed of model 1 give the forest [0-9a-f]{12}; another one, [0-9a-f]{12}, is stored\.$/u,
    ),
  ]);
  const features = await derivedAfter('UPDATE feature_segment SET data = zeroblob(length(data))');
  expect(features.problems).toHaveLength(3);
  expect(features.problems[0]).toBe('The features of transactions 1 to 4,000 are not those that their values give.');
});

it.each([
  ['with its own digest everywhere', ', digest = (SELECT digest FROM other)', ['give the forest']],
  ['under the digest of the one before', '', ['names the forest', 'give the forest']],
])(
  'finds the forest of another seed %s, with the sums that it gives and every digest renewed',
  async (_, digest, told) => {
    const path = join(bench.folder, 'forged.assay');
    copyFileSync(bench.casePath, path);
    const trained = await bench.engine.runJob('train', { casePath: path, forest: { trees: 60, seed: 2 } }, context);
    expect(trained.ok).toBe(true);
    const connection = connect(path, {});
    connection.pragma('foreign_keys = OFF');
    keepEvidence(connection);
    addChecksumFunctions(connection);
    connection.exec(`
    UPDATE score_segment SET sums = other.sums FROM score_segment AS other
      WHERE score_segment.model_id = 1 AND other.model_id = 2 AND other.segment_id = score_segment.segment_id;
    UPDATE score_segment SET checksum = block_checksum(model_id, segment_id, sums);
    CREATE TEMP TABLE other AS SELECT digest, forest, forest_sha256 FROM model WHERE id = 2;
    DELETE FROM score_segment WHERE model_id = 2;
    UPDATE model SET digest = 'gone' WHERE id = 2;
    UPDATE model SET (forest, forest_sha256) = (SELECT forest, forest_sha256 FROM other) ${digest} WHERE id = 1;
    DELETE FROM left_behind`);
    sealEvidence(connection, new DecisionLog(connection, path, null).stateDigest());
    connection.close();
    const rescored = await bench.engine.runJob('doctor', { casePath: path, rescore: true }, context);
    if (!rescored.ok) throw new Error(rescored.error.message);
    const check = rescored.data.checks.at(-1);
    expect(check?.state).toBe('bad');
    for (const words of told) expect(check?.detail).toContain(words);
    const audited = await bench.engine.runJob('audit', { casePath: path, verify: true, rescore: true }, context);
    if (!audited.ok) throw new Error(audited.error.message);
    expect(audited.data.problems.join(' ')).toBe(check?.detail);
  },
);

it('stops where it is told to, and says that it was stopped, not that the case is bad', async () => {
  const stop = new AbortController();
  stop.abort();
  const stopped = { signal: stop.signal, report: () => undefined };
  const answer = await bench.engine.runJob('doctor', { casePath: bench.casePath, rescore: true }, stopped);
  expect(answer).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
});
