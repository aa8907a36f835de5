import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCaseToRead } from '../../engine/case/opening.ts';
import { decodeForest } from '../../engine/forest/compile.ts';
import { explainPathLengths } from '../../engine/forest/reasons/tree-shap.ts';
import { scoreOfPathLength, scoreOfSum, scoreSums } from '../../engine/forest/score.ts';
import { greatestDifference, readForeignSet, runJobHere, scoresOf, type ForeignSet } from './imported-scores.ts';

const folder = import.meta.dirname;
let home = '';
let casePath = '';
let set: ForeignSet;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'assay-foreign-'));
  casePath = join(home, 'foreign.assay');
  set = readForeignSet(folder, home);
  await runJobHere(home, 'ingest', { casePath, recordings: [set.recording] });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const inOrder = (): { feature: string }[] => set.features.map((feature) => ({ feature }));
const contamination = { kind: 'contamination', value: 0.05 } as const;

it("gives the scores of scikit-learn's isolation forest and of boosted trees, by case and by export alike", async () => {
  const isolation = await runJobHere(home, 'importModel', {
    casePath,
    file: join(folder, 'isolation-forest.onnx'),
    map: inOrder(),
    threshold: contamination,
  });
  expect(isolation).toMatchObject({
    isChampion: true,
    checkedRows: 700,
    flagged: 35,
    imported: { kind: 'isolation-forest', direction: 'lower-is-anomalous', output: 'scores' },
    model: { grower: 'elsewhere', trees: 10, sample: 64 },
  });
  const boosted = await runJobHere(home, 'importModel', {
    casePath,
    file: join(folder, 'boosted.onnx'),
    map: inOrder(),
    direction: 'higher-is-anomalous',
    threshold: contamination,
  });
  expect(boosted).toMatchObject({ isChampion: false, imported: { kind: 'tree-ensemble' } });
  for (const { model, expected } of [
    { model: isolation.model, expected: set.scores.isolation },
    { model: boosted.model, expected: set.scores.boosted },
  ]) {
    const byCase = await scoresOf(home, casePath, set.recording, model.id);
    expect(greatestDifference(byCase.scores, expected)).toBeLessThan(1e-6);
    const exported = join(home, `model-${model.id}.onnx`);
    await runJobHere(home, 'exportOnnx', { casePath, model: String(model.id), output: exported });
    const byExport = await scoresOf(home, exported, set.recording);
    expect(byExport.flagsDigest).toBe(byCase.flagsDigest);
    expect(greatestDifference(byExport.scores, expected)).toBeLessThan(2e-6);
  }
});

it('turns a score of which low is anomalous, and gives reasons that add up to it', async () => {
  const { model } = await runJobHere(home, 'importModel', {
    casePath,
    file: join(folder, 'boosted.onnx'),
    map: inOrder(),
    direction: 'lower-is-anomalous',
    threshold: contamination,
  });
  const { scores } = await scoresOf(home, casePath, set.recording, model.id);
  expect(
    greatestDifference(
      scores,
      set.scores.boosted.map((score) => -score),
    ),
  ).toBeLessThan(1e-6);
  const openedCase = openCaseToRead(casePath);
  try {
    const forest = decodeForest(openedCase.readForest(model.id));
    const row = Float32Array.from([20, 400]);
    const [sum] = sumOf(forest, row);
    const { baseline, contributions } = explainPathLengths(forest, row);
    const total = contributions.reduce((whole, part) => whole + part, baseline);
    expect(scoreOfPathLength(forest, total)).toBeCloseTo(scoreOfSum(forest, sum), 9);
    expect(contributions.some((part) => part !== 0)).toBe(true);
  } finally {
    openedCase.close();
  }
});

function sumOf(forest: ReturnType<typeof decodeForest>, row: Float32Array): Int32Array {
  const sums = new Int32Array(1);
  scoreSums(forest, row, 1, sums);
  return sums;
}

it('is tuned, explained, compared and retrained like any other, and not grown from other seeds', async () => {
  const tuned = await runJobHere(home, 'tune', {
    casePath,
    model: '2',
    threshold: { kind: 'contamination', value: 0.1 },
  });
  expect(tuned.flagged).toBeGreaterThan(50);
  const { alerts } = await runJobHere(home, 'explain', { casePath, model: '2', top: 1 });
  expect(alerts[0]?.reasons.length).toBeGreaterThan(0);
  const retrained = await runJobHere(home, 'retrain', { casePath, recent: { kind: 'rows', rows: 700 } });
  expect(retrained.model?.grower).toBe('assay');
  await expect(runJobHere(home, 'stability', { casePath, model: '1', seeds: 1 })).rejects.toThrow(/made elsewhere/u);
  await expect(runJobHere(home, 'learn', { casePath, model: '1' })).rejects.toThrow(/made elsewhere/u);
});

it.each([
  ['no direction', {}, /whether high or low/u],
  ['a feature that is not there', { direction: 'higher-is-anomalous', map: ['f1', 'f9'] }, /no feature .*'f9'/u],
  ['too few features', { direction: 'higher-is-anomalous', map: ['f1'] }, /takes 2 columns .* 1 were named/u],
  ['an output that is none', { direction: 'higher-is-anomalous', output: 'label' }, /no output 'label'/u],
] as const)('refuses %s', async (_, { map = set.features, ...said }: Said, sentence) => {
  const file = join(folder, 'boosted.onnx');
  const input = { casePath, file, map: map.map((feature) => ({ feature })), ...said };
  await expect(runJobHere(home, 'importModel', input)).rejects.toThrow(sentence);
});

interface Said {
  readonly map?: readonly string[];
  readonly direction?: 'higher-is-anomalous';
  readonly output?: string;
}

it('refuses a stated direction that an isolation forest contradicts, and bytes that are no model', async () => {
  const forest = { casePath, file: join(folder, 'isolation-forest.onnx'), map: inOrder() };
  await expect(runJobHere(home, 'importModel', { ...forest, direction: 'higher-is-anomalous' })).rejects.toThrow(
    /lower is anomalous/u,
  );
  const cut = join(home, 'cut.onnx');
  writeFileSync(cut, readFileSync(forest.file).subarray(0, 5000));
  await expect(runJobHere(home, 'importModel', { ...forest, file: cut })).rejects.toThrow(/MODEL_MISMATCH/u);
  copyFileSync(set.recording, cut);
  await expect(runJobHere(home, 'importModel', { ...forest, file: cut })).rejects.toThrow(/MODEL_MISMATCH/u);
});
