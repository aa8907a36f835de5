import { Option, type Command } from 'commander';
import { alertEntityRoles, type AlertEntityRole, type AlertGap } from '../../engine/domain/alert-grouping.ts';
import { defaultCasePath } from '../../engine/host/default-case.ts';
import { parseExploredShare, parseGap, parseShare, parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import {
  printEvaluateReport,
  printIngestReport,
  printMissedReport,
  printRollingReport,
  printTrainReport,
  printTuneReport,
} from './report.ts';
import { runCommand } from './run-job.ts';
import {
  addForestOptions,
  addFormatOptions,
  addProfileOptions,
  addThresholdOptions,
  expectOption,
  featureChoice,
  forestChoice,
  modelOption,
  readProfileOverrides,
  requireCase,
  thresholdHandle,
  type ExpectFlags,
  type ForestFlags,
  type ProfileFlags,
  type ThresholdFlags,
} from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface CaseFlags {
  readonly case?: string;
  readonly model?: string;
  readonly json?: boolean;
}

const caseOption = '--case <file>';

/** The steps of the main job, each on a case: ingest, train, tune, evaluate. */
export function addCaseCommands(program: Command, surroundings: CommandSurroundings): void {
  addIngest(program, surroundings);
  addTrain(program, surroundings);
  addTune(program, surroundings);
  addEvaluate(program, surroundings);
}

function addIngest(program: Command, surroundings: CommandSurroundings): void {
  const command = program
    .command('ingest')
    .summary('read recordings into a case')
    .argument('<recording...>', 'recordings, read in the order given as one stream')
    .option(caseOption, 'the case file; made if it does not exist');
  addProfileOptions(command);
  addFormatOptions(command);
  command.addOption(expectOption());
  command.addOption(jsonOption()).addHelpText(
    'after',
    `
Examples:
  assay ingest april.csv.gz may.csv.gz --case spring.assay
  assay ingest messages.ndjson --case live.assay --time event_time`,
  );
  command.action(async (recordings: readonly string[], flags: CaseFlags & ProfileFlags & ExpectFlags) => {
    await runCommand(surroundings, 'ingest', flags.json === true, printIngestReport, () => ({
      recordings: [...recordings],
      casePath: flags.case ?? defaultCasePath(recordings),
      overrides: readProfileOverrides(flags),
      expect: flags.expect ?? [],
    }));
  });
}

function addTrain(program: Command, surroundings: CommandSurroundings): void {
  const command = program
    .command('train')
    .summary('train a forest on a case, score and flag its transactions')
    .requiredOption(caseOption, 'the case file');
  addProfileOptions(command);
  addThresholdOptions(command, true);
  addForestOptions(command);
  command.addOption(jsonOption()).addHelpText(
    'after',
    `
Examples:
  assay train --case spring.assay --seed 2
  assay train --case spring.assay --trees 500 --sample 1024 --alerts-per-day 60`,
  );
  command.action(async (flags: CaseFlags & ProfileFlags & ForestFlags & ThresholdFlags) => {
    await runCommand(surroundings, 'train', flags.json === true, printTrainReport, () => {
      const threshold = thresholdHandle(flags);
      return {
        casePath: requireCase(flags.case),
        overrides: readProfileOverrides(flags),
        forest: forestChoice(flags),
        ...featureChoice(flags),
        ...(threshold === undefined ? {} : { threshold }),
      };
    });
  });
}

interface TuneFlags extends CaseFlags, ThresholdFlags {
  readonly gap?: AlertGap;
  readonly entity?: AlertEntityRole;
  readonly explore?: number;
}

function addTune(program: Command, surroundings: CommandSurroundings): void {
  const command = program
    .command('tune')
    .summary('move the threshold of a model, or say what makes an alert; without either, show how both stand')
    .requiredOption(caseOption, 'the case file')
    .addOption(modelOption());
  addThresholdOptions(command, true);
  command
    .option(
      '--gap <time>',
      'how far apart flagged transactions of one alert may be: 1h to 7d, each-transaction or whole-recording',
      parseGap,
    )
    .addOption(new Option('--entity <role>', 'whose transactions make one alert').choices([...alertEntityRoles]))
    .option(
      '--explore <share>',
      'share of the alerts that is drawn at random from below the line, unmarked until judged: 0 to 0.5 (0.1 once a learned model is the champion)',
      parseExploredShare,
    );
  command.addOption(jsonOption()).addHelpText(
    'after',
    `
Examples:
  assay tune --case spring.assay --alerts-per-day 60
  assay tune --case spring.assay --contamination 0.005
  assay tune --case spring.assay --recall 0.8            (needs labels or verdicts)
  assay tune --case spring.assay --gap 72h --entity customer
  assay tune --case spring.assay --explore 0.1

Gap, entity and --explore hold for the whole case. Verdicts keep to the transactions they were given on.`,
  );
  command.action(async ({ gap, entity, explore, ...flags }: TuneFlags) => {
    await runCommand(surroundings, 'tune', flags.json === true, printTuneReport, () => {
      const threshold = thresholdHandle(flags);
      const grouping = { ...(gap === undefined ? {} : { gap }), ...(entity === undefined ? {} : { entity }) };
      return {
        casePath: requireCase(flags.case),
        ...(flags.model === undefined ? {} : { model: flags.model }),
        ...(threshold === undefined ? {} : { threshold }),
        ...(Object.keys(grouping).length === 0 ? {} : { grouping }),
        ...(explore === undefined ? {} : { explore }),
      };
    });
  });
}

interface EvaluateFlags extends CaseFlags, ProfileFlags, ForestFlags {
  readonly rolling?: boolean;
  readonly trainDays?: number;
  readonly delayDays?: number;
  readonly testDays?: number;
  readonly firstDay?: number;
  readonly keepKnown?: boolean;
  readonly cardsPerDay?: number;
  readonly belowTheLine?: boolean;
  readonly drawRows?: number;
  readonly drawShare?: number;
  readonly drawSeed?: number;
}

function addEvaluate(program: Command, surroundings: CommandSurroundings): void {
  const days = parseWhole(0, 100_000);
  const command = program
    .command('evaluate')
    .summary('measure a model against labels and verdicts, beside trivial baselines; or roll forward in time')
    .requiredOption(caseOption, 'the case file')
    .addOption(modelOption())
    .option('--label <column>', 'column that says which transactions are fraud')
    .option('--rolling', 'train on a period, wait, test on the next period, roll forward; stores nothing')
    .option('--train-days <days>', 'rolling: days of training (default 7)', days)
    .option('--delay-days <days>', 'rolling: days until labels are known (default 7)', days)
    .option('--test-days <days>', 'rolling: days of test (default 7)', days)
    .option('--first-day <days>', 'rolling: days of the stream before the first training (default 30)', days)
    .option(
      '--cards-per-day <count>',
      'rolling: cards the team can check a day (default 100)',
      parseWhole(1, 1_000_000),
    )
    .option('--keep-known', 'rolling: keep cards in the test whose fraud was known by then')
    .option('--below-the-line', 'missed fraud, from a random sample of what is not flagged, judged in Triage')
    .option('--draw-rows <count>', 'below the line: transactions in the sample', parseWhole(1, 5000))
    .option(
      '--draw-share <share>',
      'below the line: share of those not flagged, at most 200 (default 0.02)',
      parseShare(1, '0.02'),
    )
    .option('--draw-seed <seed>', 'below the line: seed of the sample (default 1)', parseWhole(0, 0xffff_ffff));
  addForestOptions(command);
  command.addOption(jsonOption()).addHelpText(
    'after',
    `
Examples:
  assay evaluate --case spring.assay
  assay evaluate --case spring.assay --label is_fraud --json
  assay evaluate --case spring.assay --rolling --train-days 7 --delay-days 7 --test-days 7
  assay evaluate --case spring.assay --below-the-line`,
  );
  command.action(async (flags: EvaluateFlags) => {
    if (flags.belowTheLine === true)
      await runCommand(surroundings, 'missed', flags.json === true, printMissedReport, () => ({
        casePath: requireCase(flags.case),
        ...(flags.model === undefined ? {} : { model: flags.model }),
        sample: {
          ...(flags.drawRows === undefined ? {} : { rows: flags.drawRows }),
          ...(flags.drawShare === undefined ? {} : { share: flags.drawShare }),
          ...(flags.drawSeed === undefined ? {} : { seed: flags.drawSeed }),
        },
      }));
    else if (flags.rolling === true)
      await runCommand(surroundings, 'rolling', flags.json === true, printRollingReport, () => ({
        casePath: requireCase(flags.case),
        forest: forestChoice(flags),
        ...featureChoice(flags),
        keepKnown: flags.keepKnown === true,
        ...(flags.trainDays === undefined ? {} : { trainDays: flags.trainDays }),
        ...(flags.delayDays === undefined ? {} : { delayDays: flags.delayDays }),
        ...(flags.testDays === undefined ? {} : { testDays: flags.testDays }),
        ...(flags.firstDay === undefined ? {} : { firstDay: flags.firstDay }),
        ...(flags.cardsPerDay === undefined ? {} : { cardsPerDay: flags.cardsPerDay }),
      }));
    else
      await runCommand(surroundings, 'evaluate', flags.json === true, printEvaluateReport, () => ({
        casePath: requireCase(flags.case),
        overrides: readProfileOverrides(flags),
        ...(flags.model === undefined ? {} : { model: flags.model }),
      }));
  });
}
