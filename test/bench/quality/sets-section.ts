import { growerNames, type GrowerName } from '../../../engine/domain/model.ts';
import { compileForest } from '../../../engine/forest/compile.ts';
import { scoreSums } from '../../../engine/forest/score.ts';
import {
  anomalyOfSums,
  aurocOfRanking,
  averagePrecisionOfRanking,
  rankRows,
} from '../../../engine/evaluation/ranking.ts';
import { markdownTable } from '../markdown.ts';
import { mean, median } from '../statistics.ts';
import { qualityOfCommand, sample, trees, type Quality } from './command-quality.ts';
import { readLabelledSets, threeSigma, type LabelledSet } from './labelled-sets.ts';
import { growLibraryVariant, libraryVariants, type LibraryVariant } from './library-variants.ts';
import { peerDetectors, qualityOfPeers, type PeerDetector } from './peer-quality.ts';
import { readLabelledMatrix } from './read-matrix.ts';

type Figure = 'auroc' | 'auprc';
const figureNames: Readonly<Record<Figure, string>> = { auroc: 'AUROC', auprc: 'AUPRC' };

interface SetQuality {
  readonly set: LabelledSet;
  readonly growers: ReadonlyMap<GrowerName, Quality>;
  readonly peers: ReadonlyMap<PeerDetector, Quality>;
}

/** Measures every labelled set with every detector and says which figures lie outside the published band. */
export async function measureSets(seeds: number, report: (line: string) => void): Promise<string> {
  const measured: SetQuality[] = [];
  for (const set of await readLabelledSets()) {
    report(`sets: ${set.name}`);
    const growers = new Map<GrowerName, Quality>();
    for (const grower of growerNames) growers.set(grower, await qualityOfCommand(set, grower, seeds));
    measured.push({ set, growers, peers: await qualityOfPeers(set, seeds) });
  }
  const missing = peerDetectors.filter((detector) => !measured.some(({ peers }) => peers.has(detector)));
  return [
    `${trees} trees, sub-samples of ${sample} rows, ${seeds} seeds; median, and the mean in parentheses. ` +
      'ECOD, COPOD and HBOS draw nothing and have one figure.' +
      (missing.length === 0 ? '' : ` Missing here, so not measured: ${missing.join(', ')}.`),
    ...(['auroc', 'auprc'] as const).flatMap((figure) => [
      `### ${figureNames[figure]}`,
      qualityTable(measured, figure),
      `#### ${figureNames[figure]} against scikit-learn 1.2.1`,
      'Mean of Assay against the published mean; the band is 3 × sd × √(1/seeds + 1/published seeds).',
      bandTable(measured, figure, seeds),
    ]),
    '### What explains the figures below the band',
    await explanations(measured, seeds, report),
  ].join('\n\n');
}

function qualityTable(measured: readonly SetQuality[], figure: Figure): string {
  const detectors = [...growerNames.map((grower) => `Assay: ${grower}`), ...peerDetectors];
  return markdownTable(
    ['set', ...detectors],
    measured.map(({ set, growers, peers }) => [
      set.name,
      ...growerNames.map((grower) => middleAndMean(growers.get(grower)?.[figure])),
      ...peerDetectors.map((detector) => middleAndMean(peers.get(detector)?.[figure])),
    ]),
  );
}

function middleAndMean(values: readonly number[] | undefined): string {
  if (values === undefined) return 'missing';
  return values.length === 1 ? values[0].toFixed(4) : `${median(values).toFixed(4)} (${mean(values).toFixed(4)})`;
}

/** Means that differ from the published one by this much or more are outside. */
interface Place {
  readonly difference: number;
  readonly band: number;
  readonly words: 'inside' | 'above' | 'below';
}

function placeOf({ set, growers }: SetQuality, grower: GrowerName, figure: Figure, seeds: number): Place {
  const { mean: published, deviation } = set.baseline[figure];
  const band = threeSigma(deviation, set.baseline.seeds, seeds);
  const difference = mean(growers.get(grower)?.[figure] ?? []) - published;
  return { difference, band, words: Math.abs(difference) <= band ? 'inside' : difference > 0 ? 'above' : 'below' };
}

function bandTable(measured: readonly SetQuality[], figure: Figure, seeds: number): string {
  return markdownTable(
    ['set', 'published', 'band', ...growerNames.flatMap((grower) => [`${grower}: difference`, 'place'])],
    measured.map((quality) => [
      quality.set.name,
      quality.set.baseline[figure].mean.toFixed(4),
      `± ${placeOf(quality, 'assay', figure, seeds).band.toFixed(4)}`,
      ...growerNames.flatMap((grower) => {
        const { difference, words } = placeOf(quality, grower, figure, seeds);
        return [`${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(4)}`, words];
      }),
    ]),
  );
}

/** For each figure of the library's grower below the band: the same trees with its differences taken away. */
async function explanations(
  measured: readonly SetQuality[],
  seeds: number,
  report: (line: string) => void,
): Promise<string> {
  const figures = ['auroc', 'auprc'] as const;
  const below = measured.filter((quality) =>
    figures.some((figure) => placeOf(quality, 'ml-isolation-forest', figure, seeds).words === 'below'),
  );
  if (below.length === 0) return 'No figure lies below its band.';
  const sections: string[] = [];
  for (const { set } of below) {
    report(`library variants: ${set.name}`);
    const { matrix, labels } = await readLabelledMatrix(set);
    const rows = libraryVariants.map((variant) => {
      const quality = qualityOfVariant(matrix, labels, variant, experimentSeeds);
      return [
        variant.name,
        ...figures.map((figure) => {
          const { mean: published, deviation } = set.baseline[figure];
          const band = threeSigma(deviation, set.baseline.seeds, experimentSeeds);
          const difference = mean(quality[figure]) - published;
          return `${mean(quality[figure]).toFixed(4)}${difference < -band ? ' (below)' : ''}`;
        }),
      ];
    });
    sections.push(
      `**${set.name}**, ${experimentSeeds} seeds; published ` +
        `${set.baseline.auroc.mean.toFixed(4)} and ${set.baseline.auprc.mean.toFixed(4)}.`,
      markdownTable(['tree', 'AUROC', 'AUPRC'], rows),
    );
  }
  return sections.join('\n\n');
}

/** More seeds than the tables have: the differences to be told apart are smaller. */
const experimentSeeds = 30;

function qualityOfVariant(
  matrix: Parameters<typeof growLibraryVariant>[0],
  labels: Uint8Array,
  variant: LibraryVariant,
  seeds: number,
): Quality {
  const rankings = Array.from({ length: seeds }, (_, seed) => {
    const parameters = { trees, sample, featuresPerTree: null, seed, grower: 'ml-isolation-forest' } as const;
    const grown = Array.from({ length: trees }, (_, tree) => growLibraryVariant(matrix, parameters, tree, variant));
    const forest = compileForest(grown, matrix.featureCount, Math.min(sample, matrix.rowCount));
    const sums = new Int32Array(matrix.rowCount);
    scoreSums(forest, matrix.values, matrix.rowCount, sums);
    return rankRows(labels, anomalyOfSums(sums));
  });
  return {
    auroc: rankings.map((ranking) => aurocOfRanking(ranking) ?? NaN),
    auprc: rankings.map((ranking) => averagePrecisionOfRanking(ranking) ?? NaN),
  };
}
