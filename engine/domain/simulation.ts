/** The ways of fraud that the simulator knows. */
export const fraudScenarios = [
  'high_amount',
  'compromised_terminal',
  'leaked_card',
  'card_testing',
  'impossible_travel',
] as const;
export type FraudScenario = (typeof fraudScenarios)[number];

/**
 * How a simulated stream is written: `csv` and `ndjson` with all columns; `kcat`, the same as `kcat -C -J` prints a
 * topic; `messages`, the four fields (id, amount, transaction_type, account_balance) of topic `financial_transactions`.
 */
export const simulationFormats = ['csv', 'ndjson', 'kcat', 'messages'] as const;
export type SimulationFormat = (typeof simulationFormats)[number];
