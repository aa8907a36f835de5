import { Option, type Command } from 'commander';
import { usageError } from '../../engine/domain/error.ts';
import {
  scenariosOfWorld,
  simulationFormats,
  simulationScenarios,
  simulationWorlds,
  type SimulationFormat,
  type SimulationScenario,
  type SimulationWorld,
} from '../../engine/domain/simulation.ts';
import { parseDay, parseNames, parsePositive, parseShare, parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { printSimulationReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { printSentReport } from './stream-report.ts';
import { forceOption } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface SimulateFlags {
  readonly out?: string;
  readonly to?: string;
  readonly rate?: number;
  readonly maxMessages?: number;
  readonly format?: SimulationFormat;
  readonly world?: SimulationWorld;
  readonly customers?: number;
  readonly terminals?: number;
  readonly days?: number;
  readonly start?: string;
  readonly seed?: number;
  readonly scenarios?: readonly string[];
  readonly missingLabels?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `assay simulate`: a stream of payments with known fraud in it, to try things on. */
export function addSimulateCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('simulate')
    .summary('write a simulated recording with labelled fraud')
    .option('--out <file>', 'the file to write; compressed where its name ends in .gz or .zst')
    .option('--to <topic>', 'send into a topic instead, kafka://host:port/topic')
    .option('--rate <messages>', 'with --to: messages a second (default: as fast as possible)', parsePositive)
    .option('--max-messages <count>', 'with --to: end after so many messages', parseWhole(1, 2 ** 53 - 1))
    .addOption(
      new Option('--format <name>', 'how to write it (default: by the name, else csv)').choices([...simulationFormats]),
    )
    .addOption(
      new Option(
        '--world <name>',
        'card payments, transfers between accounts, or dishonest merchants (default cards)',
      ).choices([...simulationWorlds]),
    )
    .option('--customers <count>', 'customers, each with a card or account (default 300)', parseWhole(1, 1_000_000))
    .option('--terminals <count>', 'terminals, businesses or merchants (default 400)', parseWhole(1, 1_000_000))
    .option('--days <count>', 'days (default 30)', parseWhole(1, 3660))
    .option('--start <date>', 'first day, YYYY-MM-DD (default 2026-03-02)', parseDay)
    .option('--seed <number>', 'the same seed gives the same file (default 1)', parseWhole(0, 2 ** 32 - 1))
    .option('--scenarios <names>', `ways of fraud (default all of the world): ${scenarioWords()}`, parseNames)
    .option('--missing-labels <share>', 'share of transactions whose label is empty (default 0)', parseShare(1, '0.3'))
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay simulate --out month.csv.gz --customers 1000 --seed 7
  assay simulate --out topic.ndjson --format kcat --days 3
  assay simulate --out transfers.csv.gz --world transfers --missing-labels 0.3
  assay simulate --to kafka://localhost:9092/financial_transactions --format messages --rate 100`,
    )
    .action(async ({ json, out, to, rate, maxMessages, format, scenarios, force, ...rest }: SimulateFlags) => {
      const stream = { ...rest, ...(scenarios === undefined ? {} : { scenarios: scenarios.map(scenarioNamed) }) };
      if (to !== undefined)
        return runCommand(surroundings, 'feed', json === true, printSentReport, () => ({
          ...stream,
          topic: to,
          format: topicFormat(format),
          ...(rate === undefined ? {} : { perSecond: rate }),
          ...(maxMessages === undefined ? {} : { maxMessages }),
        }));
      await runCommand(surroundings, 'simulate', json === true, printSimulationReport, () => ({
        ...stream,
        output: outputNamed(out),
        ...(force === true ? { force } : {}),
        ...(format === undefined ? {} : { format }),
      }));
    });
}

/** Messages hold all fields, or with `messages` the four of the original stream. */
function topicFormat(format: SimulationFormat | undefined): 'ndjson' | 'messages' {
  if (format === undefined || format === 'ndjson') return 'ndjson';
  if (format === 'messages') return format;
  throw usageError('WRONG_USE', `A topic cannot hold ${format}.`, 'Use --format ndjson or --format messages.');
}

function outputNamed(out: string | undefined): string {
  if (out === undefined)
    throw usageError(
      'WRONG_USE',
      'It was not said where to write.',
      'Give --out FILE or --to kafka://host:port/TOPIC.',
    );
  return out;
}

function scenarioNamed(name: string): SimulationScenario {
  const scenario = simulationScenarios.find((known) => known === name);
  if (scenario === undefined)
    throw usageError(
      'WRONG_USE',
      `There is no fraud scenario '${name}'.`,
      `Choose from ${simulationScenarios.join(', ')}.`,
    );
  return scenario;
}

/** The ways of fraud, world by world. */
function scenarioWords(): string {
  return simulationWorlds.map((world) => `${world}: ${scenariosOfWorld[world].join(', ')}`).join('; ');
}
