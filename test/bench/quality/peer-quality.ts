import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peersArePresent, runPeer } from '../../peers/peers.ts';
import { sample, trees, type Quality } from './command-quality.ts';
import type { LabelledSet } from './labelled-sets.ts';
import { plainCsv } from './read-matrix.ts';

/** The detectors that Assay's are shown beside. */
export const peerDetectors = ['scikit-learn', 'isotree', 'ECOD', 'COPOD', 'HBOS'] as const;
export type PeerDetector = (typeof peerDetectors)[number];

/** Quality by detector; one that is not installed here is absent. */
export async function qualityOfPeers(set: LabelledSet, seeds: number): Promise<ReadonlyMap<PeerDetector, Quality>> {
  const found = new Map<PeerDetector, Quality>();
  if (!peersArePresent) return found;
  const folder = await mkdtemp(join(tmpdir(), 'assay-quality-'));
  try {
    const table = join(folder, 'rows.csv');
    await writeFile(table, await plainCsv(set));
    const forest = [table, '--label', 'label', '--trees', String(trees), '--sample', String(sample)];
    const scripts = { 'scikit-learn': 'sklearn_forest.py', isotree: 'isotree_forest.py' } as const;
    for (const detector of ['scikit-learn', 'isotree'] as const) {
      const report = await orMissing(() => runPeer(scripts[detector], [...forest, '--seeds', String(seeds)]));
      if (report !== null) {
        found.set(detector, {
          auroc: report['auroc'] as readonly number[],
          auprc: report['auprc'] as readonly number[],
        });
      }
    }
    const report = await orMissing(() => runPeer('pyod_detectors.py', [table, '--label', 'label']));
    const quality = (report?.['quality'] ?? {}) as Readonly<Record<string, { auroc: number; auprc: number }>>;
    for (const detector of ['ECOD', 'COPOD', 'HBOS'] as const) {
      const figures = quality[detector];
      if (figures !== undefined) found.set(detector, { auroc: [figures.auroc], auprc: [figures.auprc] });
    }
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Null, and a line on standard error, where an optional package is not installed. Other failures are thrown. */
async function orMissing<T>(run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (!String(error).includes('ModuleNotFoundError')) throw error;
    console.error(`A peer is missing: ${String(error).trimEnd().split('\n').at(-1)}`);
    return null;
  }
}
