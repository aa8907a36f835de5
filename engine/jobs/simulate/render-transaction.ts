import type { SimulationFormat } from '../../domain/simulation.ts';
import { channels } from './population.ts';
import type { SimulatedTransaction } from './simulate-transactions.ts';

export const simulationColumns = [
  'transaction_id',
  'event_time',
  'customer_id',
  'card_id',
  'terminal_id',
  'merchant_category',
  'country',
  'amount',
  'currency',
  'channel',
  'is_fraud',
  'fraud_scenario',
] as const;

const KCAT_TOPIC = 'transactions';

/** What stands before the first transaction: CSV's header line, else nothing. */
export function renderHeader(format: SimulationFormat): string {
  return format === 'csv' ? `${simulationColumns.join(',')}\n` : '';
}

/** How a recording of each format begins. */
export const beginnings: Readonly<Record<SimulationFormat, string | RegExp>> = {
  csv: renderHeader('csv'),
  ndjson: '{"transaction_id":',
  kcat: `{"topic":"${KCAT_TOPIC}","partition":0,"offset":0,`,
  messages: /\{"id":1,"amount":[\d.]+,"transaction_type":/u,
};

/** One transaction as one line. `index` counts from 0 and is the message's offset. */
export function renderTransaction(transaction: SimulatedTransaction, index: number, format: SimulationFormat): string {
  switch (format) {
    case 'csv':
      // No value holds a comma, a quote or a line end, so none needs quoting.
      return `${cells(transaction).join(',')}\n`;
    case 'ndjson':
      return `${asJson(transaction)}\n`;
    case 'kcat': {
      const { timeMs, customerId } = transaction;
      const place = { topic: KCAT_TOPIC, partition: 0, offset: index, tstype: 'create', ts: timeMs, broker: 1 };
      return `${JSON.stringify({ ...place, key: customerId, payload: asJson(transaction) })}\n`;
    }
    case 'messages':
      return `${JSON.stringify({
        id: index + 1,
        amount: transaction.amountCents / 100,
        transaction_type: channels.indexOf(transaction.channel),
        account_balance: transaction.balanceCents / 100,
      })}\n`;
  }
}

function cells(transaction: SimulatedTransaction): readonly string[] {
  return [
    transaction.id,
    timeText(transaction.timeMs),
    transaction.customerId,
    transaction.cardId,
    transaction.terminalId,
    transaction.merchantCategory,
    transaction.country,
    (transaction.amountCents / 100).toFixed(2),
    transaction.currency,
    transaction.channel,
    transaction.scenario === null ? '0' : '1',
    transaction.scenario ?? '',
  ];
}

function asJson(transaction: SimulatedTransaction): string {
  return JSON.stringify({
    transaction_id: transaction.id,
    event_time: timeText(transaction.timeMs),
    customer_id: transaction.customerId,
    card_id: transaction.cardId,
    terminal_id: transaction.terminalId,
    merchant_category: transaction.merchantCategory,
    country: transaction.country,
    amount: transaction.amountCents / 100,
    currency: transaction.currency,
    channel: transaction.channel,
    is_fraud: transaction.scenario === null ? 0 : 1,
    fraud_scenario: transaction.scenario,
  });
}

/** Whole seconds, as ISO 8601 in UTC. */
function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}
