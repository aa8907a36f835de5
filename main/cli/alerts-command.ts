import { Option, type Command } from 'commander';
import type { JobInput } from '../../preload/contract/jobs.ts';
import { dismissalReasons, verdictKinds, type VerdictKind } from '../../engine/domain/verdict.ts';
import { usageError } from '../../engine/domain/error.ts';
import { leadingThemes, type LeadingTheme } from '../../engine/domain/window-feature.ts';
import { parseDay, parseNames, parseWhole } from './flags.ts';
import { printAlertsReport, printJudgeReport } from './alert-report.ts';
import { jsonOption } from './json-option.ts';
import { runCommand } from './run-job.ts';
import { byOption, modelOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';
import { whoActs } from './who-acts.ts';

interface AlertsFlags {
  readonly case?: string;
  readonly model?: string;
  readonly transactions?: boolean;
  readonly limit?: number;
  readonly verdict?: readonly string[];
  readonly theme?: readonly string[];
  readonly reasons?: boolean;
  readonly json?: boolean;
}

const listedThemes = `amount, velocity, new (for this card),
time (habit), terminal, risk (confirmed fraud), other (features of no theme)`;

const aboutKeys = `The key of an alert is # and the place of its most anomalous transaction. # begins a comment in a shell, so the
number alone is understood too.`;

/** `assay alerts` and `assay judge`: the loop of verdicts, for scripts and terminals. */
export function addAlertsCommands(program: Command, surroundings: CommandSurroundings): void {
  addAlerts(program, surroundings);
  addJudge(program, surroundings);
}

const verdictStates = [...verdictKinds, 'none', 'snoozed', 'suppressed'] as const;
type VerdictState = (typeof verdictStates)[number];

function addAlerts(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('alerts')
    .summary('list the alerts of a case, the most anomalous first')
    .requiredOption('--case <file>', 'the case file')
    .addOption(modelOption())
    .option('--transactions', 'also the flagged transactions of each alert')
    .option('--limit <count>', 'how many to list (default all)', parseWhole(1, 1_000_000))
    .option('--verdict <states>', `only these, separated by commas: ${verdictStates.join(', ')}`, parseNames)
    .option(
      '--theme <themes>',
      `only these lead the score, separated by commas: ${leadingThemes.join(', ')}`,
      parseNames,
    )
    .option('--reasons', 'also what leads each alert, its theme and first reason (--theme does so too)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay alerts --case spring.assay --limit 20
  assay alerts --case spring.assay --limit 20 --reasons
  assay alerts --case spring.assay --theme velocity,new --json
  assay alerts --case spring.assay --verdict none,unsure
  assay alerts --case spring.assay --transactions --json

An alert is the flagged transactions of one card (else customer, else account) that follow each other by no more than a gap;
\`assay tune --gap\` sets it. The theme of an alert is what adds most to the score of
its most anomalous transaction: ${listedThemes}.
${aboutKeys}`,
    )
    .action(async ({ json, model, limit, transactions, verdict, theme, reasons, ...flags }: AlertsFlags) => {
      await runCommand(surroundings, 'alerts', json === true, printAlertsReport, () => ({
        casePath: requireCase(flags.case),
        ...(model === undefined ? {} : { model }),
        ...(limit === undefined ? {} : { limit }),
        transactions: transactions === true,
        reasons: reasons === true || theme !== undefined,
        filter: {
          ...(verdict === undefined ? {} : { verdict: verdict.map(verdictState) }),
          ...(theme === undefined ? {} : { themes: theme.map(leadingTheme) }),
        },
      }));
    });
}

function verdictState(name: string): VerdictState {
  const state = verdictStates.find((known) => known === name);
  if (state === undefined)
    throw usageError('WRONG_USE', `An alert is never '${name}'.`, `Choose from ${verdictStates.join(', ')}.`);
  return state;
}

function leadingTheme(name: string): LeadingTheme {
  const theme = leadingThemes.find((known) => known === name);
  if (theme === undefined)
    throw usageError('WRONG_USE', `No theme is called '${name}'.`, `Choose from ${leadingThemes.join(', ')}.`);
  return theme;
}

interface JudgeFlags {
  readonly case?: string;
  readonly model?: string;
  readonly alert?: readonly string[];
  readonly transaction?: readonly string[];
  readonly as?: VerdictKind;
  readonly reason?: (typeof dismissalReasons)[number];
  readonly note?: string;
  readonly until?: string;
  readonly replace?: boolean;
  readonly undo?: boolean;
  readonly by?: string;
  readonly json?: boolean;
}

function addJudge(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('judge')
    .summary('give a verdict on alerts or transactions, or take the last one back')
    .requiredOption('--case <file>', 'the case file')
    .addOption(modelOption())
    .option('--alert <keys...>', 'alerts, by key; several after one another or separated by commas', parseNames)
    .option('--transaction <ids...>', 'single transactions by id, flagged or not', parseNames)
    .addOption(new Option('--as <verdict>', 'what it is').choices([...verdictKinds]))
    .addOption(new Option('--reason <reason>', 'why').choices([...dismissalReasons]))
    .option('--note <text>', 'a note that is kept with it')
    .option('--until <date>', 'YYYY-MM-DD: new flags before this day leave it closed (default: any opens it)', parseDay)
    .option('--replace', 'put it in the place of what somebody else decided')
    .option('--undo', 'take back your last verdict, note, snooze, split or join')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay judge --case spring.assay --alert 1687 --as fraud --note "customer phoned"
  assay judge --case spring.assay --alert 12,40 --as legitimate --reason travel --until 2026-06-01
  assay judge --case spring.assay --transaction p-4711 --as fraud
  assay judge --case spring.assay --undo

A verdict speaks for the transactions that are flagged now; what is flagged later opens the alert again.
${aboutKeys}`,
    )
    .action(async (flags: JudgeFlags) => {
      await runCommand(surroundings, 'judge', flags.json === true, printJudgeReport, async () => ({
        casePath: requireCase(flags.case),
        ...(flags.model === undefined ? {} : { model: flags.model }),
        action: judgeAction(flags),
        ...(await whoActs(surroundings, flags)),
      }));
    });
}

/** @throws AssayError WRONG_USE where it is not said what is judged, as what, or where that and --undo are. */
function judgeAction({
  alert = [],
  transaction = [],
  as,
  reason,
  note,
  until,
  replace,
  undo,
}: JudgeFlags): JobInput<'judge'>['action'] {
  const isVerdict = alert.length + transaction.length > 0;
  if (undo === true) {
    const said = [as, reason, note, until, replace].some((flag) => flag !== undefined);
    if (isVerdict || said)
      throw usageError('WRONG_USE', '--undo takes the last action back, and nothing else.', 'Leave the others out.');
    return { kind: 'undo' };
  }
  if (!isVerdict)
    throw usageError(
      'WRONG_USE',
      'It was not said what is judged.',
      'Name alerts by key with --alert (`assay alerts --case FILE` lists them), or transactions by id with --transaction.',
    );
  if (as === undefined)
    throw usageError('WRONG_USE', 'The verdict is missing.', `Say it with --as: ${verdictKinds.join(', ')}.`);
  return {
    kind: 'verdict',
    alerts: [...alert],
    transactions: [...transaction],
    as,
    ...(reason === undefined ? {} : { reason }),
    ...(note === undefined ? {} : { note }),
    ...(until === undefined ? {} : { closedUntil: until }),
    replace: replace === true,
  };
}
