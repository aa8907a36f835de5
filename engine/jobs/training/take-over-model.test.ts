import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import { smallRecording, type Bench } from '../../case/small-recording.test-support.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

/** Another case of rows with the same columns, or others. */
async function otherCase(name: string, recording = smallRecording()): Promise<string> {
  const path = join(bench.folder, `${name}.csv`);
  writeFileSync(path, recording);
  const casePath = join(bench.folder, `${name}.assay`);
  await bench.done('run', { casePath, recordings: [path], forest: { trees: 5, seed: 9 } });
  return casePath;
}

it('takes the champion of another case over beside the own one: the same flags, its line, and whence it came', async () => {
  const into = await otherCase('into');
  const [champion] = await bench.ask('models.list', {});
  const taken = await bench.done('takeOver', { casePath: into, model: bench.casePath });
  expect(taken).toMatchObject({
    from: bench.casePath,
    model: { id: 2, digest: champion?.digest },
    flagged: champion?.flagged,
    alerts: champion?.alerts,
    thresholdUnits: champion?.thresholdUnits,
    isChampion: false,
    notices: [],
  });
  const { entries } = await bench.done('audit', { casePath: into });
  expect(entries.at(-1)).toMatchObject({
    what: `model taken over: ${champion?.name}`,
    details: { from: bench.casePath },
  });
  // Named again, it is the model that the case holds.
  expect(await bench.done('takeOver', { casePath: into, model: bench.casePath })).toMatchObject({
    from: null,
    model: { id: 2 },
  });
});

it('measures drift of a model that was taken over against its own training, and does not take it for forged', async () => {
  const dearer = smallRecording().replaceAll(/,(\d+)\.(\d\d),/gu, ',9$1.$2,');
  const into = await otherCase('dearer', dearer);
  await bench.done('takeOver', { casePath: into, model: bench.casePath });
  await bench.done('promote', { casePath: into, model: '2' });
  const made = await bench.done('retrain', { casePath: into, recent: { kind: 'rows', rows: 2000 } });
  const drift = made.gate?.checks.find(({ name }) => name === 'drift');
  // Against rows that it now lies beside there would be none.
  expect(Number(/champion (\d+\.\d+)/u.exec(drift?.sentence ?? '')?.[1])).toBeGreaterThan(1);
  expect(made.notices.join(' ')).not.toContain('trained on some of the later rows');
  const audited = await bench.done('audit', { casePath: into, verify: true, rescore: true });
  expect(audited).toMatchObject({
    whole: true,
    derived: [{ forest: 'same' }, { forest: 'not derived' }, { forest: 'same' }],
  });
});

it('refuses a model whose columns the case does not have, by their names, and leaves the case as it is', async () => {
  const into = await otherCase('renamed', smallRecording().replace('amount', 'betrag'));
  await expect(bench.done('takeOver', { casePath: into, model: bench.casePath })).rejects.toThrow(
    /MODEL_MISMATCH: .* needs .*amount/u,
  );
  expect((await bench.done('audit', { casePath: into })).entries.map(({ what }) => what).join()).not.toContain(
    'taken over',
  );
});
