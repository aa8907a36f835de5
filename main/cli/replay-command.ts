import { InvalidArgumentError, type Command } from 'commander';
import { usageError } from '../../engine/domain/error.ts';
import { parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { runCommand } from './run-job.ts';
import { printSentReport } from './stream-report.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface ReplayFlags {
  readonly to: string;
  readonly speed?: number | null;
  readonly fromTime?: string;
  readonly maxMessages?: number;
  readonly json?: boolean;
}

/** `assay replay`: a recording back into a topic. */
export function addReplayCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('replay')
    .summary('play a recording back into a topic')
    .argument('<recording>', 'a folder that was recorded, or one kcat JSON or NDJSON file')
    .requiredOption('--to <topic>', 'kafka://host:port/topic')
    .option('--speed <factor>', '1 as it was recorded (default), 10 ten times as fast, max', parseSpeed)
    .option('--from-time <time>', 'leave out what is older, such as 2026-03-02T08:00Z')
    .option('--max-messages <count>', 'end after so many messages', parseWhole(1, 2 ** 53 - 1))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  assay replay monday --to kafka://localhost:9092/payments-again --speed 10`,
    )
    .action(async (recording: string, flags: ReplayFlags) => {
      await runCommand(surroundings, 'replay', flags.json === true, printSentReport, () => ({
        recording,
        topic: flags.to,
        ...(flags.speed === undefined ? {} : { speed: flags.speed }),
        ...(flags.fromTime === undefined ? {} : { fromTimeMs: timeOf(flags.fromTime) }),
        ...(flags.maxMessages === undefined ? {} : { maxMessages: flags.maxMessages }),
      }));
    });
}

function parseSpeed(text: string): number | null {
  if (text === 'max') return null;
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
