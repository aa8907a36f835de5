import { Option, type Command } from 'commander';
import type { ModelComparison } from '../../preload/contract/comparisons.ts';
import { parseNames, parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { trackingServer } from './publish-target.ts';
import { printCompareReport, printExplainReport, printStabilityReport, printThemesReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { modelOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface ExplainFlags {
  readonly case?: string;
  readonly trackingUri?: string;
  readonly model?: string;
  readonly id?: readonly string[];
  readonly top?: number;
  readonly neighbours?: number;
  readonly seeds?: number;
  readonly at?: ModelComparison['at'];
  readonly json?: boolean;
}

/** `assay explain`: why transactions score as they do. */
export function addExplainCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('explain')
    .summary('say why transactions were flagged, and what would unflag them')
    .requiredOption('--case <file>', 'the case file')
    .addOption(modelOption())
    .option('--id <ids>', 'transactions to explain, by id, separated by commas', parseNames)
    .option('--top <count>', 'without --id: how many of the most anomalous (default 10)', parseWhole(1, 500))
    .option('--neighbours <count>', 'also the nearest ordinary transactions (default 0)', parseWhole(0, 50))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay explain --case spring.assay --top 3
  assay explain --case spring.assay --id 404007,353671 --json

Reasons are exact TreeSHAP values of the path length; with the rest they add up to the score's exponent.`,
    )
    .action(async (flags: ExplainFlags) => {
      await runCommand(surroundings, 'explain', flags.json === true, printExplainReport, () => ({
        casePath: requireCase(flags.case),
        ...(flags.model === undefined ? {} : { model: flags.model }),
        ...(flags.id === undefined ? {} : { ids: [...flags.id] }),
        ...(flags.top === undefined ? {} : { top: flags.top }),
        ...(flags.neighbours === undefined ? {} : { neighbours: flags.neighbours }),
      }));
    });
}

/** `assay compare` and `assay stability`: a model beside another, and beside itself with another seed. */
export function addCompareCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('compare')
    .summary('compare what two models of a case flag and find')
    .argument(
      '<first>',
      'a model of the case, by number or digest, or models:/NAME@ALIAS, which is taken over where the case lacks it',
    )
    .argument('<second>', 'another model')
    .requiredOption('--case <file>', 'the case file')
    .addOption(
      new Option(
        '--at <line>',
        'as many alerts for the second as for the first (default), or each at its own threshold',
      ).choices(['same-budget', 'own-threshold']),
    )
    .option('--tracking-uri <address>', 'the MLflow server of models:/ (default: MLFLOW_TRACKING_URI)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay compare 1 2 --case spring.assay
  assay compare 1 2 --case spring.assay --at own-threshold
  assay compare models:/card-fraud@champion 2 --case spring.assay --tracking-uri http://127.0.0.1:5000`,
    )
    .action(async (first: string, second: string, flags: ExplainFlags) => {
      await runCommand(surroundings, 'compare', flags.json === true, printCompareReport, () => ({
        casePath: requireCase(flags.case),
        first,
        second,
        ...trackingServer(flags.trackingUri),
        ...(flags.at === undefined ? {} : { at: flags.at }),
      }));
    });
  program
    .command('stability')
    .summary('how many alerts would be the same with another seed')
    .requiredOption('--case <file>', 'the case file')
    .addOption(modelOption())
    .option('--seeds <count>', 'forests to grow (default 5)', parseWhole(1, 100))
    .addOption(jsonOption())
    .action(async (flags: ExplainFlags) => {
      await runCommand(surroundings, 'stability', flags.json === true, printStabilityReport, () => ({
        casePath: requireCase(flags.case),
        ...(flags.model === undefined ? {} : { model: flags.model }),
        ...(flags.seeds === undefined ? {} : { seeds: flags.seeds }),
      }));
    });
  program
    .command('themes')
    .summary('what each theme of a model is worth, by leaving it out')
    .requiredOption('--case <file>', 'the case file')
    .addOption(modelOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay themes --case spring.assay
  assay train --case spring.assay --without-theme time     a challenger without one

For each theme a forest is grown without its features, by the same parameters and seed, with a line that gives as many alerts. Nothing is
stored. With labels or verdicts: the average precision that is lost, and the alerts that are fraud. Without: the alerts that it
leads, and those that only it brings.`,
    )
    .action(async (flags: ExplainFlags) => {
      await runCommand(surroundings, 'themes', flags.json === true, printThemesReport, () => ({
        casePath: requireCase(flags.case),
        ...(flags.model === undefined ? {} : { model: flags.model }),
      }));
    });
}
