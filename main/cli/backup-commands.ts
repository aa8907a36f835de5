import type { Command } from 'commander';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs } from './report.ts';
import { runCommand } from './run-job.ts';
import { byOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface BackupFlags {
  readonly case?: string;
  readonly out?: string;
  readonly ifDue?: boolean;
  readonly list?: boolean;
  readonly from?: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** `assay backup`, `assay restore` and `assay mend`: copies of a case that were checked, and what is done with them. */
export function addBackupCommands(program: Command, surroundings: CommandSurroundings): void {
  addBackup(program, surroundings);
  addRestore(program, surroundings);
  addMend(program, surroundings);
}

function addBackup(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('backup')
    .summary('copy a case, read the copy to its end, and keep it beside the case')
    .description(
      'Makes NAME.backup-hand-TIME beside the case, also while it is worked on, and reads it to its end: a damaged case is no backup. The window makes one every two hours in which the case was written and keeps three of today, one of each day before, ten in all; --if-due does the same from a scheduler.',
    )
    .option('--case <file>', 'the case file')
    .option('--out <file>', 'write it here instead, such as on another disk')
    .option('--if-due', 'only where the newest is two hours old and the case was written since; removes old ones')
    .option('--list', 'list the backups beside the case, and make none')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay backup --case spring.assay
  assay backup --case spring.assay --list
  assay backup --case spring.assay --out archive/spring.assay`,
    )
    .action((flags: BackupFlags) =>
      runCommand(surroundings, 'backup', flags.json === true, printBackups, () => ({
        casePath: requireCase(flags.case),
        ...(flags.out === undefined ? {} : { output: flags.out }),
        ifDue: flags.ifDue === true,
        list: flags.list === true,
      })),
    );
}

function addRestore(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('restore')
    .summary('put a backup in the place of a case; what stood there is put aside')
    .description(
      'Puts a backup that is whole in the place of the case. What stood there lies beside it then (NAME.backup-put-aside-TIME): restoring that one undoes this. The history of the case says who did it.',
    )
    .option('--case <file>', 'the case file')
    .option('--from <file>', 'the backup (default: the newest beside the case that is whole)')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay restore --case spring.assay
  assay restore --case spring.assay --from spring.assay.backup-scheduled-1764271800000`,
    )
    .action((flags: BackupFlags) =>
      runCommand(surroundings, 'restore', flags.json === true, printRestored, () => ({
        casePath: requireCase(flags.case),
        ...(flags.from === undefined ? {} : { backup: flags.from }),
        ...(flags.by === undefined ? {} : { by: flags.by }),
      })),
    );
}

function addMend(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('mend')
    .summary('put damaged blocks of a case back from its backups, or make them anew from what was received')
    .description(
      'Puts back what is damaged: each block as it was written, to the last byte, or not at all. Where the structure of the file is broken, the newest whole backup takes its place. The case as it was is put aside first.',
    )
    .option('--case <file>', 'the case file')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay mend --case spring.assay`,
    )
    .action((flags: BackupFlags) =>
      runCommand(
        surroundings,
        'mend',
        flags.json === true,
        printMended,
        () => ({ casePath: requireCase(flags.case), ...(flags.by === undefined ? {} : { by: flags.by }) }),
        ({ left }) => {
          if (left.length > 0)
            surroundings.fail({
              code: 'CHECK_FAILED',
              kind: 'failure',
              message: `Damaged still: ${left.join(' ')}`,
              nextStep: 'Restore a backup, or read the recording into a new case. What is whole can be used.',
            });
        },
      ),
    );
}

function printBackups({ made, backups }: JobResult<'backup'>, { print }: CommandSurroundings): void {
  print(heading(made === null ? 'No backup was made' : 'Backed up, and read to its end'));
  if (made !== null) print(pairs([[made.path, `${count(made.bytes)} bytes`]]));
  if (backups.length === 0) return;
  print(heading('Backups beside the case, the newest first'));
  print(
    pairs(
      backups.map(({ path, why, atMs, bytes }) => [
        new Date(atMs).toISOString(),
        `${why}, ${count(bytes)} bytes, ${path}`,
      ]),
    ),
  );
}

function printRestored({ restored, putAside }: JobResult<'restore'>, { print }: CommandSurroundings): void {
  print(heading('Restored'));
  print(
    pairs([
      ['from', restored],
      ['put aside', putAside ?? 'nothing stood there'],
    ]),
  );
}

function printMended(result: JobResult<'mend'>, { print }: CommandSurroundings): void {
  const { wasWhole, mended, taken, restored, putAside } = result;
  print(heading(wasWhole ? 'The case is whole' : 'Mended'));
  if (wasWhole) return;
  print(
    pairs([
      ...mended.map((words) => ['put back', words] as const),
      ...taken.map((words) => ['taken as it is', words] as const),
      ...(restored === null ? [] : ([['restored from', restored]] as const)),
      ['as it was before', putAside ?? ''],
    ]),
  );
}
