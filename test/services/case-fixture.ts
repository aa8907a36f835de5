import { writeFileSync } from 'node:fs';
import { featureNames } from '../../engine/domain/feature-spec.ts';
import { decodeForest } from '../../engine/forest/compile.ts';
import { scoreOfSum } from '../../engine/forest/score.ts';
import { openCaseReadOnly } from '../../engine/store/open-case.ts';
import { jsonOf, runAssay, runAssayHere, type CommandOutcome } from '../command-line/run-assay.ts';

/** Runs a command in this process and gives its JSON; the test fails with what it printed where it fails. */
export async function assay(parameters: readonly string[], home: string): Promise<Record<string, unknown>> {
  return jsonWhereDone(parameters, await runAssayHere([...parameters, '--json'], home));
}

/** The same in a process of its own, for commands that meet another one at the same case or server. */
export async function assayBeside(parameters: readonly string[], home: string): Promise<Record<string, unknown>> {
  return jsonWhereDone(parameters, await runAssay([...parameters, '--json'], home));
}

function jsonWhereDone(parameters: readonly string[], outcome: CommandOutcome): Record<string, unknown> {
  if (outcome.code !== 0) throw new Error(`assay ${parameters.join(' ')}: ${outcome.stderr}${outcome.stdout}`);
  return jsonOf(outcome);
}

/**
 * Writes what the laptop says of each row of a case: sum, score, flagged, and its features over time. Returns the
 * number of rows and of flagged ones.
 */
export function writeExpected(casePath: string, output: string): { readonly rows: number; readonly flagged: number } {
  const openedCase = openCaseReadOnly(casePath);
  try {
    const stored = openedCase.models().at(-1);
    if (stored === undefined) throw new Error('the case has no model');
    const forest = decodeForest(openedCase.readForest(stored.id));
    const spec = openedCase.featureSpec(stored.featureSetId);
    const names = featureNames(spec);
    const windows = spec.windows?.features.map(({ name }) => name) ?? [];
    const lines = [['sum', 'score', 'flagged', ...windows].join(',')];
    let flagged = 0;
    for (const segment of openedCase.segments()) {
      const sums = openedCase.readScores(stored.id, segment);
      const features = openedCase.readFeatures(stored.featureSetId, segment);
      if (sums === undefined || features === undefined) throw new Error('the case is not scored');
      sums.forEach((sum, row) => {
        const isFlagged = sum <= stored.threshold.units ? 1 : 0;
        flagged += isFlagged;
        const computed = windows.map((name) => features[row * names.length + names.indexOf(name)]);
        lines.push([sum, scoreOfSum(forest, sum), isFlagged, ...computed].join(','));
      });
    }
    writeFileSync(output, `${lines.join('\n')}\n`);
    return { rows: lines.length - 1, flagged };
  } finally {
    openedCase.close();
  }
}
