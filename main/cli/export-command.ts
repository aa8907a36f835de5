import type { Command } from 'commander';
import { jsonOption } from './json-option.ts';
import { printOnnxReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface ExportFlags {
  readonly case?: string;
  readonly model?: string;
  readonly out: string;
  readonly json?: boolean;
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
}
