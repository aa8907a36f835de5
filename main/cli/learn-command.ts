import { Option, type Command } from 'commander';
import { learningSources, type LearningSource } from '../../engine/domain/model.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs, shorten } from './report.ts';
import { runCommand } from './run-job.ts';
import { modelOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface LearnFlags {
  readonly case?: string;
  readonly model?: string;
  readonly from: LearningSource;
  readonly seed?: number;
  readonly json?: boolean;
}

/** `assay learn`: a model that ranks by what analysts decided, as a challenger. */
export function addLearnCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('learn')
    .summary('learn from verdicts which of the unusual is fraud, as a challenger to the champion')
    .requiredOption('--case <file>', 'the case file')
    .addOption(modelOption())
    .addOption(
      new Option('--from <source>', 'verdicts, the label column, or it and verdicts where it says nothing')
        .choices([...learningSources])
        .default('verdicts'),
    )
    .option('--seed <number>', 'of what is drawn (default 1)', parseWhole(0, 0xffff_ffff))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay learn --case spring.assay
  assay learn --case spring.assay --from both --json
  assay promote --case spring.assay --model 2 --reason "frauds come earlier"

From 100 judged alerts on it gives figures, from 200 on a model: of two days or more, with 20 fraud and 20 legitimate.
The figures stand on alerts of cards or customers that were not learned from. The champion stays until you promote.`,
    )
    .action(async ({ json, model, from, seed, ...flags }: LearnFlags) => {
      await runCommand(surroundings, 'learn', json === true, printLearnReport, () => ({
        casePath: requireCase(flags.case),
        from,
        ...(model === undefined ? {} : { model }),
        ...(seed === undefined ? {} : { seed }),
      }));
    });
}

function printLearnReport(result: JobResult<'learn'>, { print, note }: CommandSurroundings): void {
  const { verdicts, before, after, allTransactions, gate, forward, model } = result;
  for (const notice of result.notices) note(`Note: ${notice}`);
  const figure = ({ value, low, high }: typeof gate.gain): string =>
    `${value.toFixed(3)}   95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}`;
  print(heading('Learned from'));
  print(
    pairs([
      [
        'judged alerts',
        `${count(verdicts.alerts)}: ${count(verdicts.fraud)} fraud, ${count(verdicts.legitimate)} legitimate`,
      ],
      ['transactions', `${count(verdicts.transactions)} of ${count(verdicts.days)} days`],
      ['digest', shorten(verdicts.digest, 12)],
    ]),
  );
  print(heading('On cards or customers that were not learned from'));
  print(
    pairs([
      ['average precision', figure(before.averagePrecision)],
      ['after', figure(after.averagePrecision)],
      ['fraud in the first half', figure(before.precisionInFirstHalf)],
      ['after', figure(after.precisionInFirstHalf)],
      ...(allTransactions === null
        ? []
        : [
            ['over all transactions', figure(allTransactions.before)] as const,
            [`after, by ${count(allTransactions.drawn)} drawn`, figure(allTransactions.after)] as const,
          ]),
      ...(forward === null
        ? []
        : [
            [
              'on later days',
              `${forward.before.averagePrecision.value.toFixed(3)} before, ${forward.after.averagePrecision.value.toFixed(3)} after, ${count(forward.alerts)} alerts`,
            ] as const,
          ]),
      ['model', model === null ? 'none' : `${model.id} (${shorten(model.digest, 12)})`],
      ['case', result.case],
    ]),
  );
  print(`\n  ${gate.sentence}`);
}
