import { Option, type Command } from 'commander';
import { parseDays, parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { printRetainReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { byOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';
import { whoActs } from './who-acts.ts';

interface RetainFlags {
  readonly case?: string;
  readonly olderThan?: number;
  readonly keepRows?: number;
  readonly keepChallengers?: number;
  readonly remember?: boolean;
  readonly forget?: boolean;
  readonly dryRun?: boolean;
  readonly by?: string;
  readonly json?: boolean;
}

/** `assay retain`: old rows go, decisions and what they stand on stay. */
export function addRetainCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('retain')
    .summary('remove old transactions from a case, but for those that decisions speak of')
    .requiredOption('--case <file>', 'the case file')
    .option('--older-than <days>', 'transactions so long before the newest event, such as 180d', parseDays)
    .option('--keep-rows <count>', 'what is older than so many of the newest rows', parseWhole(1, 4_000_000_000))
    .option(
      '--keep-challengers <count>',
      'models that retraining made, but for so many of the newest (20 where never set)',
      parseWhole(1, 1_000_000),
    )
    .option('--remember', 'set it for the case: the same is removed after every ingest and follow')
    .addOption(
      new Option('--forget', 'the case keeps everything from now on').conflicts([
        'olderThan',
        'keepRows',
        'keepChallengers',
        'remember',
        'dryRun',
      ]),
    )
    .addOption(new Option('--dry-run', 'say what would go, and change nothing').conflicts('remember'))
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Whole segments go, some thousand rows at a time. Rows that stay keep their keys. Of models, those go that retraining made, unless they were
ever the champion, published, or a verdict was given under them; the history keeps what each was.

Examples:
  assay retain --case spring.assay --older-than 180d --dry-run
  assay retain --case spring.assay --older-than 180d --remember
  assay retain --case spring.assay --keep-rows 1000000
  assay retain --case spring.assay --keep-challengers 5 --remember`,
    )
    .action(
      async ({
        case: casePath,
        olderThan,
        keepRows,
        keepChallengers,
        remember,
        forget,
        dryRun,
        by,
        json,
      }: RetainFlags) => {
        const setting = remember === true ? 'remember' : forget === true ? 'forget' : undefined;
        await runCommand(surroundings, 'retain', json === true, printRetainReport, async () => ({
          casePath: requireCase(casePath),
          ...(olderThan === undefined ? {} : { olderThanDays: olderThan }),
          ...(keepRows === undefined ? {} : { keepRows }),
          ...(keepChallengers === undefined ? {} : { keepChallengers }),
          ...(setting === undefined ? {} : { setting }),
          dryRun: dryRun === true,
          ...(await whoActs(surroundings, { ...(by === undefined ? {} : { by }), json: json === true })),
        }));
      },
    );
}
