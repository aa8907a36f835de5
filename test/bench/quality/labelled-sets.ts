import { readFile } from 'node:fs/promises';
import { sharedDataPath } from '../../shared-data.ts';

/** scikit-learn's figures of one labelled set: mean and standard deviation over `seeds` seeds. */
export interface Baseline {
  readonly set: string;
  readonly rows: number;
  readonly features: number;
  readonly anomalies: number;
  readonly seeds: number;
  readonly auroc: { readonly mean: number; readonly deviation: number; readonly median: number };
  readonly auprc: { readonly mean: number; readonly deviation: number; readonly median: number };
}

/** A labelled recording, as the command line is told to read it. */
export interface LabelledSet {
  readonly name: string;
  readonly recording: string;
  readonly label: string;
  /** Columns that the published figures leave out too. */
  readonly ignored: readonly string[];
  readonly baseline: Baseline;
}

const compressed = new Set(['campaign', 'shuttle']);
const cardSet = 'ulb-day1';

/** Every labelled set that has published figures: those of ADBench, and the sample of real card payments. */
export async function readLabelledSets(): Promise<readonly LabelledSet[]> {
  const text = await readFile(sharedDataPath('expected', 'sklearn-1.2.1-baselines.csv'), 'utf8');
  const [header, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return lines.map((cells) => {
    const cell = (column: string): string => cells[header.indexOf(column)];
    const figures = (name: string): Baseline['auroc'] => ({
      mean: Number(cell(`${name}_mean`)),
      deviation: Number(cell(`${name}_sd`)),
      median: Number(cell(`${name}_median`)),
    });
    const set = cell('set');
    const isCards = set === cardSet;
    return {
      name: set,
      recording: isCards
        ? sharedDataPath('ulb-creditcard', 'ulb-day1-sample.csv')
        : sharedDataPath('adbench', `${set}.csv${compressed.has(set) ? '.gz' : ''}`),
      label: isCards ? 'Class' : 'label',
      ignored: isCards ? ['Time'] : [],
      baseline: {
        set,
        rows: Number(cell('rows')),
        features: Number(cell('features')),
        anomalies: Number(cell('anomalies')),
        seeds: Number(cell('seeds')),
        auroc: figures('auroc'),
        auprc: figures('auprc'),
      },
    };
  });
}

/** Three standard errors of the difference between a mean of `seeds` runs and the published mean. */
export function threeSigma(deviation: number, publishedSeeds: number, seeds: number): number {
  return 3 * deviation * Math.sqrt(1 / seeds + 1 / publishedSeeds);
}
