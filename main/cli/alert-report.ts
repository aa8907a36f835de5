import type { JobResult } from '../../preload/contract/jobs.ts';
import { count, heading, pairs, shorten, table } from './report.ts';
import type { CommandSurroundings } from './surroundings.ts';

type ListedAlert = JobResult<'alerts'>['alerts'][number];

/** The alerts of a case, one a line; below each its transactions, where they were asked for. */
export function printAlertsReport(result: JobResult<'alerts'>, { print }: CommandSurroundings): void {
  const { alerts, total, model, allAlerts, alertsPerDay, flagged } = result;
  print(heading(`Alerts of model ${model.id}`));
  const rows = alerts.flatMap((alert) => [
    [
      alert.key,
      alert.score.toFixed(4),
      alert.day ?? '-',
      shorten(alert.entity, 32),
      count(alert.flagged),
      alert.topId,
      verdictText(alert),
      ...(alert.reason === undefined ? [] : [alert.theme ?? '-', alert.reason]),
    ],
    ...(alert.transactions ?? []).map(({ id, score }) => ['', score.toFixed(4), '', '', '', id, '']),
  ]);
  const isExplained = alerts.some(({ reason }) => reason !== undefined);
  const heads = ['key', 'score', 'opens', 'whose', 'flagged', 'transaction', 'verdict'];
  print(
    table(
      [...heads, ...(isExplained ? ['theme', 'first reason'] : [])],
      rows,
      [...heads, '', ''].map((head) => head === 'score' || head === 'flagged'),
    ),
  );
  const perDay = alertsPerDay === null ? '' : ` (${alertsPerDay.toFixed(1)} a day)`;
  print(`\n  ${count(alerts.length)} of ${count(total)} listed.`);
  print(`  The line gives ${count(allAlerts)} alerts${perDay} = ${count(flagged)} flagged transactions.`);
}

function verdictText({ verdict, reopened }: ListedAlert): string {
  if (reopened !== null) return `open again: ${reopened.verdict}, ${count(reopened.newTransactions)} new since`;
  return verdict ?? '-';
}

/** What was decided or taken back, and by whom. */
export function printJudgeReport(result: JobResult<'judge'>, { print }: CommandSurroundings): void {
  const { verdicts, recommended, undone, undoDepth, by } = result;
  if (recommended.length > 0)
    print(`  Recommended by ${by}: ${recommended.join(', ')}. Somebody else has to say the same.`);
  if (verdicts.length > 0)
    print(
      table(
        ['alert', 'verdict', 'reason', 'transactions', 'by'],
        verdicts.map((each) => [each.key, each.verdict, each.reason ?? '-', count(each.transactions), each.by]),
        [false, false, false, true, false],
      ),
    );
  else if (recommended.length === 0)
    print(undone === null ? `  ${by} has done nothing that can be taken back.` : `  ${by} took back: ${undone}.`);
  if (undoDepth > 0) print(`\n  \`assay judge --undo\` takes back the last of ${count(undoDepth)}.`);
}

/** Who did what, oldest first. */
export function printAuditReport(result: JobResult<'audit'>, { print }: CommandSurroundings): void {
  const { entries, total, whole, derived, against, output } = result;
  print(heading('History'));
  print(
    table(
      ['entry', 'when', 'who', 'what', 'of', 'hash'],
      entries.map(({ id, at, by, what, about, hash }) => [count(id), at, by, what, about, shorten(hash, 12)]),
      [true, false, false, false, false, false],
    ),
  );
  print(`\n  ${count(entries.length)} of ${count(total)} entries listed.`);
  if (whole === true)
    print('  The case is whole: every entry of its history, and all it speaks of, is as it was written.');
  for (const { id, digest, forest, featuresAgain, notes } of derived ?? []) {
    const again = [...(featuresAgain ? ['features'] : []), ...(forest === 'same' ? ['forest'] : []), 'scores'];
    const but = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
    print(`  Model ${id} (${shorten(digest, 12)}) was made anew: ${again.join(', ')}${but}.`);
  }
  if (against !== null && whole === true)
    print(
      `  The history holds what the export names: ${count(against.heads)} of its heads, the newest of them entry ${count(against.newestEntry)}.`,
    );
  if (output !== null) print(`  Written to ${output}.`);
}

/** Which model is the champion now, and which was. */
export function printChampionReport(
  { model, before, by, case: casePath }: JobResult<'promote'>,
  { print }: CommandSurroundings,
): void {
  const nameOf = ({ id, digest, seed, trees }: JobResult<'promote'>['model']): string =>
    `model ${id}  ${shorten(digest, 12)}  ${count(trees)} trees, seed ${seed}`;
  print(
    pairs([
      ['champion', nameOf(model)],
      ['before', before === null ? 'none' : nameOf(before)],
      ['by', by],
      ['case', casePath],
    ]),
  );
}
