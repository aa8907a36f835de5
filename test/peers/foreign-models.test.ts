import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { greatestDifference, readForeignSet, runJobHere, scoresOf } from '../foreign-models/imported-scores.ts';
import { peersArePresent, runPeer } from './peers.ts';

/** Sets of different width, sample and shape, one with rows drawn with replacement and a contamination. */
const sets = 3;

describe.skipIf(!peersArePresent)("scikit-learn's models by skl2onnx", () => {
  it('score as scikit-learn does, to 1e-6, on three sets', async () => {
    const home = mkdtempSync(join(tmpdir(), 'assay-foreign-peers-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    await runPeer('../foreign-models/make_models.py', [home, String(sets)]);
    for (let number = 0; number < sets; number++) {
      const folder = join(home, String(number));
      const casePath = join(folder, 'set.assay');
      const set = readForeignSet(folder, home);
      await runJobHere(home, 'ingest', { casePath, recordings: [set.recording] });
      const map = set.features.map((feature) => ({ feature }));
      const file = join(folder, 'isolation-forest.onnx');
      const { model, imported } = await runJobHere(home, 'importModel', { casePath, file, map });
      expect(imported.kind).toBe('isolation-forest');
      const { scores } = await scoresOf(home, casePath, set.recording, model.id);
      expect(greatestDifference(scores, set.scores.isolation)).toBeLessThan(1e-6);
    }
  });
});
