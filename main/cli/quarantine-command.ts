import type { Command } from 'commander';
import { parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { printQuarantineReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface QuarantineFlags {
  readonly case?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

/** `assay quarantine`: the records of a case that could not be read. */
export function addQuarantineCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('quarantine')
    .summary('show the records of a case that could not be read: where, why, and what they hold')
    .requiredOption('--case <file>', 'the case file')
    .option('--limit <count>', 'how many to show, in the order they were met (default 20)', parseWhole(1, 100_000))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay quarantine --case spring.assay
  assay quarantine --case spring.assay --limit 1000 --json`,
    )
    .action(async (flags: QuarantineFlags) => {
      await runCommand(surroundings, 'quarantine', flags.json === true, printQuarantineReport, () => ({
        casePath: requireCase(flags.case),
        ...(flags.limit === undefined ? {} : { limit: flags.limit }),
      }));
    });
}
