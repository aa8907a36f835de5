import type { FraudScenario } from '../../domain/simulation.ts';
import type { RandomStream } from '../../forest/random.ts';
import { drawBetween, drawOne } from './draws.ts';
import type { Customer, Population, Terminal } from './population.ts';

/** A payment before it has a number: when, by whom, where, how much, and whether it is fraud. */
export interface Payment {
  /** Seconds since the start of the simulation. */
  readonly second: number;
  readonly customer: Customer;
  readonly terminal: Terminal;
  readonly amount: number;
  readonly scenario: FraudScenario | null;
}

export const SECONDS_PER_DAY = 86_400;

/** Share of all fraudulent payments that each scenario gives when all are simulated. */
const scenarioWeights: Readonly<Record<FraudScenario, number>> = {
  high_amount: 0.12,
  compromised_terminal: 0.3,
  leaked_card: 0.22,
  card_testing: 0.22,
  impossible_travel: 0.14,
};

/**
 * Fraudulent payments, in no order: incidents of each scenario until it has its part of `paymentCount`. They come on
 * top of what customers do themselves, as cloned and stolen cards do.
 */
export function createFraud(
  population: Population,
  scenarios: readonly FraudScenario[],
  paymentCount: number,
  days: number,
  random: RandomStream,
): readonly Payment[] {
  const totalWeight = scenarios.reduce((sum, scenario) => sum + scenarioWeights[scenario], 0);
  const payments: Payment[] = [];
  for (const scenario of scenarios) {
    let left = Math.round((paymentCount * scenarioWeights[scenario]) / totalWeight);
    while (left > 0) {
      const incident = createIncident[scenario](population, days, random).slice(0, left);
      payments.push(...incident);
      left -= incident.length;
    }
  }
  const end = days * SECONDS_PER_DAY;
  return payments.map((payment) => (payment.second < end ? payment : { ...payment, second: end - 1 }));
}

type CreateIncident = (population: Population, days: number, random: RandomStream) => readonly Payment[];

const createIncident: Readonly<Record<FraudScenario, CreateIncident>> = {
  /** One payment far above the customer's habit, somewhere the customer does pay. */
  high_amount: ({ customers }, days, random) => {
    const customer = drawOne(random, customers);
    const amount = customer.meanAmount * drawBetween(random, 8, 20);
    const terminal = drawOne(random, [...customer.habitualTerminals, ...customer.onlineTerminals]);
    return [{ second: anyTime(days, random), customer, terminal, amount, scenario: 'high_amount' }];
  },

  /** Cards copied at one terminal are used there for two to four weeks, for amounts that look like the customer's. */
  compromised_terminal: ({ customers, terminals }, days, random) => {
    const terminal = drawOne(random, terminals);
    const lastDays = Math.min(days, 14 + random.nextInteger(15));
    const firstDay = random.nextInteger(days - lastDays + 1);
    return Array.from({ length: 20 + random.nextInteger(20) }, () => {
      const customer = drawOne(random, customers);
      return {
        second: firstDay * SECONDS_PER_DAY + anyTime(lastDays, random),
        customer,
        terminal,
        amount: customer.meanAmount * terminal.category.priceFactor * drawBetween(random, 0.6, 2.2),
        scenario: 'compromised_terminal',
      };
    });
  },

  /** Card details sold on: some days of online payments at five times the habit. */
  leaked_card: ({ customers, onlineTerminals }, days, random) => {
    const customer = drawOne(random, customers);
    const lastDays = Math.min(days, 2 + random.nextInteger(5));
    const firstDay = random.nextInteger(days - lastDays + 1);
    return Array.from({ length: 5 + random.nextInteger(8) }, () => ({
      second: firstDay * SECONDS_PER_DAY + anyTime(lastDays, random),
      customer,
      terminal: drawOne(random, onlineTerminals),
      amount: customer.meanAmount * 5 * drawBetween(random, 0.5, 1.5),
      scenario: 'leaked_card',
    }));
  },

  /** Many tiny payments within minutes show that a card works; then one large payment. */
  card_testing: ({ customers, onlineTerminals }, days, random) => {
    const customer = drawOne(random, customers);
    const terminal = drawOne(random, onlineTerminals);
    const payments: Payment[] = [];
    let second = anyTime(days, random);
    for (let left = 6 + random.nextInteger(9); left > 0; left--) {
      payments.push({ second, customer, terminal, amount: drawBetween(random, 0.5, 4), scenario: 'card_testing' });
      second += 15 + random.nextInteger(120);
    }
    const amount = customer.meanAmount * drawBetween(random, 5, 10);
    payments.push({
      second: second + 300 + random.nextInteger(3000),
      customer,
      terminal: drawOne(random, onlineTerminals),
      amount,
      scenario: 'card_testing',
    });
    return payments;
  },

  /** A copied card pays abroad, for ordinary amounts, on a day on which its owner pays at home. */
  impossible_travel: ({ customers, terminals }, days, random) => {
    const customer = drawOne(random, customers);
    const abroad = terminals.filter(
      ({ country, category }) => country !== customer.country && category.channel !== 'online',
    );
    const terminal = drawOne(random, abroad.length > 0 ? abroad : terminals);
    const startSecond = random.nextInteger(days) * SECONDS_PER_DAY + Math.floor(customer.peakHour * 3600);
    return Array.from({ length: 1 + random.nextInteger(3) }, () => ({
      second: startSecond + random.nextInteger(3 * 3600),
      customer,
      terminal,
      amount: customer.meanAmount * terminal.category.priceFactor * drawBetween(random, 0.8, 2),
      scenario: 'impossible_travel',
    }));
  },
};

/** Any second of these days: thieves keep no hours. */
function anyTime(days: number, random: RandomStream): number {
  return random.nextInteger(days * SECONDS_PER_DAY);
}
