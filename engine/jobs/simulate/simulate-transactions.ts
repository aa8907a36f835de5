import type { FraudScenario } from '../../domain/simulation.ts';
import { drawBetween, drawLogNormal, drawNormal, drawOne, drawPoisson } from './draws.ts';
import { createFraud, SECONDS_PER_DAY, type Payment } from './fraud-incidents.ts';
import { createFraudStream, createPopulation, type Channel, type Customer, type Terminal } from './population.ts';

export interface SimulationOptions {
  readonly customers: number;
  readonly terminals: number;
  readonly days: number;
  /** Midnight UTC of the first day, in epoch milliseconds. */
  readonly startMs: number;
  /** Integer from 0 to 2^32 - 1. */
  readonly seed: number;
  readonly scenarios: readonly FraudScenario[];
  /** Fraudulent payments as a share of genuine ones; 0.8 % when absent. */
  readonly fraudShare?: number;
}

export interface SimulatedTransaction {
  readonly id: string;
  readonly timeMs: number;
  readonly customerId: string;
  readonly cardId: string;
  readonly terminalId: string;
  readonly merchantCategory: string;
  /** Of the terminal, ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly amountCents: number;
  readonly currency: 'EUR';
  readonly channel: Channel;
  /** Of the customer's account, after this payment. */
  readonly balanceCents: number;
  /** Null for a genuine payment. */
  readonly scenario: FraudScenario | null;
}

/** A trip: the customer pays abroad, honestly, for some days. Without it every payment abroad would be fraud. */
interface Trip {
  readonly lastDay: number;
  readonly terminals: readonly Terminal[];
}

const TRIPS_PER_DAY = 0.003;
const RARE_PURCHASE_SHARE = 0.003;
const STRANGE_TERMINAL_SHARE = 0.04;
const DEFAULT_FRAUD_SHARE = 0.008;
/** From Monday, 5 January 1970, weeks begin at multiples of seven days. */
const MONDAY_OFFSET_DAYS = 3;

/**
 * A stream of payments in order of time, day by day, so that its length costs no memory. The same options give the same
 * transactions on every machine; fraud leaves the genuine payments as they would be without it.
 */
export function* simulateTransactions(options: SimulationOptions): Generator<SimulatedTransaction, void, undefined> {
  const population = createPopulation(options.customers, options.terminals, options.seed);
  const { customers, terminals } = population;
  const expectedPayments = customers.reduce((sum, { paymentsPerDay }) => sum + paymentsPerDay, 0) * options.days;
  const fraud = createFraud(
    population,
    options.scenarios,
    Math.round(expectedPayments * (options.fraudShare ?? DEFAULT_FRAUD_SHARE)),
    options.days,
    createFraudStream(options.seed),
  ).toSorted((a, b) => a.second - b.second);

  const trips = new Map<Customer, Trip>();
  const balances = new Map<Customer, number>();
  let nextFraud = 0;
  let number = 0;
  for (let day = 0; day < options.days; day++) {
    const payments: Payment[] = [];
    const date = Math.floor(options.startMs / (SECONDS_PER_DAY * 1000)) + day;
    const isWeekend = (date + MONDAY_OFFSET_DAYS) % 7 >= 5;
    for (const customer of customers) {
      const trip = tripOf(customer, day, trips, terminals);
      const mean = customer.paymentsPerDay * (isWeekend ? customer.weekendFactor : 1);
      for (let left = drawPoisson(customer.random, Math.min(mean, 40)); left > 0; left--) {
        payments.push(genuinePayment(customer, day, trip, terminals));
      }
    }
    for (; nextFraud < fraud.length && fraud[nextFraud].second < (day + 1) * SECONDS_PER_DAY; nextFraud++) {
      payments.push(fraud[nextFraud]);
    }
    // A stable sort: payments of the same second keep the order in which they were made.
    payments.sort((a, b) => a.second - b.second);
    for (const payment of payments) {
      number++;
      yield toTransaction(payment, number, options.startMs, balances);
    }
  }
}

function tripOf(
  customer: Customer,
  day: number,
  trips: Map<Customer, Trip>,
  terminals: readonly Terminal[],
): Trip | undefined {
  const { random } = customer;
  const starts = random.nextUnit() < TRIPS_PER_DAY;
  const current = trips.get(customer);
  if (current !== undefined && day <= current.lastDay) return current;
  if (!starts) return undefined;
  const { country } = drawOne(random, terminals);
  const there = terminals.filter((terminal) => terminal.country === country && terminal.category.channel !== 'online');
  if (there.length === 0) return undefined;
  const visited = Array.from({ length: 8 }, () => drawOne(random, there));
  const trip = { lastDay: day + 2 + random.nextInteger(6), terminals: visited };
  trips.set(customer, trip);
  return trip;
}

function genuinePayment(
  customer: Customer,
  day: number,
  trip: Trip | undefined,
  terminals: readonly Terminal[],
): Payment {
  const { random } = customer;
  const terminal = chooseTerminal(customer, trip, terminals);
  const { priceFactor, spread } = terminal.category;
  const rare = random.nextUnit() < RARE_PURCHASE_SHARE ? drawBetween(random, 4, 12) : 1;
  const jointSpread = Math.sqrt(spread ** 2 + customer.amountSpread ** 2);
  const amount = customer.meanAmount * priceFactor * rare * drawLogNormal(random, jointSpread);
  const hour = customer.peakHour + customer.hourSpread * drawNormal(random);
  const second = Math.floor((hour - 24 * Math.floor(hour / 24)) * 3600);
  return { second: day * SECONDS_PER_DAY + second, customer, terminal, amount, scenario: null };
}

function chooseTerminal(customer: Customer, trip: Trip | undefined, terminals: readonly Terminal[]): Terminal {
  const { random } = customer;
  if (random.nextUnit() < customer.onlineShare) return drawOne(random, customer.onlineTerminals);
  if (trip !== undefined) return drawOne(random, trip.terminals);
  if (random.nextUnit() < STRANGE_TERMINAL_SHARE) {
    const strange = drawOne(random, terminals);
    if (strange.country === customer.country) return strange;
  }
  // The square of a uniform draw favours the nearest ones.
  const rank = Math.floor(random.nextUnit() ** 2 * customer.habitualTerminals.length);
  return customer.habitualTerminals[rank];
}

function toTransaction(
  { second, customer, terminal, amount, scenario }: Payment,
  number: number,
  startMs: number,
  balances: Map<Customer, number>,
): SimulatedTransaction {
  // Cash comes in notes of ten; nothing costs less than ten cents.
  const amountCents =
    terminal.category.channel === 'atm'
      ? Math.max(1, Math.round(amount / 10)) * 1000
      : Math.max(10, Math.round(amount * 100));
  const monthlyCents = Math.round(customer.meanAmount * customer.paymentsPerDay * 60 * 100);
  const before = balances.get(customer) ?? monthlyCents;
  // Wages come when the account runs low.
  const after = before - amountCents < 0 ? before + monthlyCents + amountCents : before - amountCents;
  balances.set(customer, after);
  return {
    id: `T${String(number).padStart(8, '0')}`,
    timeMs: startMs + second * 1000,
    customerId: customer.id,
    cardId: customer.cardId,
    terminalId: terminal.id,
    merchantCategory: terminal.category.name,
    country: terminal.country,
    amountCents,
    currency: 'EUR',
    channel: terminal.category.channel,
    balanceCents: after,
    scenario,
  };
}
