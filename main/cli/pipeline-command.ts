import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { AssayError, usageError } from '../../engine/domain/error.ts';
import type { JobInput, JobResult } from '../../preload/contract/jobs.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs, shorten } from './report.ts';
import { runCommand } from './run-job.ts';
import { requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface PipelineFlags {
  readonly recipe: string;
  readonly case?: string;
  readonly json?: boolean;
}

/** `assay pipeline run`: the training step of an exported pipeline, as a cluster runs it. */
export function addPipelineCommand(program: Command, surroundings: CommandSurroundings): void {
  const pipeline = program.command('pipeline').summary('run what a scheduled pipeline runs, on this machine');
  pipeline
    .command('run')
    .summary('make the model of a recipe; later read what came, and promote a challenger that passes the gate')
    .argument('<recording...>', 'CSV, NDJSON, kcat JSON or Parquet files, plain or .gz or .zst')
    .requiredOption('--recipe <file>', 'recipe.json of `assay export kubeflow`, or its folder')
    .requiredOption('--case <file>', 'the case file; made if it does not exist')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  assay pipeline run april.csv.gz --recipe pipeline --case scheduled.assay

The first run on the rows of the laptop gives the digest and the line of the laptop's model. This is the step that Kubeflow,
Argo and the CronJob run; the recipe is the one file it reads.`,
    )
    .action(async (recordings: readonly string[], { json, ...flags }: PipelineFlags) => {
      await runCommand(surroundings, 'pipelineRun', json === true, printPipelineReport, () => ({
        recordings: [...recordings],
        recipe: readRecipe(flags.recipe),
        casePath: requireCase(flags.case),
      }));
    });
}

/** What a recipe says is checked by the engine, as every input. @throws AssayError FILE_NOT_FOUND, WRONG_USE */
function readRecipe(path: string): JobInput<'pipelineRun'>['recipe'] {
  let text: string;
  try {
    text = readFileSync(statSync(path).isDirectory() ? join(path, 'recipe.json') : path, 'utf8');
  } catch (error) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `The recipe ${path} cannot be read.`, {
      nextStep: 'Name recipe.json of `assay export kubeflow`, or its folder.',
      cause: error,
    });
  }
  try {
    return JSON.parse(text) as JobInput<'pipelineRun'>['recipe'];
  } catch {
    throw usageError('WRONG_USE', `${path} is no recipe: it is not JSON.`, 'Export the pipeline again.');
  }
}

function printPipelineReport(result: JobResult<'pipelineRun'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(heading(result.isFirst ? 'The model of the recipe' : 'Retrained'));
  print(
    pairs([
      ['transactions', count(result.rows)],
      ['champion', `${result.model.id} (${shorten(result.model.digest, 12)})`],
      ['gate', result.gate?.sentence ?? 'nothing to judge'],
      ['case', result.case],
    ]),
  );
}
