import type { Command } from 'commander';
import { jsonOption } from './json-option.ts';
import { printDoctorReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { againstOption } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface DoctorFlags {
  readonly case?: string;
  readonly compact?: boolean;
  readonly rescore?: boolean;
  readonly against?: string;
  readonly json?: boolean;
}

/** `assay doctor`: what this machine has and lacks, and whether a case is whole. */
export function addDoctorCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('doctor')
    .summary('say what this machine has and lacks; with a case, verify it')
    .option('--case <file>', 'a case to verify: structure, and every model against its digest')
    .option(
      '--rescore',
      'with --case: make features, forests and scores anew from rows, parameters and seeds, and compare',
    )
    .addOption(againstOption('with --case: '))
    .option('--compact', 'merge the small segments of a case that a slow topic left, after a backup; verify it then')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay doctor
  assay doctor --case spring.assay
  assay doctor --case spring.assay --rescore
  assay doctor --case spring.assay --against spring.seal.json
  assay doctor --case spring.assay --compact`,
    )
    .action(async (flags: DoctorFlags) => {
      await runCommand(
        surroundings,
        'doctor',
        flags.json === true,
        printDoctorReport,
        () => ({
          ...(flags.case === undefined ? {} : { casePath: flags.case }),
          compact: flags.compact === true,
          rescore: flags.rescore === true,
          ...(flags.against === undefined ? {} : { against: flags.against }),
        }),
        ({ checks }) => {
          const bad = checks.filter(({ state }) => state === 'bad').map(({ name }) => name);
          if (bad.length > 0)
            surroundings.fail({ code: 'CHECK_FAILED', kind: 'failure', message: `Not in order: ${bad.join(', ')}.` });
        },
      );
    });
}
