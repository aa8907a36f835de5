import type { Command } from 'commander';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { parseNames } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs } from './report.ts';
import { runCommand } from './run-job.ts';
import { byOption, forceOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';
import { whoActs } from './who-acts.ts';

interface LabelFlags {
  readonly case?: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** `assay label import`, `export` and `merge`: verdicts and later labels between files and cases. */
export function addLabelCommands(program: Command, surroundings: CommandSurroundings): void {
  const label = program
    .command('label')
    .summary('take in labels that came later, and carry verdicts between laptops')
    .addHelpText(
      'after',
      `
Examples:
  assay label import chargebacks.csv --case spring.assay --id payment_id --label is_fraud --known-at reported_at
  assay label export --case spring.assay --out ana.verdicts
  assay label merge ana.verdicts ben.verdicts --case spring.assay`,
    );
  addImport(label, surroundings);
  addExport(label, surroundings);
  addMerge(label, surroundings);
}

interface ImportFlags extends LabelFlags {
  readonly id: string;
  readonly label: string;
  readonly knownAt: string;
  readonly positive?: readonly string[];
}

function addImport(label: Command, surroundings: CommandSurroundings): void {
  label
    .command('import')
    .summary('labels by transaction id, such as chargebacks and disputes, each from the time it was known')
    .argument('<file>', 'the file of labels: CSV, NDJSON or Parquet')
    .requiredOption('--case <file>', 'the case file')
    .requiredOption('--id <column>', 'the column with the ids of transactions')
    .requiredOption('--label <column>', 'the column that says what is fraud')
    .requiredOption('--known-at <column>', 'the column that says since when this is known')
    .option('--positive <values>', 'the values of the label that mean fraud, separated by commas', parseNames)
    .addOption(byOption())
    .addOption(jsonOption())
    .action(async (file: string, { positive, ...flags }: ImportFlags) => {
      await runCommand(surroundings, 'labelImport', flags.json === true, printImportReport, async () => ({
        casePath: requireCase(flags.case),
        recording: file,
        id: flags.id,
        label: flags.label,
        knownAt: flags.knownAt,
        ...(positive === undefined ? {} : { positive: [...positive] }),
        ...(await whoActs(surroundings, flags)),
      }));
    });
}

function addExport(label: Command, surroundings: CommandSurroundings): void {
  label
    .command('export')
    .summary('every verdict that stands, as a file for another laptop')
    .requiredOption('--case <file>', 'the case file')
    .requiredOption('--out <file>', 'the file to write')
    .addOption(forceOption())
    .addOption(jsonOption())
    .action(async ({ json, out, force, ...flags }: LabelFlags & { readonly out: string; readonly force?: boolean }) => {
      await runCommand(surroundings, 'labelExport', json === true, printExportReport, () => ({
        casePath: requireCase(flags.case),
        output: out,
        force: force === true,
      }));
    });
}

function addMerge(label: Command, surroundings: CommandSurroundings): void {
  label
    .command('merge')
    .summary('what files of verdicts have and the case has not; in any order, twice without harm')
    .argument('<file...>', 'files that `assay label export` wrote')
    .requiredOption('--case <file>', 'the case file')
    .addOption(byOption())
    .addOption(jsonOption())
    .action(async (files: readonly string[], flags: LabelFlags) => {
      await runCommand(surroundings, 'labelMerge', flags.json === true, printMergeReport, async () => ({
        casePath: requireCase(flags.case),
        files: [...files],
        ...(await whoActs(surroundings, flags)),
      }));
    });
}

function printImportReport(result: JobResult<'labelImport'>, surroundings: CommandSurroundings): void {
  const { print, note } = surroundings;
  for (const notice of result.notices) note(`Note: ${notice}`);
  printMergeReport(result, surroundings);
  print(heading('Known after'));
  print(
    pairs([
      ...(result.knownBefore === 0 ? [] : [['before the transaction', count(result.knownBefore)] as const]),
      ...result.delays.map(
        ({ underDays, labels }) => [underDays === null ? 'later' : `under ${underDays} days`, count(labels)] as const,
      ),
    ]),
  );
}

function printExportReport(result: JobResult<'labelExport'>, { print }: CommandSurroundings): void {
  print(
    pairs([
      ['verdicts', `${count(result.verdicts)} on ${count(result.transactions)} transactions`],
      ['written', result.output],
    ]),
  );
}

const shownIds = 5;

function printMergeReport(result: JobResult<'labelMerge'>, { print }: CommandSurroundings): void {
  const named = (ids: readonly string[]): string =>
    ids.length === 0
      ? '0'
      : `${count(ids.length)}: ${ids.slice(0, shownIds).join(', ')}${ids.length > shownIds ? ', …' : ''}`;
  print(heading('Verdicts'));
  print(
    pairs([
      ['read', count(result.read)],
      ['added', count(result.added)],
      ['known before', count(result.known)],
      ...(result.needSecond === 0 ? [] : ([['left out: need a second person', count(result.needSecond)]] as const)),
      ['unmatched', named(result.unmatched)],
      ['ambiguous', named(result.ambiguous)],
      ['in conflict, both kept', named(result.conflicts)],
      ['case', result.case],
    ]),
  );
}
