import type { Command } from 'commander';
import { defaultCasePath } from '../../engine/host/default-case.ts';
import { usageError } from '../../engine/domain/error.ts';
import { addFollowOptions, followInput, type FollowFlags } from './follow-command.ts';
import { jsonOption } from './json-option.ts';
import { printRunReport } from './report.ts';
import { runCommand } from './run-job.ts';
import {
  addForestOptions,
  addFormatOptions,
  addProfileOptions,
  addThresholdOptions,
  expectOption,
  featureChoice,
  forestChoice,
  readProfileOverrides,
  thresholdHandle,
  type ExpectFlags,
  type ForestFlags,
  type ProfileFlags,
  type ThresholdFlags,
} from './shared-options.ts';
import { printFollowReport } from './stream-report.ts';
import type { CommandSurroundings } from './surroundings.ts';
import type { JobInput } from '../../preload/contract/jobs.ts';

interface RunFlags extends ProfileFlags, ExpectFlags, ForestFlags, ThresholdFlags, FollowFlags {
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
    .argument('[recording...]', 'CSV, NDJSON, kcat JSON or Parquet files, plain or .gz or .zst')
    .option(
      '--case <file>',
      'the case file; made if it does not exist (default: one per recording in the data folder)',
    );
  addProfileOptions(command);
  addFormatOptions(command);
  addThresholdOptions(command, false);
  command.addOption(expectOption());
  addForestOptions(command);
  addFollowOptions(command);
  command.addOption(jsonOption()).addHelpText(
    'after',
    `
Examples:
  assay run april.csv.gz --label is_fraud
  assay run april.csv may.csv june.csv --case quarter.assay --alerts-per-day 60
  assay run messages.ndjson --ignore device_id,session --contamination 0.005 --seed 7
  assay run export.csv --profile columns.yaml --json
  assay run export.csv --expect "rows=240,sum(amount)=28351.19"
  assay run --follow kafka://localhost:9092/financial_transactions

A second run on the same case does not read the recording again; a run that was stopped is completed.`,
  );
  command.action(async (recordings: readonly string[], flags: RunFlags) => {
    if (flags.follow !== undefined) return runFollow(surroundings, flags.follow, recordings, flags);
    await runCommand(surroundings, 'run', flags.json === true, printRunReport, () => {
      if (recordings.length === 0)
        throw usageError(
          'WRONG_USE',
          'No recording was named.',
          'Name one or more files, or a live topic with --follow kafka://localhost:9092/TOPIC.',
        );
      return { recordings: [...recordings], expect: flags.expect ?? [], ...commonInput(flags, recordings) };
    });
  });
}

/** The same job on a topic instead of files. */
async function runFollow(
  surroundings: CommandSurroundings,
  topic: string,
  recordings: readonly string[],
  flags: RunFlags,
): Promise<void> {
  await runCommand(surroundings, 'follow', flags.json === true, printFollowReport, () => {
    if (recordings.length > 0)
      throw usageError('WRONG_USE', 'A run reads recordings or follows a topic, not both.', 'Leave one of them out.');
    return { ...followInput(topic, flags), ...commonInput(flags, [topic]) };
  });
}

/** What does not depend on where the transactions come from. */
function commonInput(flags: RunFlags, from: readonly string[]): Omit<JobInput<'run'>, 'recordings' | 'expect'> {
  const threshold = thresholdHandle(flags);
  return {
    casePath: flags.case ?? defaultCasePath(from),
    overrides: readProfileOverrides(flags),
    forest: forestChoice(flags),
    ...featureChoice(flags),
    ...(threshold === undefined ? {} : { threshold }),
  };
}
