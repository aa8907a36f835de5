import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from '../markdown.ts';
import { runAssay } from '../run-node.ts';
import { mean } from '../statistics.ts';
import { readLabelledSets, threeSigma, type LabelledSet } from './labelled-sets.ts';
import { withInterval } from './world-ways.ts';

/** The labelled sets with nothing said but the label: no entity, so a plain forest of path lengths. */
export async function measureUntouched(seeds: number, report: (line: string) => void): Promise<string> {
  const rows: string[][] = [];
  for (const set of await readLabelledSets()) {
    report(`untouched: ${set.name}`);
    const { auroc, auprc } = await untouchedQuality(set, seeds);
    rows.push([
      set.name,
      ...placed(auroc, set.baseline.auroc, set.baseline.seeds),
      ...placed(auprc, set.baseline.auprc, set.baseline.seeds),
    ]);
  }
  return [
    `\`assay run SET --label LABEL\` and nothing else but the seed: 300 trees, sub-samples of 256 rows, ${seeds} seeds; mean ± 1.96 standard errors. ` +
      'Of ULB the time is left out, as the published figures do. Published: scikit-learn 1.2.1 with 100 trees; below means by more than 3 × sd × √(1/seeds + 1/published seeds).',
    markdownTable(['set', 'AUROC', 'published', 'place', 'AUPRC', 'published', 'place'], rows),
  ].join('\n\n');
}

function placed(
  values: readonly number[],
  published: LabelledSet['baseline']['auroc'],
  publishedSeeds: number,
): readonly string[] {
  const difference = mean(values) - published.mean;
  const band = threeSigma(published.deviation, publishedSeeds, values.length);
  const place = Math.abs(difference) <= band ? 'inside' : difference > 0 ? 'above' : 'below';
  return [withInterval(values), published.mean.toFixed(4), place];
}

async function untouchedQuality(
  { recording, label, ignored }: LabelledSet,
  seeds: number,
): Promise<Readonly<Record<'auroc' | 'auprc', readonly number[]>>> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-untouched-'));
  try {
    const auroc: number[] = [];
    const auprc: number[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const { json } = await runAssay([
        ...['run', recording, '--case', join(folder, 'case.assay'), '--label', label, '--seed', String(seed)],
        ...(ignored.length === 0 ? [] : ['--ignore', ignored.join(',')]),
      ]);
      const evaluation = json['evaluation'] as { readonly auroc: number; readonly auprc: number };
      auroc.push(evaluation.auroc);
      auprc.push(evaluation.auprc);
    }
    return { auroc, auprc };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
