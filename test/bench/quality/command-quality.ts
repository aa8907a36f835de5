import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GrowerName } from '../../../engine/domain/model.ts';
import { runAssay } from '../run-node.ts';
import type { LabelledSet } from './labelled-sets.ts';

/** AUROC and AUPRC of a detector, one entry per seed (or one entry where nothing is drawn). */
export interface Quality {
  readonly auroc: readonly number[];
  readonly auprc: readonly number[];
}

/** The forest that all detectors of the tables are given. */
export const trees = 100;
export const sample = 256;

/** What a user gets: `assay run` on the recording, one seed after the other, on one case. */
export async function qualityOfCommand(set: LabelledSet, grower: GrowerName, seeds: number): Promise<Quality> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-quality-'));
  try {
    const auroc: number[] = [];
    const auprc: number[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const { json } = await runAssay([
        'run',
        set.recording,
        ...['--case', join(folder, 'case.assay'), '--label', set.label],
        ...(set.ignored.length === 0 ? [] : ['--ignore', set.ignored.join(',')]),
        ...['--trees', String(trees), '--sample', String(sample), '--seed', String(seed), '--grower', grower],
        '--no-windows',
      ]);
      const features = json['features'] as readonly string[];
      if (json['rows'] !== set.baseline.rows || features.length > set.baseline.features) {
        throw new Error(`${set.name} was read as ${String(json['rows'])} rows of ${features.length} features.`);
      }
      const evaluation = json['evaluation'] as { readonly auroc: number; readonly auprc: number };
      auroc.push(evaluation.auroc);
      auprc.push(evaluation.auprc);
    }
    return { auroc, auprc };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
