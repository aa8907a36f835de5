import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { featureNames, type FeatureSpec } from '../../../engine/domain/feature-spec.ts';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { runAssay } from '../run-node.ts';
import { mean } from '../statistics.ts';

/** Seeds that were not looked at while features, structure and worlds were made (those were 1, 2, 3, 7 and 11). */
export const freshSeeds: readonly number[] = [23, 42, 101, 102, 5, 17, 88, 203];

/** What a first run on a recording proposes: the features by theme, and those that it has only where nothing goes by theme. */
export interface Proposal {
  readonly spec: FeatureSpec;
  readonly plainOnly: readonly string[];
  /** A file with the proposed features over time. */
  readonly windowFile: string;
}

/** A way to detect: flags of `assay run` and `assay evaluate --rolling`. */
export interface Way {
  readonly name: string;
  readonly flags: (proposal: Proposal) => readonly string[];
}

const withoutTheme = (theme: string): Way => ({
  name: `by theme, without ${theme}`,
  flags: () => ['--without-theme', theme],
});

export const ways: readonly Way[] = [
  { name: 'plain: features and trees alike', flags: () => ['--detection', 'plain'] },
  {
    name: 'features by theme, trees alike',
    flags: ({ plainOnly, windowFile }) => [
      ...['--detection', 'plain', '--window-features', windowFile],
      ...(plainOnly.length === 0 ? [] : ['--leave-out', plainOnly.join(',')]),
    ],
  },
  { name: 'by theme', flags: () => [] },
  ...['amount', 'velocity', 'new', 'time', 'terminal', 'risk'].map(withoutTheme),
];

export interface Measured {
  readonly auprc: number;
  readonly auroc: number;
  readonly recall: number;
}

/** `assay run` on a recording in one of the ways, at twenty alerts a day. */
export async function measureRun(folder: string, recording: string, way: Way): Promise<Measured> {
  const casePath = join(folder, 'run.assay');
  const flags = way.flags(await proposalOfRecording(folder, recording));
  const { json } = await runAssay(['run', recording, '--case', casePath, '--alerts-per-day', '20', ...flags]);
  await rm(casePath, { force: true });
  return json['evaluation'] as Measured;
}

const known = new Map<string, Proposal>();
let files = 0;

async function proposalOfRecording(folder: string, recording: string): Promise<Proposal> {
  const before = known.get(recording);
  if (before !== undefined) return before;
  const casePath = join(folder, 'proposal.assay');
  await runAssay(['run', recording, '--case', casePath]);
  const proposal = await proposalOfCase(folder, casePath);
  await rm(casePath, { force: true });
  known.set(recording, proposal);
  return proposal;
}

/** What the first model of a case was made of, which is what is proposed; trains a small plain one beside it. */
export async function proposalOfCase(folder: string, casePath: string): Promise<Proposal> {
  const spec = firstSpec(casePath);
  const windowFile = join(folder, `windows-${++files}.json`);
  await writeFile(windowFile, JSON.stringify(spec.windows));
  const { json } = await runAssay([
    'train',
    '--case',
    casePath,
    '--detection',
    'plain',
    '--no-windows',
    '--trees',
    '1',
  ]);
  const plain = json['features'] as readonly string[];
  const proposed = new Set(featureNames(spec));
  return { spec, plainOnly: plain.filter((name) => !proposed.has(name)), windowFile };
}

function firstSpec(casePath: string): FeatureSpec {
  const openedCase = openCaseReadOnly(casePath);
  try {
    const [{ featureSetId }] = openedCase.models();
    return openedCase.featureSpec(featureSetId);
  } finally {
    openedCase.close();
  }
}

/** Mean ± 1.96 standard errors. */
export function withInterval(values: readonly number[]): string {
  const centre = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
  return `${centre.toFixed(3)} ± ${(1.96 * Math.sqrt(variance / values.length)).toFixed(3)}`;
}
