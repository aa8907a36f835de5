import { Option, type Command } from 'commander';
import { scoreDirections, type ScoreDirection } from '../../engine/domain/model.ts';
import { printableLine } from '../../engine/domain/printable-text.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { parseNames } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { trackingServer } from './publish-target.ts';
import { count, heading, linePairs, modelText, pairs, table } from './report.ts';
import { runCommand } from './run-job.ts';
import { addThresholdOptions, requireCase, thresholdHandle, type ThresholdFlags } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface ImportFlags extends ThresholdFlags {
  readonly case?: string;
  readonly map?: readonly string[];
  readonly output?: string;
  readonly direction?: ScoreDirection;
  readonly json?: boolean;
}

/** `assay model import`: a model that was made elsewhere as a model of the case. */
export function addModelCommand(program: Command, surroundings: CommandSurroundings): void {
  const model = program.command('model').summary('models that were made elsewhere, or lie at a tracking server');
  addList(model, surroundings);
  addTakeOver(model, surroundings);
  const add = model
    .command('import')
    .summary('make an ONNX model that gives one number a row a model of the case')
    .argument('<file>', 'the ONNX file')
    .requiredOption('--case <file>', 'the case file')
    .option(
      '--map <features>',
      "the feature of each column it takes, in its order, separated by commas; or INPUT=FEATURE for an input's name",
      parseNames,
    )
    .addOption(
      new Option('--direction <way>', 'which scores are anomalous; an isolation forest says it itself').choices([
        ...scoreDirections,
      ]),
    )
    .option('--output <name>', 'the output that is the score, where it gives several numbers a row');
  addThresholdOptions(add, true)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay model import forest.onnx --case spring.assay --map amount,amount_log
  assay model import boosted.onnx --case spring.assay --map amount,amount_log --direction higher-is-anomalous --json

Features are those of the case's models, those that \`assay train\` proposes, and columns of numbers as they are. The model is read
into Assay's own form and held against ONNX Runtime on rows of the case; every row is then scored. It stands beside the champion until
\`assay promote\`, or is the champion where the case has no other.`,
    )
    .action(async (file: string, { json, map = [], ...flags }: ImportFlags) => {
      await runCommand(surroundings, 'importModel', json === true, printImportReport, () => {
        const threshold = thresholdHandle(flags);
        return {
          casePath: requireCase(flags.case),
          file,
          map: map.map(mappedColumn),
          ...(flags.output === undefined ? {} : { output: flags.output }),
          ...(flags.direction === undefined ? {} : { direction: flags.direction }),
          ...(threshold === undefined ? {} : { threshold }),
        };
      });
    });
}

/** `assay model take-over`: a model of a tracking server, or of another case, as a model of the case. */
function addTakeOver(model: Command, surroundings: CommandSurroundings): void {
  model
    .command('take-over')
    .summary("make a tracking server's model, or another case's, a model of the case")
    .argument('<model>', 'models:/NAME@ALIAS, models:/NAME/VERSION, runs:/RUN/PATH, or a case whose champion it is')
    .requiredOption('--case <file>', 'the case file')
    .option('--tracking-uri <address>', 'the MLflow server of models:/ (default: MLFLOW_TRACKING_URI)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay model take-over models:/card-fraud@champion --case spring.assay --tracking-uri http://127.0.0.1:5000
  assay model take-over monday.assay --case spring.assay --json

Its files must be those that were published. Every row is scored by its features and its line; it stands beside the champion until
\`assay promote\`, or is the champion where the case has no other.`,
    )
    .action(async (named: string, flags: ListFlags) => {
      await runCommand(surroundings, 'takeOver', flags.json === true, printTakeOver, () => ({
        casePath: requireCase(flags.case),
        model: named,
        ...trackingServer(flags.trackingUri),
      }));
    });
}

function printTakeOver(result: JobResult<'takeOver'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(heading(result.from === null ? 'The case holds it already' : 'Model taken over'));
  print(
    pairs([
      ...(result.from === null ? [] : [['from', printableLine(result.from)] as const]),
      ['flagged', `${count(result.flagged)} in ${count(result.alerts)} alerts`],
      ['model', modelText(result)],
      ['champion', result.isChampion ? 'yes' : 'no; `assay promote` makes it so'],
      ['case', result.case],
    ]),
  );
}

interface ListFlags {
  readonly case?: string;
  readonly trackingUri?: string;
  readonly ca?: string;
  readonly json?: boolean;
}

/** `assay model list`: what a tracking server has, and which of it is the case's own. */
function addList(model: Command, surroundings: CommandSurroundings): void {
  model
    .command('list')
    .summary('list the versions and runs of a tracking server beside the models of a case')
    .requiredOption('--case <file>', 'the case file')
    .option('--tracking-uri <address>', 'the MLflow server (default: MLFLOW_TRACKING_URI)')
    .option('--ca <file>', 'trusted certificates in PEM, for a server with its own authority')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay model list --case spring.assay --tracking-uri http://127.0.0.1:5000
  assay model list --case spring.assay --tracking-uri http://127.0.0.1:5000 --json`,
    )
    .action(async (flags: ListFlags) => {
      await runCommand(surroundings, 'serverModels', flags.json === true, printServerModels, () => ({
        casePath: requireCase(flags.case),
        ...trackingServer(flags.trackingUri),
        ...(flags.ca === undefined ? {} : { ca: flags.ca }),
      }));
    });
}

function printServerModels(result: JobResult<'serverModels'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(heading('Versions at the server'));
  print(
    table(
      ['model', 'version', 'aliases', 'digest', 'made by'],
      result.versions.map(({ name, version, aliases, digest, ...made }) => [
        printableLine(name),
        version,
        printableLine(aliases.join(', ')),
        digest === null ? '-' : printableLine(digest.slice(0, 12)),
        makerText(made),
      ]),
      [false, true, false, false, false],
    ),
  );
  print(heading('Runs at the server, newest first'));
  print(
    table(
      ['run', 'name', 'experiment', 'state', 'made by'],
      result.runs.map(({ id, name, experiment, status, ...made }) => [
        ...[id, name, experiment, status].map(printableLine),
        makerText(made),
      ]),
      [false, false, false, false, false],
    ),
  );
  for (const conflict of result.conflicts) print(`\n  ${printableLine(conflict)}`);
}

function makerText({
  madeBy,
  modelId,
}: Pick<JobResult<'serverModels'>['versions'][number], 'madeBy' | 'modelId'>): string {
  if (modelId !== null) return `this case, model ${modelId}`;
  return madeBy === 'another-case' ? 'another case' : 'another program';
}

function mappedColumn(text: string): { readonly input?: string; readonly feature: string } {
  const at = text.indexOf('=');
  return at < 0 ? { feature: text } : { input: text.slice(0, at).trim(), feature: text.slice(at + 1).trim() };
}

function printImportReport(result: JobResult<'importModel'>, { print, note }: CommandSurroundings): void {
  const { imported, columns, checkedRows } = result;
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(heading('Model from elsewhere'));
  print(
    pairs([
      ['made by', `${imported.producer}; read as ${kindWords[imported.kind]}`],
      [
        'columns',
        columns.map(({ input, feature }) => (input === feature ? feature : `${input} = ${feature}`)).join(', '),
      ],
      ['score', `output ${imported.output}, ${imported.direction.replaceAll('-', ' ')}`],
      [
        'checked',
        imported.greatestDifference === null
          ? 'not'
          : `${count(checkedRows)} rows, at most ${imported.greatestDifference.toExponential(1)} from ONNX Runtime`,
      ],
      ['reasons', imported.kind === 'graph' ? 'by perturbation' : 'exact SHAP over its trees'],
      ...linePairs(result),
      ['model', modelText(result)],
      ['case', result.case],
    ]),
  );
}

const kindWords: Readonly<Record<JobResult<'importModel'>['imported']['kind'], string>> = {
  'isolation-forest': 'an isolation forest',
  'tree-ensemble': 'trees whose leaves add up to the score',
  graph: 'a graph that ONNX Runtime runs as it is',
};
