import type { Command } from 'commander';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { parseDays } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs } from './report.ts';
import { newPassphrase } from './passphrase.ts';
import { runCommand } from './run-job.ts';
import { byOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';
import { whoActs } from './who-acts.ts';

interface RevealFlags {
  readonly case?: string;
  readonly token?: string;
  readonly reason?: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** `assay reveal`: the text behind a token of a person's data. */
export function addRevealCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('reveal')
    .summary('show the name, address or other text behind a token; who saw it and why goes into the history')
    .requiredOption('--case <file>', 'the case file')
    .requiredOption('--token <token>', 'the token, as rows and alerts show it')
    .requiredOption('--reason <text>', 'why, for the history')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Only whoever read the recording can see it, on the same computer: the key lies in no case. Card numbers are not kept.

Example:
  assay reveal --case spring.assay --token name-4t0m9z2k7q1b --reason "the bank asked whose payment it was"`,
    )
    .action(async (flags: RevealFlags) => {
      await runCommand(surroundings, 'reveal', flags.json === true, printRevealed, async () => ({
        casePath: requireCase(flags.case),
        token: flags.token ?? '',
        reason: flags.reason ?? '',
        ...(await whoActs(surroundings, flags)),
      }));
    });
}

interface ShareFlags {
  readonly case?: string;
  readonly out?: string;
  readonly mask?: boolean;
  readonly lock?: boolean;
  readonly json?: boolean;
}

/** `assay share`: a copy of a case without texts of people. */
export function addShareCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('share')
    .summary('write a copy of a case in which people, cards and accounts are tokens, and free texts are left out')
    .requiredOption('--case <file>', 'the case file')
    .requiredOption('--out <file>', 'the copy, which must not exist yet')
    .option('--mask', 'also merchants, terminals and the digits of card numbers')
    .option('--lock', 'lock the copy with a passphrase of its own, from ASSAY_NEW_PASSPHRASE or typed')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The same text is the same token in every copy of yours. The copy opens as a whole case, and audit --verify holds on it. Names of who
decided, times, amounts and ids of transactions stay; look through the notes before you send it. Without --lock the copy is in the clear, also of
a locked case.

Examples:
  assay share --case spring.assay --out spring-shared.assay
  assay share --case spring.assay --out spring-masked.assay --mask
  assay share --case spring.assay --out spring-locked.assay --lock`,
    )
    .action(async ({ case: casePath, out, mask, lock, json }: ShareFlags) => {
      await runCommand(surroundings, 'share', json === true, printShared, async () => ({
        casePath: requireCase(casePath),
        output: out ?? '',
        mask: mask === true,
        ...(lock === true ? { passphrase: await newPassphrase(surroundings, true) } : {}),
      }));
    });
}

interface EraseFlags {
  readonly case?: string;
  readonly olderThan?: number;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly by?: string;
  readonly json?: boolean;
}

/** `assay erase`: what is old, and who it was about, out of a case for good. */
export function addEraseCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('erase')
    .summary(
      'take old transactions, and who the people of old ones were, out of a case for good; the history stays whole',
    )
    .requiredOption('--case <file>', 'the case file')
    .requiredOption('--older-than <days>', 'transactions so long before the newest event, such as 400d', parseDays)
    .requiredOption('--reason <text>', 'why, for the history')
    .option('--dry-run', 'say what would go, and change nothing')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Whole segments go, some thousand rows at a time; rows that decisions speak of stay with their tokens, behind which no text is any more.
Ids and tokens stay in the lists of values of a column. Backups and copies made before hold what they held: delete them, too.

Examples:
  assay erase --case spring.assay --older-than 400d --reason "end of the retention period" --dry-run
  assay erase --case spring.assay --older-than 400d --reason "end of the retention period"`,
    )
    .action(async (flags: EraseFlags) => {
      await runCommand(surroundings, 'erase', flags.json === true, printErased, async () => ({
        casePath: requireCase(flags.case),
        olderThanDays: flags.olderThan ?? 0,
        reason: flags.reason ?? '',
        dryRun: flags.dryRun === true,
        ...(await whoActs(surroundings, flags)),
      }));
    });
}

function printErased(result: JobResult<'erase'>, { print }: CommandSurroundings): void {
  print(heading(result.dryRun ? 'Would be erased' : 'Erased'));
  print(
    pairs([
      ['transactions', count(result.removedRows)],
      ['as old, kept without names', count(result.keptRows)],
      ['texts of people', count(result.forgottenTexts)],
      ['transactions left', count(result.rows)],
    ]),
  );
}

function printShared(result: JobResult<'share'>, { print }: CommandSurroundings): void {
  print(heading('Copy to share'));
  print(
    pairs([
      ['file', result.output],
      ['tokens in', result.columns.join(', ') || 'no column'],
      ['left out', result.emptied.join(', ') || 'nothing'],
      ['history of', result.of ?? 'nothing'],
    ]),
  );
}

function printRevealed({ text }: JobResult<'reveal'>, { print }: CommandSurroundings): void {
  print(text);
}
