import type { Command } from 'commander';
import type { MessageFrame } from '../../engine/domain/message-frame.ts';
import { jsonOption } from './json-option.ts';
import { trackingServer } from './publish-target.ts';
import { printScoreReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { addFormatOptions, forceOption, statedFormat, threadsOption } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface ScoreFlags {
  readonly model: string;
  readonly modelName?: string;
  readonly trackingUri?: string;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly delimiter?: string;
  readonly frame?: MessageFrame;
  readonly encoding?: string;
}

/** `assay score`: another recording through a stored model, into a CSV of id, score and flag. */
export function addScoreCommand(program: Command, surroundings: CommandSurroundings): void {
  const command = program
    .command('score')
    .summary('score recordings with a stored model into a CSV file')
    .argument('<recording...>', 'recordings, scored in the order given as one stream')
    .requiredOption(
      '--model <model>',
      'a case with a trained model, an ONNX file or its folder, or models:/NAME@ALIAS, models:/NAME/VERSION or runs:/RUN/PATH of MLflow',
    )
    .option('--model-name <name>', "which of the case's models, by number or digest (default: the champion)")
    .option('--tracking-uri <address>', 'the MLflow server of models:/ (default: MLFLOW_TRACKING_URI)')
    .requiredOption('--out <file>', 'the CSV file to write: columns id, score, flagged, in input order')
    .addOption(forceOption());
  addFormatOptions(command)
    .addOption(threadsOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  assay score --model spring.assay june.csv.gz --out june-scores.csv`,
    )
    .action(async (recordings: readonly string[], flags: ScoreFlags) => {
      await runCommand(surroundings, 'score', flags.json === true, printScoreReport, () => ({
        model: flags.model,
        recordings: [...recordings],
        output: flags.out,
        format: statedFormat(flags),
        ...trackingServer(flags.trackingUri),
        ...(flags.force === true ? { force: true } : {}),
        ...(flags.modelName === undefined ? {} : { modelChoice: flags.modelName }),
      }));
    });
}
