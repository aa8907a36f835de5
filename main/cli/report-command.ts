import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { usageError } from '../../engine/domain/error.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { jsonOption } from './json-option.ts';
import { heading, pairs } from './report.ts';
import { printAsPdf } from './print-as-pdf.ts';
import { runCommand } from './run-job.ts';
import { forceOption, modelOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface ReportFlags {
  readonly case?: string;
  readonly alert?: string;
  readonly caseWide?: boolean;
  readonly model?: string;
  readonly template?: string;
  readonly writeTemplate?: boolean;
  readonly stability?: boolean;
  readonly out: string;
  readonly pdf?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `assay report`: one alert, or a case, with the dossier of its model, as one HTML file. */
export function addReportCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('report')
    .summary(
      'write a report on one alert or on the whole case, with the dossier of the model and the head of the history',
    )
    .option('--case <file>', 'the case file')
    .addOption(new Option('--alert <key>', 'one alert, by the key that `assay alerts` lists').conflicts('caseWide'))
    .option('--case-wide', 'the whole case: its alerts with their verdicts')
    .addOption(modelOption())
    .option('--stability', 'grow five forests of other seeds, and say what they flag too')
    .option('--template <file>', 'a template of your own, with parts such as {{data}} in it')
    .option('--write-template', 'write the template that is built in, to be changed')
    .requiredOption('--out <file>', 'the HTML file to write')
    .option(
      '--pdf <file>',
      'print it as PDF, too, where the program with the window is installed (or named in ASSAY_WINDOW)',
    )
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay report --case spring.assay --alert 4711 --out 4711.html
  assay report --case spring.assay --case-wide --stability --out spring.html
  assay report --case spring.assay --case-wide --out spring.html --pdf spring.pdf
  assay report --write-template --out template.html`,
    )
    .action(async (flags: ReportFlags) => {
      const { json, out: output } = flags;
      const force = flags.force === true;
      if (flags.writeTemplate === true)
        await runCommand(surroundings, 'reportTemplate', json === true, printTemplate, () => ({ output, force }));
      else
        await runCommand(
          surroundings,
          'report',
          json === true,
          (result) => printReport(result, flags.pdf, surroundings),
          () => ({
            casePath: requireCase(flags.case),
            output,
            force,
            stability: flags.stability === true,
            ...subjectOf(flags),
            ...(flags.model === undefined ? {} : { model: flags.model }),
            ...(flags.template === undefined ? {} : { template: flags.template }),
          }),
          async (result) => {
            if (flags.pdf !== undefined)
              await printAsPdf({ report: result.output, output: flags.pdf, force }, surroundings.context.signal);
          },
        );
    });
}

/** @throws AssayError WRONG_USE where neither an alert nor the whole case was named. */
function subjectOf({ alert, caseWide }: ReportFlags): { readonly alert?: string } {
  if (alert !== undefined) return { alert };
  if (caseWide === true) return {};
  throw usageError('WRONG_USE', 'It was not said what the report is on.', 'Give --alert KEY or --case-wide.');
}

function printReport(
  { output, digest, head }: JobResult<'report'>,
  pdf: string | undefined,
  { print }: CommandSurroundings,
): void {
  print(heading('Report'));
  print(
    pairs([
      ['file', output],
      ...(pdf === undefined ? [] : ([['PDF', resolve(pdf)]] as const)),
      ['model', digest],
      ['history', head === null ? 'empty' : `entry ${head.entry}, ${head.hash}`],
    ]),
  );
}

function printTemplate({ output }: JobResult<'reportTemplate'>, { print }: CommandSurroundings): void {
  print(`Template: ${output}`);
}
