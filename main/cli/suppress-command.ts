import { InvalidArgumentError, type Command } from 'commander';
import type { JobInput, JobResult } from '../../preload/contract/jobs.ts';
import { parseDays, parseNames, parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs } from './report.ts';
import { runCommand } from './run-job.ts';
import { byOption, modelOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';
import { whoActs } from './who-acts.ts';

type FeatureRange = NonNullable<
  Extract<JobInput<'suppress'>['action'], { kind: 'add' }>['pattern']['features']
>[number];

interface SuppressFlags {
  readonly case?: string;
  readonly model?: string;
  readonly by?: string;
  readonly json?: boolean;
}

interface AddFlags extends SuppressFlags {
  readonly entity?: readonly string[];
  readonly counterpart?: readonly string[];
  readonly where?: readonly FeatureRange[];
  readonly past?: number;
  readonly for?: number;
  readonly reason: string;
  readonly dryRun?: boolean;
}

/** `assay suppress add`, `list` and `lift`: patterns that make no alert for a time. */
export function addSuppressCommands(program: Command, surroundings: CommandSurroundings): void {
  const suppress = program
    .command('suppress')
    .summary('silence a pattern for a time, see what that hides, and lift it')
    .addHelpText(
      'after',
      `
Examples:
  assay suppress add --case spring.assay --counterpart T3 --reason "toll gates" --dry-run
  assay suppress add --case spring.assay --counterpart T2 --where "amount<=20" --for 14d --reason "small sums"
  assay suppress list --case spring.assay
  assay suppress lift 1 --case spring.assay
  assay alerts --case spring.assay --verdict suppressed`,
    );
  addAdd(suppress, surroundings);
  addList(suppress, surroundings);
  addLift(suppress, surroundings);
}

function addAdd(suppress: Command, surroundings: CommandSurroundings): void {
  suppress
    .command('add')
    .summary('silence what meets all that is named; with --dry-run only say what that would hide')
    .requiredOption('--case <file>', 'the case file')
    .requiredOption('--reason <text>', 'why')
    .addOption(modelOption())
    .option('--entity <texts...>', 'cards, customers or accounts, as the recording writes them', parseNames)
    .option('--counterpart <texts...>', 'terminals or merchants, as the recording writes them', parseNames)
    .option('--where <conditions...>', 'features within bounds, such as "amount<=20" or "amount>=5"', parseRange)
    .option(
      '--past <days>',
      'of what is in the case already, so many days before the newest event (default 30d)',
      parseDays,
    )
    .option('--for <days>', 'it expires so long after the newest event (default 30d)', parseDays)
    .option('--dry-run', 'say what it would hide, known fraud included, and change nothing')
    .addOption(byOption())
    .addOption(jsonOption())
    .action(async (flags: AddFlags) => {
      const { entity = [], counterpart = [], where = [], past, for: forDays, reason, dryRun } = flags;
      await run(surroundings, flags, {
        kind: 'add',
        pattern: { entities: [...entity], counterparts: [...counterpart], features: [...where] },
        reason,
        dryRun: dryRun === true,
        ...(past === undefined ? {} : { pastDays: past }),
        ...(forDays === undefined ? {} : { forDays }),
      });
    });
}

function addList(suppress: Command, surroundings: CommandSurroundings): void {
  suppress
    .command('list')
    .summary('every pattern that was suppressed, with what it hides now')
    .requiredOption('--case <file>', 'the case file')
    .addOption(modelOption())
    .addOption(jsonOption())
    .action(async (flags: SuppressFlags) => run(surroundings, flags, { kind: 'list' }));
}

function addLift(suppress: Command, surroundings: CommandSurroundings): void {
  suppress
    .command('lift')
    .summary('put the alerts of a pattern back into the queue')
    .argument('<number>', 'its number in the list', parseWhole(1, 1_000_000))
    .requiredOption('--case <file>', 'the case file')
    .addOption(modelOption())
    .addOption(byOption())
    .addOption(jsonOption())
    .action(async (id: number, flags: SuppressFlags) => run(surroundings, flags, { kind: 'lift', id }));
}

async function run(
  surroundings: CommandSurroundings,
  flags: SuppressFlags,
  action: JobInput<'suppress'>['action'],
): Promise<void> {
  await runCommand(surroundings, 'suppress', flags.json === true, printSuppressReport, async () => ({
    casePath: requireCase(flags.case),
    ...(flags.model === undefined ? {} : { model: flags.model }),
    action,
    ...(await whoActs(surroundings, flags)),
  }));
}

/** `amount<=20`: a bound of a feature; several on one feature hold together. */
function parseRange(text: string, previous: readonly FeatureRange[] | undefined): readonly FeatureRange[] {
  const [, name, relation, bound] = /^\s*(.+?)\s*(<=|>=)\s*(\S+)\s*$/.exec(text) ?? [];
  const value = Number(bound);
  if (name === undefined || !Number.isFinite(value))
    throw new InvalidArgumentError('it must be a feature with a bound, such as "amount<=20".');
  return [...(previous ?? []), { name, from: relation === '>=' ? value : null, to: relation === '<=' ? value : null }];
}

function printSuppressReport(result: JobResult<'suppress'>, { print }: CommandSurroundings): void {
  const { preview, added, suppressions } = result;
  if (preview !== null) {
    print(heading(added === null ? 'It would hide' : `Suppressed as ${added}`));
    print(
      pairs([
        ['pattern', preview.words],
        ['from, until', `${preview.fromDay}, ${preview.untilDay}`],
        ['alerts', `${count(preview.alerts)} of ${count(preview.transactions)} transactions`],
        ['known fraud', count(preview.fraud)],
        ['decided, which stay', count(preview.decided)],
        ['leave the queue', count(preview.leaveTheQueue)],
      ]),
    );
    for (const { key, entity, id } of preview.frauds) print(`  fraud: ${key} ${entity}, ${id}`);
  }
  print(heading(`${count(result.suppressedAlerts)} alerts are suppressed`));
  for (const { id, words, owner, reason, untilDay, lifted, isStanding, hides } of suppressions) {
    const state = lifted !== null ? `lifted by ${lifted.by}` : isStanding ? `until ${untilDay}` : 'expired';
    print(`  ${id}  ${words}: ${reason} (${owner}, ${state})`);
    print(`     hides ${count(hides.alerts)} alerts, ${count(hides.fraud)} known fraud`);
  }
}
