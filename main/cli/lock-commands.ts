import type { Command } from 'commander';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs } from './report.ts';
import { newPassphrase } from './passphrase.ts';
import { runCommand } from './run-job.ts';
import { byOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface LockFlags {
  readonly case?: string;
  readonly change?: boolean;
  readonly by?: string;
  readonly json?: boolean;
}

/** `assay lock` and `assay unlock`: whether what lies on the disk of a case can be read with a passphrase alone. */
export function addLockCommands(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('lock')
    .summary('encrypt a case with a passphrase: the file, its backups and its journal of decisions')
    .description(
      'Encrypts a case, its backups and its journal of decisions with a passphrase of at least 12 characters, which every command on it asks for from then on. Nobody can bring back a passphrase that is forgotten, nor what it locks. Where no case is, an empty locked one is made, so that nothing of it ever stands in the clear.',
    )
    .option('--case <file>', 'the case file')
    .option('--change', 'give a locked case another passphrase')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The passphrase is typed at the terminal, or stands in ASSAY_PASSPHRASE or in the first line of the file that ASSAY_PASSPHRASE_FILE
names; a new one for --change in ASSAY_NEW_PASSPHRASE or ASSAY_NEW_PASSPHRASE_FILE. It is never an argument: those are seen by all.
What was deleted from the disk before may be found there by special tools: lock an empty case and read into it, or encrypt the disk.

Examples:
  assay lock --case spring.assay
  assay lock --case spring.assay --change`,
    )
    .action((flags: LockFlags) =>
      runCommand(surroundings, 'lock', flags.json === true, printLocked, async () => ({
        casePath: requireCase(flags.case),
        change: flags.change === true,
        passphrase: await newPassphrase(surroundings, flags.change === true),
        ...(flags.by === undefined ? {} : { by: flags.by }),
      })),
    );
  program
    .command('unlock')
    .summary('write a locked case, its backups and its journal in the clear again')
    .option('--case <file>', 'the case file')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Who only wants to work on a locked case does not need this: every command asks for the passphrase.

Example:
  assay unlock --case spring.assay`,
    )
    .action((flags: LockFlags) =>
      runCommand(surroundings, 'unlock', flags.json === true, printUnlocked, () => ({
        casePath: requireCase(flags.case),
        ...(flags.by === undefined ? {} : { by: flags.by }),
      })),
    );
}

function printLocked(result: JobResult<'lock'>, { print }: CommandSurroundings): void {
  print(heading(result.made ? 'An empty locked case was made' : 'Locked'));
  print(pairs(rowsOf(result)));
  print('Keep the passphrase where only you find it: nobody can bring it back.');
}

function printUnlocked(result: JobResult<'unlock'>, { print }: CommandSurroundings): void {
  print(heading('Unlocked: the case stands in the clear'));
  print(pairs(rowsOf(result)));
}

function rowsOf({ case: casePath, backups, left }: JobResult<'unlock'>): readonly (readonly [string, string])[] {
  return [
    ['case', casePath],
    ['backups with it', count(backups)],
    ...left.map((sentence) => ['left as it was', sentence] as const),
  ];
}
