import type { Command } from 'commander';
import { parseWhole } from './flags.ts';
import { printAuditReport, printChampionReport } from './alert-report.ts';
import { jsonOption } from './json-option.ts';
import { trackingServer } from './publish-target.ts';
import { runCommand } from './run-job.ts';
import { againstOption, byOption, forceOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';
import { whoActs } from './who-acts.ts';

/** `assay audit`, `assay promote` and `assay rollback`: what was done to a case, and which model is the champion. */
export function addHistoryCommands(program: Command, surroundings: CommandSurroundings): void {
  addAudit(program, surroundings);
  addPromote(program, surroundings);
  addRollback(program, surroundings);
}

interface AuditFlags {
  readonly case?: string;
  readonly alert?: string;
  readonly model?: string;
  readonly text?: string;
  readonly limit?: number;
  readonly verify?: boolean;
  readonly rescore?: boolean;
  readonly against?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

function addAudit(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('audit')
    .summary('show who did what to a case and when, and verify that nothing of it was changed')
    .requiredOption('--case <file>', 'the case file')
    .option('--alert <key>', 'only what was done to one alert or transaction, by key; the number alone is enough')
    .option('--model <name>', 'only what was done to one model, by number or digest')
    .option('--text <words>', 'only entries with these words, or by this person')
    .option('--limit <count>', 'only the last so many', parseWhole(1, 100_000_000))
    .option(
      '--verify',
      'check the history and everything it speaks of; exit code 1 where something was changed, came or is missing',
    )
    .option('--rescore', 'with --verify: make features, forests and scores anew from rows, parameters and seeds')
    .addOption(againstOption('with --verify: '))
    .option('--out <file>', 'write the entries as NDJSON too')
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay audit --case spring.assay --limit 20
  assay audit --case spring.assay --alert 1687
  assay audit --case spring.assay --text threshold
  assay audit --case spring.assay --verify --out history.ndjson
  assay audit --case spring.assay --verify --rescore --limit 5
  assay audit --case spring.assay --verify --against spring.seal.json --limit 5`,
    )
    .action(async ({ json, out, verify, rescore, force, case: casePath, ...choice }: AuditFlags) => {
      await runCommand(
        surroundings,
        'audit',
        json === true,
        printAuditReport,
        () => ({
          ...choice,
          casePath: requireCase(casePath),
          verify: verify === true,
          rescore: rescore === true,
          force: force === true,
          ...(out === undefined ? {} : { output: out }),
        }),
        ({ problems }) => {
          if (problems.length > 0)
            surroundings.fail({
              code: 'CHECK_FAILED',
              kind: 'failure',
              message: `The case is not as it was written: ${problems.join(' ')}`,
              nextStep: 'Compare with a backup of the case, or read the recordings anew.',
            });
        },
      );
    });
}

interface ChampionFlags {
  readonly case?: string;
  readonly model?: string;
  readonly trackingUri?: string;
  readonly reason?: string;
  readonly by?: string;
  readonly json?: boolean;
}

function addPromote(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('promote')
    .summary('make a model the champion: the one that is meant wherever none is named')
    .requiredOption('--case <file>', 'the case file')
    .requiredOption(
      '--model <name>',
      "number or digest of one of the case's models, or models:/NAME@ALIAS, which is taken over where the case lacks it",
    )
    .option('--tracking-uri <address>', 'the MLflow server of models:/ (default: MLFLOW_TRACKING_URI)')
    .requiredOption('--reason <text>', 'why, for the history')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  assay promote --case spring.assay --model 2 --reason "finds the leaked cards at the same budget"
  assay promote --case spring.assay --model models:/card-fraud@champion --tracking-uri http://127.0.0.1:5000 --reason "moved in MLflow"`,
    )
    .action(async ({ json, ...flags }: ChampionFlags) => {
      await runCommand(surroundings, 'promote', json === true, printChampionReport, async () => ({
        casePath: requireCase(flags.case),
        model: flags.model ?? '',
        ...trackingServer(flags.trackingUri),
        ...(flags.reason === undefined ? {} : { reason: flags.reason }),
        ...(await whoActs(surroundings, { ...flags, json: json === true })),
      }));
    });
}

function addRollback(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('rollback')
    .summary('make the champion before the present one the champion again')
    .requiredOption('--case <file>', 'the case file')
    .option('--reason <text>', 'why, for the history')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  assay rollback --case spring.assay --reason "too many alerts at night"`,
    )
    .action(async ({ json, ...flags }: ChampionFlags) => {
      await runCommand(surroundings, 'rollback', json === true, printChampionReport, async () => ({
        casePath: requireCase(flags.case),
        ...(flags.reason === undefined ? {} : { reason: flags.reason }),
        ...(await whoActs(surroundings, { ...flags, json: json === true })),
      }));
    });
}
