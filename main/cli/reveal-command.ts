import type { Command } from 'commander';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { jsonOption } from './json-option.ts';
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

function printRevealed({ text }: JobResult<'reveal'>, { print }: CommandSurroundings): void {
  print(text);
}
