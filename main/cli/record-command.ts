import type { Command } from 'commander';
import { startingPoint } from './follow-command.ts';
import { parsePositive, parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { runCommand } from './run-job.ts';
import { printRecordReport } from './stream-report.ts';
import { forceOption } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface RecordFlags {
  readonly out: string;
  readonly from?: string;
  readonly rotate?: number;
  readonly untilIdle?: number;
  readonly maxMessages?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `assay record`: a live topic to files. */
export function addRecordCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('record')
    .summary('record a live topic to files')
    .argument('<topic>', 'kafka://host:port/topic')
    .requiredOption('--out <folder>', 'a folder; recorded into again, it goes on where it ended')
    .option('--from <point>', 'earliest (default), latest, an offset, or a time')
    .option('--rotate <bytes>', 'begin a new file after so much content (default 256 MiB)', parseWhole(1, 2 ** 40))
    .option('--until-idle <seconds>', 'end when nothing has come for so long', parsePositive)
    .option('--max-messages <count>', 'end after so many messages', parseWhole(1, 2 ** 53 - 1))
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay record kafka://localhost:9092/payments --out monday
  assay run monday/*.ndjson.zst                      what was recorded is read like any recording`,
    )
    .action(async (topic: string, flags: RecordFlags) => {
      await runCommand(surroundings, 'record', flags.json === true, printRecordReport, () => ({
        topic,
        output: flags.out,
        ...(flags.force === true ? { force: true } : {}),
        ...(flags.from === undefined ? {} : { from: startingPoint(flags.from) }),
        ...(flags.rotate === undefined ? {} : { rotateBytes: flags.rotate }),
        ...(flags.untilIdle === undefined ? {} : { untilIdleMs: flags.untilIdle * 1000 }),
        ...(flags.maxMessages === undefined ? {} : { maxMessages: flags.maxMessages }),
      }));
    });
}
