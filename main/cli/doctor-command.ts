import type { Command } from 'commander';
import { jsonOption } from './json-option.ts';
import { printDoctorReport } from './report.ts';
import { runCommand } from './run-job.ts';
import type { CommandSurroundings } from './surroundings.ts';

/** `assay doctor`: what this machine has and lacks, and whether a case is whole. */
export function addDoctorCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('doctor')
    .summary('say what this machine has and lacks; with a case, verify it')
    .option('--case <file>', 'a case to verify: structure, and every model against its digest')
    .option('--compact', 'merge the small segments of a case that a slow topic left, after a backup; verify it then')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay doctor
  assay doctor --case spring.assay
  assay doctor --case spring.assay --compact`,
    )
    .action(async (flags: { readonly case?: string; readonly compact?: boolean; readonly json?: boolean }) => {
      await runCommand(
        surroundings,
        'doctor',
        flags.json === true,
        printDoctorReport,
        () => ({
          ...(flags.case === undefined ? {} : { casePath: flags.case }),
          compact: flags.compact === true,
        }),
        ({ checks }) => {
          const bad = checks.filter(({ state }) => state === 'bad').map(({ name }) => name);
          if (bad.length > 0)
            surroundings.fail({ code: 'CHECK_FAILED', kind: 'failure', message: `Not in order: ${bad.join(', ')}.` });
        },
      );
    });
}
