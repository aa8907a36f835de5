import type { Command } from 'commander';
import { jsonOption } from './json-option.ts';
import { printMlflowReport } from './export-report.ts';
import { printOnnxReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { publishTarget, type PublishFlags } from './publish-target.ts';
import { requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface ExportFlags {
  readonly case?: string;
  readonly model?: string;
  readonly out: string;
  readonly json?: boolean;
}

interface MlflowFlags extends Omit<ExportFlags, 'out'>, PublishFlags {
  readonly out?: string;
}

/** `assay export ...`: a model in the forms that other programs take. */
export function addExportCommands(program: Command, surroundings: CommandSurroundings): void {
  const group = program.command('export').summary('write a model in the forms that other programs take');
  group
    .command('onnx')
    .summary('one ONNX file with the exact forest, its threshold and its preprocessing')
    .requiredOption('--case <file>', 'the case file')
    .option('--model <name>', "number or digest of one of the case's models (default: the newest)")
    .requiredOption('--out <path>', 'a folder for model.onnx, or a file that ends in .onnx')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay export onnx --case spring.assay --out spring-model
  assay score --model spring-model/model.onnx june.csv.gz --out june-scores.csv`,
    )
    .action(async (flags: ExportFlags) => {
      await runCommand(surroundings, 'exportOnnx', flags.json === true, printOnnxReport, () => ({
        casePath: requireCase(flags.case),
        output: flags.out,
        ...(flags.model === undefined ? {} : { model: flags.model }),
      }));
    });
  group
    .command('mlflow')
    .summary('an MLflow model with its figures: into a folder, or to a tracking server')
    .requiredOption('--case <file>', 'the case file')
    .option('--model <name>', "number or digest of one of the case's models (default: the newest)")
    .option('--out <folder>', 'write the model directory here')
    .option('--tracking-uri <address>', 'publish to this server (default: MLFLOW_TRACKING_URI where there is no --out)')
    .option('--experiment <name>', 'experiment that the run belongs to (default assay)')
    .option('--register <name>', 'make a version of this registered model')
    .option('--alias <name>', 'let this alias, such as champion, point at the new version')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A server that cannot be reached does not matter: the export waits in the case, and \`assay push --case FILE\` sends it, once.
Users and passwords come from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.

Examples:
  assay export mlflow --case spring.assay --out spring-model
  assay export mlflow --case spring.assay --tracking-uri http://127.0.0.1:5000 --experiment cards --register card-fraud --alias champion`,
    )
    .action(async (flags: MlflowFlags) => {
      await runCommand(surroundings, 'exportMlflow', flags.json === true, printMlflowReport, () => ({
        casePath: requireCase(flags.case),
        ...(flags.model === undefined ? {} : { model: flags.model }),
        ...(flags.out === undefined ? {} : { output: flags.out }),
        ...publishTarget(flags, flags.out === undefined),
      }));
    });
}
