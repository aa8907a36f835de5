import type { Command } from 'commander';
import { parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { printQuarantineReport, printRetryReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface QuarantineFlags {
  readonly case?: string;
  readonly limit?: number;
  readonly retry?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `assay quarantine`: the records of a case that could not be read. */
export function addQuarantineCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('quarantine')
    .summary('show the records of a case that could not be read: where, why, and what they hold')
    .requiredOption('--case <file>', 'the case file')
    .option('--limit <count>', 'how many to show, in the order they were met (default 20)', parseWhole(1, 100_000))
    .option('--retry', 'read them again by the profile as it is now, and store those that fit')
    .option('--dry-run', 'with --retry: only say how many would fit')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay quarantine --case spring.assay
  assay quarantine --case spring.assay --limit 1000 --json
  assay quarantine --case spring.assay --retry`,
    )
    .action(async (flags: QuarantineFlags) => {
      if (flags.retry === true || flags.dryRun === true) {
        await runCommand(surroundings, 'retryQuarantine', flags.json === true, printRetryReport, () => ({
          casePath: requireCase(flags.case),
          dryRun: flags.dryRun === true,
        }));
        return;
      }
      await runCommand(surroundings, 'quarantine', flags.json === true, printQuarantineReport, () => ({
        casePath: requireCase(flags.case),
        ...(flags.limit === undefined ? {} : { limit: flags.limit }),
      }));
    });
}
