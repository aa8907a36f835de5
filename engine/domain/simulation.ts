/** The worlds that the simulator knows: who pays whom, and how fraud is done there. */
export const simulationWorlds = ['cards', 'transfers', 'merchants'] as const;
export type SimulationWorld = (typeof simulationWorlds)[number];

/** The ways of fraud with cards. */
export const fraudScenarios = [
  'high_amount',
  'compromised_terminal',
  'leaked_card',
  'card_testing',
  'impossible_travel',
] as const;
export type FraudScenario = (typeof fraudScenarios)[number];

/** The ways of fraud with transfers between accounts. */
export const transferScenarios = ['account_takeover', 'authorised_scam', 'purchase_scam', 'mule_forwarding'] as const;
export type TransferScenario = (typeof transferScenarios)[number];

/** The ways of fraud in which a merchant takes part. */
export const merchantScenarios = ['refund_fraud', 'bust_out', 'split_charges'] as const;
export type MerchantScenario = (typeof merchantScenarios)[number];

export type SimulationScenario = FraudScenario | TransferScenario | MerchantScenario;

/** The ways of fraud of each world. */
export const scenariosOfWorld = {
  cards: fraudScenarios,
  transfers: transferScenarios,
  merchants: merchantScenarios,
} as const satisfies Readonly<Record<SimulationWorld, readonly SimulationScenario[]>>;

/** The ways of fraud of all worlds. */
export const simulationScenarios = [...fraudScenarios, ...transferScenarios, ...merchantScenarios] as const;

/**
 * How a simulated stream is written: `csv` and `ndjson` with all columns; `kcat`, the same as `kcat -C -J` prints a
 * topic; `messages`, of the world of cards, the four fields (id, amount, transaction_type, account_balance) of topic
 * `financial_transactions`.
 */
export const simulationFormats = ['csv', 'ndjson', 'kcat', 'messages'] as const;
export type SimulationFormat = (typeof simulationFormats)[number];
