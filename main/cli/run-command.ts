import type { Command } from 'commander';
import { defaultCasePath } from '../../engine/host/default-case.ts';
import { jsonOption } from './json-option.ts';
import { printRunReport } from './report.ts';
import { runCommand } from './run-job.ts';
import {
  addForestOptions,
  addProfileOptions,
  addThresholdOptions,
  featureChoice,
  forestChoice,
  readProfileOverrides,
  thresholdHandle,
  type ForestFlags,
  type ProfileFlags,
  type ThresholdFlags,
} from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface RunFlags extends ProfileFlags, ForestFlags, ThresholdFlags {
  readonly case?: string;
  readonly json?: boolean;
}

/** `assay run`: the main job, from recordings to flagged, stored transactions. */
export function addRunCommand(program: Command, surroundings: CommandSurroundings): void {
  const command = program
    .command('run')
    .summary('the main job: read, profile, train, score, flag, store')
    .description(
      'Reads recordings as one stream, trains a forest on them, scores and flags every transaction, and keeps all of it in a case.',
    )
    .argument('<recording...>', 'CSV, NDJSON, kcat JSON or Parquet files, plain or .gz or .zst')
    .option(
      '--case <file>',
      'the case file; made if it does not exist (default: one per recording in the data folder)',
    );
  addProfileOptions(command);
  addThresholdOptions(command, false);
  addForestOptions(command);
  command.addOption(jsonOption()).addHelpText(
    'after',
    `
Examples:
  assay run april.csv.gz --label is_fraud
  assay run april.csv may.csv june.csv --case quarter.assay --alerts-per-day 60
  assay run messages.ndjson --ignore device_id,session --contamination 0.005 --seed 7
  assay run export.csv --profile columns.yaml --json

A second run on the same case does not read the recording again; a run that was stopped is completed.`,
  );
  command.action(async (recordings: readonly string[], flags: RunFlags) => {
    await runCommand(surroundings, 'run', flags.json === true, printRunReport, () => {
      const threshold = thresholdHandle(flags);
      return {
        recordings: [...recordings],
        casePath: flags.case ?? defaultCasePath(recordings),
        overrides: readProfileOverrides(flags),
        forest: forestChoice(flags),
        ...featureChoice(flags),
        ...(threshold === undefined ? {} : { threshold }),
      };
    });
  });
}
