import { usageError } from '../../domain/error.ts';
import {
  merchantScenarios,
  fraudScenarios,
  scenariosOfWorld,
  transferScenarios,
  type SimulationFormat,
  type SimulationScenario,
  type SimulationWorld,
} from '../../domain/simulation.ts';
import { randomStream } from '../../forest/random.ts';
import { cardColumns, cardRecord } from './render-transaction.ts';
import { merchantColumns, simulateMerchants } from './simulate-merchants.ts';
import { simulateTransactions } from './simulate-transactions.ts';
import { simulateTransfers, transferColumns } from './simulate-transfers.ts';
import type { SimulatedColumn, SimulatedRecord, WorldOptions } from './simulated-record.ts';

/** Everything that determines a simulated stream. */
export interface SimulationChoice {
  readonly world: SimulationWorld;
  readonly customers: number;
  readonly terminals: number;
  readonly days: number;
  /** The first day, YYYY-MM-DD. */
  readonly start: string;
  readonly seed: number;
  /** All of the world when absent. */
  readonly scenarios?: readonly SimulationScenario[] | undefined;
  /** Share of transactions whose label nobody ever gave. */
  readonly missingLabels: number;
}

/** A stream in order of time, with the columns that its records have. */
export interface SimulatedStream {
  readonly columns: readonly SimulatedColumn[];
  readonly records: Iterable<SimulatedRecord>;
}

/**
 * The stream of a choice, made as it is read.
 * @throws AssayError WRONG_USE where a way of fraud is of another world, or the world has no four fields to send
 */
export function simulatedStream(choice: SimulationChoice, format: SimulationFormat): SimulatedStream {
  const { world, scenarios, seed, missingLabels } = choice;
  const strange = scenarios?.find((name) => !isOf(scenariosOfWorld[world], name));
  if (strange !== undefined)
    throw usageError(
      'WRONG_USE',
      `'${strange}' is no way of fraud in the world of ${world}.`,
      `Choose from ${scenariosOfWorld[world].join(', ')}.`,
    );
  if (format === 'messages' && world !== 'cards')
    throw usageError(
      'WRONG_USE',
      `The four fields of the format messages are of card payments; the world of ${world} has others.`,
      'Choose another format, or the world of cards.',
    );
  const { columns, records } = streamOf(choice);
  return { columns, records: missingLabels === 0 ? records : withoutSomeLabels(records, columns, missingLabels, seed) };
}

function streamOf({ world, start, scenarios, ...rest }: SimulationChoice): SimulatedStream {
  const options: WorldOptions = { ...rest, startMs: Date.parse(start) };
  const chosen = <Scenario extends SimulationScenario>(known: readonly Scenario[]): readonly Scenario[] =>
    scenarios === undefined ? known : known.filter((name) => scenarios.includes(name));
  switch (world) {
    case 'cards':
      return { columns: cardColumns, records: cardRecords({ ...options, scenarios: chosen(fraudScenarios) }) };
    case 'transfers':
      return { columns: transferColumns, records: simulateTransfers(options, chosen(transferScenarios)) };
    case 'merchants':
      return { columns: merchantColumns, records: simulateMerchants(options, chosen(merchantScenarios)) };
  }
}

function isOf(known: readonly SimulationScenario[], name: SimulationScenario): boolean {
  return known.includes(name);
}

function* cardRecords(options: Parameters<typeof simulateTransactions>[0]): Generator<SimulatedRecord> {
  for (const transaction of simulateTransactions(options)) yield cardRecord(transaction);
}

/** Empties label and time of knowing of a share of the records; the scenario stays, as the truth to judge by. */
function* withoutSomeLabels(
  records: Iterable<SimulatedRecord>,
  columns: readonly SimulatedColumn[],
  share: number,
  seed: number,
): Generator<SimulatedRecord> {
  const random = randomStream(seed, 0, 'missingLabels');
  const emptied = new Set(
    columns.flatMap(({ name, kind }, column) => (kind === 'flag' || name === 'fraud_known_at' ? [column] : [])),
  );
  for (const record of records) {
    const isMissing = random.nextUnit() < share;
    yield isMissing
      ? { ...record, cells: record.cells.map((cell, column) => (emptied.has(column) ? null : cell)) }
      : record;
  }
}
