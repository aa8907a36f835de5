import type { Command } from 'commander';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { parsePositive } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs } from './report.ts';
import { runCommand } from './run-job.ts';
import { byOption, modelOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';
import { whoActs } from './who-acts.ts';

interface WorkFlags {
  readonly case?: string;
  readonly model?: string;
  readonly minutes?: boolean;
  readonly minuteCost?: number;
  readonly by?: string;
  readonly json?: boolean;
}

/** `assay work`: what verdicts say of the work, day by day. */
export function addWorkCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('work')
    .summary('what verdicts say of the work: decided, fraud, false alarms, value stopped, agreement, cost')
    .requiredOption('--case <file>', 'the case file')
    .addOption(modelOption())
    .option('--minutes', 'with your own minutes; nobody sees those of others')
    .option('--minute-cost <amount>', 'what a minute of review costs, for the cost curve', parsePositive)
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay work --case spring.assay
  assay work --case spring.assay --minutes --minute-cost 1.2 --json`,
    )
    .action(async ({ json, model, minutes, minuteCost, ...flags }: WorkFlags) => {
      await runCommand(surroundings, 'work', json === true, printWorkReport, async () => ({
        casePath: requireCase(flags.case),
        minutes: minutes === true,
        ...(model === undefined ? {} : { model }),
        ...(minuteCost === undefined ? {} : { minuteCost }),
        ...(await whoActs(surroundings, { ...flags, json: json === true })),
      }));
    });
}

function printWorkReport(result: JobResult<'work'>, { print }: CommandSurroundings): void {
  const { days, total, agreement, cost, minutesPerAlert } = result;
  const words = ({ decided, fraud, falseAlarms, unsure, valueStopped, minutes }: typeof total): string =>
    `${count(decided)} decided: ${count(fraud)} fraud, ${count(falseAlarms)} false alarms, ${count(unsure)} unsure; ` +
    `${valueStopped.toFixed(2)} stopped${minutes === null ? '' : `; ${minutes.toFixed(0)} minutes`}`;
  print(heading('Decisions'));
  print(pairs([...days.map((day) => [day.day, words(day)] as const), ['together', words(total)]]));
  if (minutesPerAlert !== null) print(`  ${minutesPerAlert.toFixed(1)} minutes an alert, the median`);
  if (agreement !== null)
    print(
      `  ${count(agreement.agreed)} of ${count(agreement.alerts)} judged by two say the same (95 %: ` +
        `${(100 * agreement.low).toFixed(0)} to ${(100 * agreement.high).toFixed(0)} %)`,
    );
  if (cost !== null)
    print(
      `  cheapest at ${count(cost.cheapest.alerts)} alerts: ${cost.cheapest.reviewCost.toFixed(0)} of review, ` +
        `${cost.cheapest.missedLoss.toFixed(0)} of missed fraud`,
    );
}
