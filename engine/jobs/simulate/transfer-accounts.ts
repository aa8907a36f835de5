import { randomStream, type RandomStream } from '../../forest/random.ts';
import { drawBetween, drawLogNormal, drawOne } from './draws.ts';
import { numbered } from './simulated-record.ts';

/** A person's account: what its owner usually does. */
export interface Account {
  readonly id: string;
  readonly country: string;
  /** Typical amount of a transfer to a friend or shop. */
  readonly meanAmount: number;
  readonly transfersPerDay: number;
  readonly peakHour: number;
  readonly hourSpread: number;
  readonly income: number;
  readonly employer: string;
  /** First day on which the account exists; 0 where it is older than the stream. */
  readonly firstDay: number;
  /** People and businesses that were paid before; the first ones most. */
  readonly payees: readonly string[];
  readonly standing: readonly StandingOrder[];
  readonly savings: string;
  /** The owner's own source of chance, for all days in order. */
  readonly random: RandomStream;
}

/** Rent, a utility or a subscription: the same amount on the same day of each month. */
export interface StandingOrder {
  readonly receiver: string;
  readonly dayOfMonth: number;
  readonly amount: number;
}

/** A business that is paid by transfer. */
export interface Business {
  readonly id: string;
  /** First day on which it takes payments; new shops have many new payers and are no fraud. */
  readonly firstDay: number;
}

export interface Accounts {
  readonly people: readonly Account[];
  readonly businesses: readonly Business[];
  readonly employers: readonly string[];
  /** First and last day of a public holiday: more gifts, at unusual hours. */
  readonly holiday: readonly [number, number];
  readonly random: RandomStream;
}

const homeCountries = ['DE', 'DE', 'DE', 'AT', 'NL'];
/** Where people travel to, and where thieves log in from. */
export const foreignCountries: readonly string[] = ['ES', 'IT', 'FR', 'US', 'TH', 'RO', 'NG'];
const NEW_ACCOUNT_SHARE = 0.08;
const NEW_BUSINESS_SHARE = 0.06;
const CUSTOMERS_PER_EMPLOYER = 40;
/** Stream 0 draws accounts, stream 1 the fraud; each person has a stream of their own from here on. */
const FIRST_PERSON_STREAM = 16;

/** People with habits, and the businesses that they pay; the same for the same seed. */
export function createAccounts(people: number, businessCount: number, days: number, seed: number): Accounts {
  const random = randomStream(seed, 0, 'transfers');
  const ids = Array.from({ length: people }, (_, index) => numbered('A', index));
  const businesses = Array.from({ length: businessCount }, (_, index) => ({
    id: numbered('B', index),
    firstDay: random.nextUnit() < NEW_BUSINESS_SHARE ? random.nextInteger(days) : 0,
  }));
  const old = businesses.filter(({ firstDay }) => firstDay === 0);
  const known = (old.length > 0 ? old : businesses).map(({ id }) => id);
  const employers = Array.from({ length: Math.ceil(people / CUSTOMERS_PER_EMPLOYER) }, (_, index) =>
    numbered('E', index),
  );
  const accounts = ids.map((id, index) => createAccount(id, index, { ids, known, employers }, days, random, seed));
  const first = random.nextInteger(Math.max(1, days - 3));
  return {
    people: accounts,
    businesses,
    employers,
    holiday: [first, first + 2],
    random: randomStream(seed, 1, 'transfers'),
  };
}

function createAccount(
  id: string,
  index: number,
  { ids, known, employers }: Readonly<Record<'ids' | 'known' | 'employers', readonly string[]>>,
  days: number,
  random: RandomStream,
  seed: number,
): Account {
  const meanAmount = 45 * drawLogNormal(random, 0.8);
  const transfersPerDay = 1.1 * drawLogNormal(random, 0.5);
  const income = Math.max(900, meanAmount * transfersPerDay * 30 * 2.2);
  return {
    id,
    country: drawOne(random, homeCountries),
    meanAmount,
    transfersPerDay,
    peakHour: drawBetween(random, 10, 20),
    hourSpread: drawBetween(random, 2, 4.5),
    income,
    employer: drawOne(random, employers),
    firstDay: random.nextUnit() < NEW_ACCOUNT_SHARE ? random.nextInteger(days) : 0,
    payees: Array.from({ length: 6 + random.nextInteger(12) }, () =>
      drawOne(random, random.nextUnit() < 0.5 ? ids : known),
    ),
    standing: [0.28, 0.05, 0.02, 0.01].map((share) => ({
      receiver: drawOne(random, known),
      dayOfMonth: 1 + random.nextInteger(28),
      amount: income * share * drawBetween(random, 0.7, 1.2),
    })),
    savings: `S${id.slice(1)}`,
    random: randomStream(seed, FIRST_PERSON_STREAM + index, 'transfers'),
  };
}
