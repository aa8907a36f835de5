import { InvalidArgumentError, Option, type Command } from 'commander';
import type { MessageFrame } from '../../engine/domain/message-frame.ts';
import { usageError } from '../../engine/domain/error.ts';
import type { JobInput } from '../../preload/contract/jobs.ts';
import { parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { trackingServer } from './publish-target.ts';
import { runCommand } from './run-job.ts';
import { printPlayReport, printSentReport } from './stream-report.ts';
import { addFormatOptions, statedFormat } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface ReplayFlags {
  readonly to?: string;
  readonly case?: string;
  readonly model?: string;
  readonly trackingUri?: string;
  readonly speed?: number | 'max';
  readonly fromTime?: string;
  readonly maxMessages?: number;
  readonly json?: boolean;
  readonly delimiter?: string;
  readonly frame?: MessageFrame;
  readonly encoding?: string;
}

/** `assay replay`: a recording back into a topic, or into a case. */
export function addReplayCommand(program: Command, surroundings: CommandSurroundings): void {
  const command = program
    .command('replay')
    .summary('play a recording back into a topic, or into a case')
    .argument('<recording>', 'a folder that was recorded, or one file: with --to kcat JSON or NDJSON, with --case any')
    .option('--to <topic>', 'kafka://host:port/topic')
    .addOption(
      new Option('--case <file>', 'the case whose champion scores each row as it arrives').conflicts([
        'to',
        'maxMessages',
      ]),
    )
    .addOption(
      new Option(
        '--model <name>',
        'with --case: the case whose model scores, or models:/NAME@ALIAS, models:/NAME/VERSION or runs:/RUN/PATH',
      ).conflicts('to'),
    )
    .option('--tracking-uri <address>', 'the MLflow server of models:/ (default: MLFLOW_TRACKING_URI)')
    .option('--speed <factor>', '1 as it was recorded (default), 10 ten times as fast, max', parseSpeed)
    .option('--from-time <time>', 'such as 2026-03-02T08:00Z: what is older is left out, or into a case comes at once')
    .option('--max-messages <count>', 'with --to: end after so many messages', parseWhole(1, 2 ** 53 - 1));
  addFormatOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay replay monday --to kafka://localhost:9092/payments-again --speed 10
  assay replay tuesday.csv --case tuesday.assay --model monday.assay --speed max`,
    )
    .action(async (recording: string, flags: ReplayFlags) => {
      const { case: casePath, to, json = false } = flags;
      const pace = (): Pick<JobInput<'play'>, 'recording' | 'speed' | 'fromTimeMs' | 'format'> => ({
        recording,
        format: statedFormat(flags),
        ...(flags.speed === undefined ? {} : { speed: flags.speed === 'max' ? null : flags.speed }),
        ...(flags.fromTime === undefined ? {} : { fromTimeMs: timeOf(flags.fromTime) }),
      });
      if (casePath === undefined)
        await runCommand(surroundings, 'replay', json, printSentReport, () => ({
          ...pace(),
          topic: to ?? nowhere(),
          ...(flags.maxMessages === undefined ? {} : { maxMessages: flags.maxMessages }),
        }));
      else
        await runCommand(surroundings, 'play', json, printPlayReport, () => ({
          speed: 1,
          ...pace(),
          casePath,
          ...(flags.model === undefined ? {} : { model: flags.model, ...trackingServer(flags.trackingUri) }),
        }));
    });
}

function nowhere(): never {
  throw usageError('WRONG_USE', 'It is not said where the recording is to go.', 'Give --to TOPIC or --case FILE.');
}

function parseSpeed(text: string): number | 'max' {
  if (text === 'max') return text;
  const factor = Number(text.replace(/^x/i, ''));
  if (!Number.isFinite(factor) || factor <= 0) throw new InvalidArgumentError('Give a number above 0, or max.');
  return factor;
}

function timeOf(text: string): number {
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs))
    throw usageError('WRONG_USE', `'${text}' is not a time.`, 'Write it as 2026-03-02T08:00:00Z.');
  return timeMs;
}
