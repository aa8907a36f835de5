import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CaseSession } from '../../engine/case/case-session.ts';
import { alertDetail } from '../../engine/case/alerts/alert-detail.ts';
import { typedKey } from '../../engine/case/alerts/alert-keys.ts';
import { listModels } from '../../engine/case/model/model-list.ts';
import { openCaseToRead } from '../../engine/case/opening.ts';
import { startScoringService } from '../../engine/host/scoring-service.ts';
import { runAssayHere } from '../command-line/run-assay.ts';
import { writeExpected } from '../services/case-fixture.ts';
import { mlflow } from '../services/mlflow/tracking-server.ts';
import { readForeignSet, runJobHere, scoresOf, type ForeignSet } from './imported-scores.ts';

const forest = { file: 'isolation-forest.onnx', direction: undefined };
const boosted = { file: 'boosted.onnx', direction: 'higher-is-anomalous' } as const;
const folder = import.meta.dirname;
const home = mkdtempSync(join(tmpdir(), 'assay-doors-'));
const casePath = join(home, 'foreign.assay');
const published = join(home, 'published');
let set: ForeignSet;

beforeAll(async () => {
  set = readForeignSet(folder, home);
  await runJobHere(home, 'ingest', { casePath, recordings: [set.recording] });
  for (const { file, direction } of [forest, boosted]) {
    const { flagged } = await runJobHere(home, 'importModel', {
      casePath,
      file: join(folder, file),
      map: set.features.map((feature) => ({ feature })),
      threshold: { kind: 'contamination', value: 0.05 },
      ...(direction === undefined ? {} : { direction }),
    });
    expect(flagged).toBeGreaterThan(20);
  }
  await runJobHere(home, 'exportMlflow', { casePath, model: '2', output: published });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const sha256 = createHash('sha256')
  .update(readFileSync(join(folder, boosted.file)))
  .digest('hex');
/** Model 2, as every door says where it came from. */
const origin = `made elsewhere by skl2onnx 1.20.0, read from boosted.onnx (SHA-256 ${sha256}), higher is anomalous`;

async function printed(...parameters: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runAssayHere(parameters, home);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

it('flags the same in the case, by the scoring service and by the exported ONNX file', async () => {
  for (const model of ['1', '2']) {
    const inCase = await scoresOf(home, casePath, set.recording, Number(model));
    const exported = join(home, `model-${model}.onnx`);
    await runJobHere(home, 'exportOnnx', { casePath, model, output: exported });
    expect((await scoresOf(home, exported, set.recording)).flagsDigest).toBe(inCase.flagsDigest);
    const [header, ...rows] = readFileSync(set.recording, 'utf8').trim().split('\n');
    const names = header.split(',');
    const inputs = rows.map((row) =>
      Object.fromEntries(row.split(',').map((cell, at) => [names[at], at === 0 ? cell : Number(cell)])),
    );
    const service = await startScoringService(
      { model: exported, hostname: '127.0.0.1', port: 0, mostBodyBytes: 2 ** 24 },
      new AbortController().signal,
    );
    try {
      const answer = await fetch(`${service.address}/score`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ inputs }),
      });
      const { scores } = (await answer.json()) as { scores: { id: string; sum: number; flagged: boolean }[] };
      const hash = createHash('sha256');
      for (const { id, sum, flagged } of scores) hash.update(`${id}\n${sum}\n${flagged ? 1 : 0}\n`);
      expect(hash.digest('hex')).toBe(inCase.flagsDigest);
      expect(await (await fetch(`${service.address}/openapi.json`)).text()).not.toContain('isolation forest');
    } finally {
      await service.close();
    }
  }
});

it.skipIf(mlflow.isSkipped)('flags the same by mlflow.pyfunc from the folder of an export', async () => {
  const expected = join(home, 'expected.csv');
  const { rows, flagged } = writeExpected(casePath, expected);
  const report = await mlflow.run('check_published.py', [published, set.recording, expected]);
  expect(report).toMatchObject({ rows, flagged, flags: 0, sums: 0, decisions: 0 });
});

it('says at every door where it came from, and nothing of a forest that was never grown', async () => {
  const compared = await printed('compare', '--case', casePath, '1', '2');
  const tuned = await printed('tune', '--case', casePath, '--model', '2');
  for (const text of [compared, tuned]) {
    expect(text).toContain(origin);
    expect(text).not.toContain('seed');
  }
  const { model } = await runJobHere(home, 'features', { casePath, model: '2', oneOut: false });
  expect(model).toMatchObject({ grower: 'elsewhere', trees: 10, seed: null, sample: null, imported: { sha256 } });

  const openedCase = openCaseToRead(casePath);
  const listed = listModels(new CaseSession(openedCase));
  openedCase.close();
  expect(listed.map(({ trainedRows, trees, sample, seed }) => ({ trainedRows, trees, sample, seed }))).toEqual([
    { trainedRows: null, trees: 10, sample: 64, seed: null },
    { trainedRows: null, trees: 10, sample: null, seed: null },
  ]);
  expect(listed[1].origin).toBe(origin);

  const { run } = JSON.parse(readFileSync(join(published, 'publication.json'), 'utf8')) as {
    run: { params: Record<string, string>; tags: Record<string, string>; description: string };
  };
  expect(run.params).toMatchObject({ trees: '10', grower: 'elsewhere', made_from_sha256: sha256 });
  for (const name of ['seed', 'sample', 'trained_rows']) expect(run.params).not.toHaveProperty(name);
  expect(run.tags).toMatchObject({ 'assay.made_from_sha256': sha256, 'assay.score_direction': boosted.direction });
  for (const untrue of [/isolation forest/iu, /Trained on/u, /0 to 1, higher/u, /Path length of a leaf/u])
    expect(run.description).not.toMatch(untrue);
  expect(run.description).toContain(sha256);
  expect(run.description).toContain("on the model's own scale, not 0 to 1");

  const report = join(home, 'report.html');
  await runJobHere(home, 'report', { casePath, model: '2', output: report });
  const dossier = readFileSync(report, 'utf8');
  expect(dossier).toContain(sha256);
  expect(dossier).not.toMatch(/An isolation forest|Seed 1\./u);
});

it.each([
  ['1', 'path-length'],
  ['2', 'score'],
] as const)('counts the reasons of model %s by %s', async (model, unit) => {
  const { alerts } = await runJobHere(home, 'alerts', { casePath, model, limit: 1 });
  const openedCase = openCaseToRead(casePath);
  try {
    const detail = alertDetail(new CaseSession(openedCase), { modelId: Number(model), key: typedKey(alerts[0].key) });
    expect(detail.unit).toBe(unit);
    const { baseline, pathLength, contributions, restContribution } = detail;
    const sum = contributions.reduce((total, { amount }) => total + amount, restContribution);
    expect(sum).toBeCloseTo(baseline - pathLength, 9);
  } finally {
    openedCase.close();
  }
});

it('writes an import as one in the history, and derives nothing anew that was not derived here', async () => {
  const { entries, problems, derived } = await runJobHere(home, 'audit', { casePath, verify: true, rescore: true });
  expect(problems).toEqual([]);
  expect(derived?.map(({ forest: made }) => made)).toEqual(['not derived', 'not derived']);
  expect(entries.map(({ what }) => what)).toContainEqual(expect.stringMatching(/^model imported: boosted\.onnx/u));
});
