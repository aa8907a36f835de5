import { InvalidArgumentError, Option, type Command } from 'commander';
import type { RecentRows, RetrainRule } from '../../engine/domain/retraining.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { parseDays, parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs, shorten } from './report.ts';
import { runCommand } from './run-job.ts';
import { byOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';
import { whoActs } from './who-acts.ts';

interface RetrainFlags {
  readonly case?: string;
  readonly last?: number;
  readonly rows?: number;
  readonly since?: number;
  readonly when?: RetrainRule;
  readonly withoutFraud?: boolean;
  readonly seed?: number;
  readonly promote?: boolean;
  readonly keepChallengers?: number;
  readonly by?: string;
  readonly json?: boolean;
}

/** `assay retrain`: a challenger made of recent rows, judged beside the champion. */
export function addRetrainCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('retrain')
    .summary('train a challenger on recent transactions and judge it beside the champion, by a gate')
    .requiredOption('--case <file>', 'the case file')
    .addOption(
      new Option('--last <days>', 'learn from and judge by the newest so many days, such as 30d (default)')
        .argParser(parseDays)
        .conflicts(['rows', 'since']),
    )
    .addOption(
      new Option('--rows <count>', 'learn from and judge by the newest so many transactions')
        .argParser(parseWhole(2, 100_000_000))
        .conflicts(['last', 'since']),
    )
    .addOption(
      new Option('--since <time>', 'learn from and judge by all since a time, such as 2026-03-02')
        .argParser(parseTime)
        .conflicts(['last', 'rows']),
    )
    .option(
      '--when <rule>',
      'only where it is due: drift (a feature moved), daily (24 hours of event time), or rows=N',
      parseRetrainRule,
    )
    .option('--without-fraud', 'leave transactions known to be fraud out of what is learned from')
    .option('--seed <number>', "of what is drawn (default: the champion's)", parseWhole(0, 0xffff_ffff))
    .option(
      '--keep-challengers <count>',
      'so many challengers stay from now on, the newest (20 where never set)',
      parseWhole(1, 1_000_000),
    )
    .option('--promote', 'make the challenger the champion where it passes the gate')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay retrain --case spring.assay
  assay retrain --case spring.assay --last 30d --without-fraud --json
  assay retrain --case spring.assay --rows 2000 --when rows=1000 --promote

The challenger learns from the first seven tenths of these transactions, and both models are judged on the later rest: with
labels by average precision and card precision, without by the share that is flagged, drift, stability and overlap.
Without --promote the champion stays until \`assay promote\`. A stream that is followed changes over to a new champion by itself.`,
    )
    .action(async ({ json, ...flags }: RetrainFlags) => {
      const recent = recentRows(flags);
      await runCommand(surroundings, 'retrain', json === true, printRetrainReport, async () => ({
        casePath: requireCase(flags.case),
        ...(recent === undefined ? {} : { recent }),
        ...(flags.when === undefined ? {} : { when: flags.when }),
        ...(flags.seed === undefined ? {} : { seed: flags.seed }),
        ...(flags.keepChallengers === undefined ? {} : { keepChallengers: flags.keepChallengers }),
        withoutFraud: flags.withoutFraud === true,
        promote: flags.promote === true,
        ...(await whoActs(surroundings, { ...flags, json: json === true })),
      }));
    });
}

function recentRows({ last, rows, since }: RetrainFlags): RecentRows | undefined {
  if (last !== undefined) return { kind: 'days', days: last };
  if (rows !== undefined) return { kind: 'rows', rows };
  return since === undefined ? undefined : { kind: 'since', timeMs: since };
}

function parseTime(text: string): number {
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs))
    throw new InvalidArgumentError('it must be a time such as 2026-03-02 or 2026-03-02T08:00Z.');
  return timeMs;
}

/** Reads when a model is made anew. */
export function parseRetrainRule(text: string): RetrainRule {
  if (text === 'drift' || text === 'daily') return { kind: text };
  const [, digits] = /^rows=(\d{1,9})$/.exec(text) ?? [];
  const rows = Number(digits);
  if (!(rows > 0)) throw new InvalidArgumentError('it must be drift, daily, or rows=N, such as rows=10000.');
  return { kind: 'rows', rows };
}

/** Reads which rows a challenger is made of. */
export function parseRecentRows(text: string): RecentRows {
  const [, digits] = /^rows=(\d{1,9})$/.exec(text) ?? [];
  return digits === undefined ? { kind: 'days', days: parseDays(text) } : { kind: 'rows', rows: Number(digits) };
}

function printRetrainReport(result: JobResult<'retrain'>, { print, note }: CommandSurroundings): void {
  const { isDue, due, trained, judged, gate, model, champion, isChampion } = result;
  for (const notice of result.notices) note(`Note: ${notice}`);
  if (!isDue) {
    print(`Nothing was done: ${due}`);
    return;
  }
  const span = ({ fromMs, toMs }: typeof judged | typeof trained): string =>
    fromMs === null || toMs === null ? '' : `, ${dayAndTime(fromMs)} to ${dayAndTime(toMs)} UTC`;
  const figure = (value: number | null): string => (value === null ? '-' : value.toFixed(4));
  print(heading('Retrained'));
  print(
    pairs([
      [
        'learned from',
        `${count(trained.rows)} rows${span(trained)}${trained.withoutFraud === 0 ? '' : `, without ${count(trained.withoutFraud)} known to be fraud`}`,
      ],
      ['judged on', `${count(judged.rows)} later rows${span(judged)}; ${count(judged.frauds)} known to be fraud`],
      ['champion before', `${champion.id} (${shorten(champion.digest, 12)})`],
      ['challenger', model === null ? 'none' : `${model.id} (${shorten(model.digest, 12)})`],
    ]),
  );
  if (gate === null || model === null) return;
  print(heading('Gate: champion, challenger'));
  print(
    pairs(
      gate.checks.map(({ name, champion: before, challenger, passed }) => [
        name,
        `${figure(before)}   ${figure(challenger)}   ${passed === null ? 'told only' : passed ? 'passed' : 'held back'}`,
      ]),
    ),
  );
  print(`\n  ${gate.sentence}`);
  print(
    isChampion
      ? `  Model ${model.id} is the champion now; \`assay rollback --case FILE\` takes it back.`
      : `  The champion is as before; \`assay promote --case FILE --model ${model.id} --reason TEXT\` changes that.`,
  );
}

function dayAndTime(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
}
