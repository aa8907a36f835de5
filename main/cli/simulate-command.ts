import { Option, type Command } from 'commander';
import { usageError } from '../../engine/domain/error.ts';
import {
  fraudScenarios,
  simulationFormats,
  type FraudScenario,
  type SimulationFormat,
} from '../../engine/domain/simulation.ts';
import { parseDay, parseNames, parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { printSimulationReport } from './report.ts';
import { runCommand } from './run-job.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface SimulateFlags {
  readonly out: string;
  readonly format?: SimulationFormat;
  readonly customers?: number;
  readonly terminals?: number;
  readonly days?: number;
  readonly start?: string;
  readonly seed?: number;
  readonly scenarios?: readonly string[];
  readonly json?: boolean;
}

/** `assay simulate`: a stream of payments with known fraud in it, to try things on. */
export function addSimulateCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('simulate')
    .summary('write a simulated recording with labelled fraud')
    .requiredOption('--out <file>', 'the file to write; compressed where its name ends in .gz or .zst')
    .addOption(
      new Option('--format <name>', 'how to write it (default: by the name, else csv)').choices([...simulationFormats]),
    )
    .option('--customers <count>', 'customers (default 300)', parseWhole(1, 1_000_000))
    .option('--terminals <count>', 'terminals (default 400)', parseWhole(1, 1_000_000))
    .option('--days <count>', 'days (default 30)', parseWhole(1, 3660))
    .option('--start <date>', 'first day, YYYY-MM-DD (default 2026-03-02)', parseDay)
    .option('--seed <number>', 'the same seed gives the same file (default 1)', parseWhole(0, 2 ** 32 - 1))
    .option('--scenarios <names>', `ways of fraud (default all): ${fraudScenarios.join(', ')}`, parseNames)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay simulate --out month.csv.gz --customers 1000 --seed 7
  assay simulate --out topic.ndjson --format kcat --days 3`,
    )
    .action(async ({ json, out, scenarios, ...rest }: SimulateFlags) => {
      await runCommand(surroundings, 'simulate', json === true, printSimulationReport, () => ({
        ...rest,
        output: out,
        ...(scenarios === undefined ? {} : { scenarios: scenarios.map(scenarioNamed) }),
      }));
    });
}

function scenarioNamed(name: string): FraudScenario {
  const scenario = fraudScenarios.find((known) => known === name);
  if (scenario === undefined)
    throw usageError('WRONG_USE', `There is no fraud scenario '${name}'.`, `Choose from ${fraudScenarios.join(', ')}.`);
  return scenario;
}
