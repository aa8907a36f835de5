import { randomStream, type RandomStream } from '../../forest/random.ts';
import { drawBetween, drawLogNormal, drawOne, drawWeighted } from './draws.ts';

export const channels = ['pos', 'online', 'atm'] as const;
export type Channel = (typeof channels)[number];

interface MerchantCategory {
  readonly name: string;
  readonly channel: Channel;
  /** Share of terminals. */
  readonly weight: number;
  /** Typical amount there, as a multiple of a customer's own mean. */
  readonly priceFactor: number;
  /** Spread of the logarithm of amounts there. */
  readonly spread: number;
}

const categories: readonly MerchantCategory[] = [
  { name: 'grocery', channel: 'pos', weight: 24, priceFactor: 0.9, spread: 0.5 },
  { name: 'restaurant', channel: 'pos', weight: 18, priceFactor: 0.7, spread: 0.45 },
  { name: 'fuel', channel: 'pos', weight: 10, priceFactor: 1.3, spread: 0.25 },
  { name: 'clothing', channel: 'pos', weight: 10, priceFactor: 1.6, spread: 0.6 },
  { name: 'pharmacy', channel: 'pos', weight: 6, priceFactor: 0.5, spread: 0.6 },
  { name: 'electronics', channel: 'pos', weight: 3, priceFactor: 2.5, spread: 0.7 },
  { name: 'cash', channel: 'atm', weight: 8, priceFactor: 1.6, spread: 0.4 },
  { name: 'online-retail', channel: 'online', weight: 12, priceFactor: 1.1, spread: 0.6 },
  { name: 'online-services', channel: 'online', weight: 6, priceFactor: 0.3, spread: 0.5 },
  { name: 'travel', channel: 'online', weight: 2, priceFactor: 3.5, spread: 0.6 },
];

interface Country {
  readonly code: string;
  /** Centre on a flat map, in kilometres. */
  readonly xKm: number;
  readonly yKm: number;
  /** Share of terminals. */
  readonly weight: number;
  /** Whether customers live there; elsewhere they only travel. */
  readonly home: boolean;
}

const countries: readonly Country[] = [
  { code: 'DE', xKm: 0, yKm: 0, weight: 60, home: true },
  { code: 'AT', xKm: 350, yKm: -450, weight: 14, home: true },
  { code: 'NL', xKm: -400, yKm: 150, weight: 12, home: true },
  { code: 'ES', xKm: -1500, yKm: -1200, weight: 5, home: false },
  { code: 'IT', xKm: 150, yKm: -1100, weight: 5, home: false },
  { code: 'US', xKm: -7500, yKm: -500, weight: 2, home: false },
  { code: 'TH', xKm: 8700, yKm: -3500, weight: 2, home: false },
];
const homeCountries = countries.filter(({ home }) => home);

export interface Terminal {
  readonly id: string;
  readonly category: MerchantCategory;
  readonly country: string;
  readonly xKm: number;
  readonly yKm: number;
}

export interface Customer {
  readonly id: string;
  readonly cardId: string;
  readonly country: string;
  /** Typical amount of one payment. */
  readonly meanAmount: number;
  readonly amountSpread: number;
  readonly paymentsPerDay: number;
  /** Hour around which this customer's day lies, and how far from it payments fall. */
  readonly peakHour: number;
  readonly hourSpread: number;
  /** Payments on Saturday and Sunday, as a multiple of those on other days. */
  readonly weekendFactor: number;
  /** Where this customer usually pays; the first ones most. */
  readonly habitualTerminals: readonly Terminal[];
  readonly onlineTerminals: readonly Terminal[];
  readonly onlineShare: number;
  /** This customer's own source of chance, for all days in order. */
  readonly random: RandomStream;
}

export interface Population {
  readonly terminals: readonly Terminal[];
  readonly customers: readonly Customer[];
  readonly onlineTerminals: readonly Terminal[];
}

const HABITUAL_TERMINALS = 14;
const ONLINE_HABITS = 6;

/** Stream 0 draws the population, stream 1 the fraud; each customer has a stream of their own from here on. */
const FIRST_CUSTOMER_STREAM = 16;

export function createPopulation(customerCount: number, terminalCount: number, seed: number): Population {
  const random = randomStream(seed, 0, 'simulation');
  const terminals = Array.from({ length: terminalCount }, (_, index) => createTerminal(random, index));
  const onlineTerminals = terminals.filter(({ category }) => category.channel === 'online');
  const physicalTerminals = terminals.filter(({ category }) => category.channel !== 'online');
  const customers = Array.from({ length: customerCount }, (_, index): Customer => {
    const home = createPlace(random, homeCountries);
    const habitualTerminals = nearest(physicalTerminals, home.xKm, home.yKm, HABITUAL_TERMINALS);
    return {
      id: `C${String(index + 1).padStart(5, '0')}`,
      cardId: `K${String(random.nextInteger(1_000_000)).padStart(6, '0')}-${String(index + 1)}`,
      country: home.country,
      meanAmount: 24 * drawLogNormal(random, 0.95),
      amountSpread: drawBetween(random, 0.15, 0.45),
      paymentsPerDay: 3 * drawLogNormal(random, 0.5),
      peakHour: drawBetween(random, 10, 19),
      hourSpread: drawBetween(random, 2, 4.5),
      weekendFactor: drawBetween(random, 0.6, 1.6),
      habitualTerminals: habitualTerminals.length > 0 ? habitualTerminals : terminals,
      onlineTerminals: Array.from({ length: ONLINE_HABITS }, () =>
        drawOne(random, onlineTerminals.length > 0 ? onlineTerminals : terminals),
      ),
      onlineShare: drawBetween(random, 0.05, 0.4),
      random: randomStream(seed, FIRST_CUSTOMER_STREAM + index, 'simulation'),
    };
  });
  return { terminals, customers, onlineTerminals: onlineTerminals.length > 0 ? onlineTerminals : terminals };
}

/** The source of chance for fraud, apart from the customers': fraud changes nothing in what they do. */
export function createFraudStream(seed: number): RandomStream {
  return randomStream(seed, 1, 'simulation');
}

function createTerminal(random: RandomStream, index: number): Terminal {
  const category = drawWeighted(random, categories, ({ weight }) => weight);
  const place = createPlace(random, countries);
  return { id: `P${String(index + 1).padStart(5, '0')}`, category, ...place };
}

function createPlace(
  random: RandomStream,
  among: readonly Country[],
): { readonly country: string; readonly xKm: number; readonly yKm: number } {
  const country = drawWeighted(random, among, ({ weight }) => weight);
  return {
    country: country.code,
    xKm: country.xKm + drawBetween(random, -100, 100),
    yKm: country.yKm + drawBetween(random, -100, 100),
  };
}

function nearest(terminals: readonly Terminal[], xKm: number, yKm: number, count: number): readonly Terminal[] {
  const squaredDistance = (terminal: Terminal): number => (terminal.xKm - xKm) ** 2 + (terminal.yKm - yKm) ** 2;
  return terminals.toSorted((a, b) => squaredDistance(a) - squaredDistance(b)).slice(0, count);
}
