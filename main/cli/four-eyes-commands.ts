import { Option, type Command } from 'commander';
import { usageError } from '../../engine/domain/error.ts';
import type { FourEyes } from '../../engine/domain/four-eyes.ts';
import { verdictKinds } from '../../engine/domain/verdict.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { parseNames } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs, table } from './report.ts';
import { runCommand } from './run-job.ts';
import { byOption, forceOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';
import { whoActs } from './who-acts.ts';

interface CommonFlags {
  readonly case?: string;
  readonly by?: string;
  readonly json?: boolean;
}

interface FourEyesFlags extends CommonFlags {
  readonly outcomes?: readonly string[];
  readonly none?: boolean;
  readonly signed?: boolean;
}

/** `assay four-eyes` and `assay hand-over`: outcomes that need two people, on one laptop or on two. */
export function addFourEyesCommands(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('four-eyes')
    .summary('say which outcomes need a second person, and list what waits for one')
    .requiredOption('--case <file>', 'the case file')
    .option(
      '--outcomes <verdicts>',
      `which need a second person, separated by commas: ${verdictKinds.join(', ')}`,
      parseNames,
    )
    .addOption(new Option('--none', 'no outcome needs one any more').conflicts(['outcomes', 'signed']))
    .option('--signed', 'with --outcomes: one of the two must have come in a signed hand-over')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The first verdict of such an outcome recommends; it stands once somebody else gives the same. On one laptop people are known by the
names they give: --signed asks for a hand-over that another's key signed.

Examples:
  assay four-eyes --case spring.assay --outcomes fraud --by ana
  assay judge --case spring.assay --alert 1687 --as fraud --by ana
  assay four-eyes --case spring.assay
  assay judge --case spring.assay --alert 1687 --as fraud --by ben`,
    )
    .action(async (flags: FourEyesFlags) => {
      await runCommand(surroundings, 'fourEyes', flags.json === true, printFourEyes, async () => {
        const rule = ruleOf(flags);
        return {
          casePath: requireCase(flags.case),
          ...(rule === null ? {} : { rule, ...(await whoActs(surroundings, flags)) }),
        };
      });
    });
  addHandOver(program, surroundings);
}

interface WriteFlags extends CommonFlags {
  readonly out: string;
  readonly makeKey?: boolean;
  readonly force?: boolean;
}

interface TakeFlags extends CommonFlags {
  readonly key: string;
}

function addHandOver(program: Command, surroundings: CommandSurroundings): void {
  const handOver = program
    .command('hand-over')
    .summary('carry what one person said of outcomes that need two to another laptop, signed')
    .addHelpText(
      'after',
      `
Examples:
  assay hand-over write --case spring.assay --out ana.hand-over.json --by ana --make-key
  assay hand-over take ana.hand-over.json --case spring.assay --key seal-case.pub --by ben`,
    );
  handOver
    .command('write')
    .summary('your recommendations, and your verdicts that answered others, signed with your key')
    .requiredOption('--case <file>', 'the case file')
    .requiredOption('--out <file>', 'the file to write')
    .option('--make-key', 'make your keys, where there are none')
    .addOption(byOption())
    .addOption(forceOption())
    .addOption(jsonOption())
    .action(async (flags: WriteFlags) => {
      await runCommand(surroundings, 'handOver', flags.json === true, printWritten, async () => ({
        casePath: requireCase(flags.case),
        output: flags.out,
        makeKey: flags.makeKey === true,
        force: flags.force === true,
        ...(await whoActs(surroundings, flags)),
      }));
    });
  handOver
    .command('take')
    .summary('what somebody else said, checked with their public key; together with yours it makes a verdict')
    .argument('<file>', 'what `assay hand-over write` wrote')
    .requiredOption('--case <file>', 'the case file')
    .requiredOption('--key <file>', 'their public key, got by a way you trust')
    .addOption(byOption())
    .addOption(jsonOption())
    .action(async (file: string, flags: TakeFlags) => {
      await runCommand(surroundings, 'takeHandOver', flags.json === true, printTaken, async () => ({
        casePath: requireCase(flags.case),
        file,
        key: flags.key,
        ...(await whoActs(surroundings, flags)),
      }));
    });
}

/** Null where it is only read. @throws AssayError WRONG_USE where an outcome is none, or --signed stands alone. */
function ruleOf({ outcomes, none, signed }: FourEyesFlags): FourEyes | null {
  if (none === true) return { outcomes: [], signed: false };
  if (outcomes === undefined) {
    if (signed !== true) return null;
    throw usageError('WRONG_USE', 'It was not said which outcomes need a second person.', 'Add --outcomes fraud.');
  }
  return {
    outcomes: outcomes.map((name) => {
      const kind = verdictKinds.find((known) => known === name);
      if (kind !== undefined) return kind;
      throw usageError('WRONG_USE', `'${name}' is no verdict.`, `Choose from ${verdictKinds.join(', ')}.`);
    }),
    signed: signed === true,
  };
}

function printFourEyes({ outcomes, signed, waiting }: JobResult<'fourEyes'>, { print }: CommandSurroundings): void {
  print(heading('Four eyes'));
  print(
    pairs([
      ['need a second person', outcomes.length === 0 ? 'none' : outcomes.join(', ')],
      ...(signed ? ([['one of the two', 'in a signed hand-over']] as const) : []),
      ['waiting', count(waiting.length)],
    ]),
  );
  if (waiting.length > 0)
    print(
      table(
        ['alert', 'name', 'recommended', 'by', 'when', 'key'],
        waiting.map(({ key, name, kind, by, atMs, signedBy }) => [
          key,
          name,
          kind,
          by,
          new Date(atMs).toISOString(),
          signedBy === null ? '-' : signedBy.slice(0, 12),
        ]),
        [false, false, false, false, false, false],
      ),
    );
}

function printWritten({ words, by, output, key }: JobResult<'handOver'>, { print }: CommandSurroundings): void {
  print(heading('Hand-over'));
  print(
    pairs([
      ['file', output],
      ['of', `${count(words)} alerts, by ${by}`],
      ['key', key],
    ]),
  );
}

function printTaken(result: JobResult<'takeHandOver'>, { print }: CommandSurroundings): void {
  print(heading('Taken over'));
  print(
    pairs([
      ['from', `${result.by}, key ${result.key.slice(0, 12)}`],
      ['read', count(result.read)],
      ['decided', count(result.decided)],
      ['wait for a second person', count(result.recommended)],
      ['known before', count(result.known)],
      ['without a transaction here', count(result.unmatched.length)],
    ]),
  );
}
