import type { Command } from 'commander';
import { jsonOption } from './json-option.ts';
import { printFeaturesReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { forceOption, modelOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface FeaturesFlags {
  readonly case?: string;
  readonly model?: string;
  readonly report?: boolean;
  readonly spec?: string;
  readonly oneOut: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `assay features`: what a model's features are like, and what each of them adds. */
export function addFeaturesCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('features')
    .summary("report on a model's features: distribution, drift, contribution, correlation, what is lost without each")
    .requiredOption('--case <file>', 'the case file')
    .addOption(modelOption())
    .option('--report', 'the full report (the default; kept for scripts)')
    .option('--no-one-out', 'do not train once more without each feature')
    .option(
      '--spec <file>',
      'also write the feature spec to this file, as JSON; its `windows` can be edited and given to train',
    )
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay features --case spring.assay --report
  assay features --case spring.assay --no-one-out --spec features.json
  assay train --case spring.assay --window-features features.json --leave-out amount

Drift is the population stability index of the last third of the stream against the first: below 0.1 nothing
moved, above 0.2 the distribution is another one.`,
    )
    .action(async (flags: FeaturesFlags) => {
      await runCommand(
        surroundings,
        'features',
        flags.json === true,
        (result, output) => printFeaturesReport(result, output),
        () => ({
          casePath: requireCase(flags.case),
          oneOut: flags.oneOut,
          ...(flags.model === undefined ? {} : { model: flags.model }),
          ...(flags.spec === undefined ? {} : { output: flags.spec }),
          ...(flags.force === true ? { force: true } : {}),
        }),
      );
    });
}
