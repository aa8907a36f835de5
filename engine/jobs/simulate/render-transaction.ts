import type { SimulationFormat } from '../../domain/simulation.ts';
import { channels } from './population.ts';
import type { SimulatedTransaction } from './simulate-transactions.ts';
import { timeText, type SimulatedColumn, type SimulatedRecord } from './simulated-record.ts';

/** The columns of card payments. */
export const cardColumns: readonly SimulatedColumn[] = [
  { name: 'transaction_id', kind: 'text' },
  { name: 'event_time', kind: 'text' },
  { name: 'customer_id', kind: 'text' },
  { name: 'card_id', kind: 'text' },
  { name: 'terminal_id', kind: 'text' },
  { name: 'merchant_category', kind: 'text' },
  { name: 'country', kind: 'text' },
  { name: 'amount', kind: 'cents' },
  { name: 'currency', kind: 'text' },
  { name: 'channel', kind: 'text' },
  { name: 'is_fraud', kind: 'flag' },
  { name: 'fraud_scenario', kind: 'text' },
];

export const simulationColumns: readonly string[] = cardColumns.map(({ name }) => name);

const KCAT_TOPIC = 'transactions';

/** What stands before the first transaction: CSV's header line, else nothing. */
export function renderHeader(format: SimulationFormat, columns: readonly SimulatedColumn[] = cardColumns): string {
  return format === 'csv' ? `${columns.map(({ name }) => name).join(',')}\n` : '';
}

/** How a recording of each format begins, whichever world it is of. */
export const beginnings: Readonly<Record<SimulationFormat, string | RegExp>> = {
  csv: /(transaction|transfer)_id,event_time,/u,
  ndjson: /\{"(transaction|transfer)_id":/u,
  kcat: `{"topic":"${KCAT_TOPIC}","partition":0,"offset":0,`,
  messages: /\{"id":1,"amount":[\d.]+,"transaction_type":/u,
};

/** One card payment as one line. `index` counts from 0 and is the message's offset. */
export function renderTransaction(transaction: SimulatedTransaction, index: number, format: SimulationFormat): string {
  return renderRecord(cardRecord(transaction), cardColumns, index, format);
}

/** One transaction of any world as one line; only card payments have the four fields of `messages`. */
export function renderRecord(
  { timeMs, key, cells, fourFields }: SimulatedRecord,
  columns: readonly SimulatedColumn[],
  index: number,
  format: SimulationFormat,
): string {
  switch (format) {
    case 'csv':
      // No value holds a comma, a quote or a line end, so none needs quoting.
      return `${cells.map((cell, column) => csvCell(cell, columns[column])).join(',')}\n`;
    case 'ndjson':
      return `${asJson(cells, columns)}\n`;
    case 'kcat': {
      const place = { topic: KCAT_TOPIC, partition: 0, offset: index, tstype: 'create', ts: timeMs, broker: 1 };
      return `${JSON.stringify({ ...place, key, payload: asJson(cells, columns) })}\n`;
    }
    case 'messages':
      return `${JSON.stringify({ id: index + 1, ...fourFields })}\n`;
  }
}

function csvCell(cell: string | number | null, { kind }: SimulatedColumn): string {
  if (cell === null) return '';
  return kind === 'cents' ? (Number(cell) / 100).toFixed(2) : String(cell);
}

function asJson(cells: SimulatedRecord['cells'], columns: readonly SimulatedColumn[]): string {
  const values = cells.map((cell, column) =>
    cell !== null && columns[column].kind === 'cents' ? Number(cell) / 100 : cell,
  );
  return JSON.stringify(Object.fromEntries(columns.map(({ name }, column) => [name, values[column]])));
}

/** A card payment as a record of its columns. */
export function cardRecord(transaction: SimulatedTransaction): SimulatedRecord {
  const { timeMs, customerId, scenario, amountCents, balanceCents, channel } = transaction;
  return {
    timeMs,
    key: customerId,
    scenario,
    cells: [
      ...[transaction.id, timeText(timeMs), customerId, transaction.cardId, transaction.terminalId],
      ...[transaction.merchantCategory, transaction.country, amountCents, transaction.currency, channel],
      ...[scenario === null ? 0 : 1, scenario],
    ],
    fourFields: {
      amount: amountCents / 100,
      transaction_type: channels.indexOf(channel),
      account_balance: balanceCents / 100,
    },
  };
}
