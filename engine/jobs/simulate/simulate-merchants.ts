import type { MerchantScenario } from '../../domain/simulation.ts';
import { drawBetween, drawLogNormal, drawNormal, drawOne, drawPoisson } from './draws.ts';
import { createMerchantFraud, type Trade } from './merchant-fraud.ts';
import { createTown, type Cardholder, type Shop, type Town } from './merchant-shops.ts';
import {
  dayOfMonth,
  DEFAULT_FRAUD_SHARE,
  isWeekend,
  SECONDS_PER_DAY,
  secondAround,
  timeText,
  type SimulatedColumn,
  type SimulatedRecord,
  type WorldOptions,
} from './simulated-record.ts';

export const merchantColumns: readonly SimulatedColumn[] = [
  { name: 'transaction_id', kind: 'text' },
  { name: 'event_time', kind: 'text' },
  { name: 'card_id', kind: 'text' },
  { name: 'merchant_id', kind: 'text' },
  { name: 'merchant_category', kind: 'text' },
  { name: 'country', kind: 'text' },
  { name: 'transaction_type', kind: 'text' },
  { name: 'amount', kind: 'cents' },
  { name: 'currency', kind: 'text' },
  { name: 'is_fraud', kind: 'flag' },
  { name: 'fraud_scenario', kind: 'text' },
  { name: 'fraud_known_at', kind: 'text' },
];

const TRIPS_PER_DAY = 0.003;
const STRANGE_SHOP_SHARE = 0.06;
const RARE_PURCHASE_SHARE = 0.004;
/** A card pays twice or more in a row at the same place: separate bills, tickets for a family. */
const REPEAT_SHARE = 0.015;
const SALARY_DAY = 25;

interface Situation {
  trip: { readonly lastDay: number; readonly shops: readonly Shop[] } | null;
}

/**
 * Purchases and refunds in order of time: cards with shops and hours of their own, goods brought back, and what looks like fraud
 * and is none (trips, sales, spending after salary day, new shops that everybody tries, new cards, bills paid in parts). The same
 * options give the same stream on every machine; fraud leaves the genuine trades as they would be without it.
 */
export function* simulateMerchants(
  options: WorldOptions,
  scenarios: readonly MerchantScenario[],
): Generator<SimulatedRecord, void, undefined> {
  const { startMs, days } = options;
  const town = createTown(options.customers, options.terminals, days, options.seed);
  const expected = town.cardholders.reduce((sum, { purchasesPerDay }) => sum + purchasesPerDay, 0) * days;
  const wanted = Math.round(expected * (options.fraudShare ?? DEFAULT_FRAUD_SHARE));
  const fraud = createMerchantFraud(town, scenarios, wanted, days);
  const situations = new Map(town.cardholders.map((cardholder) => [cardholder, { trip: null } as Situation]));
  const returns = new Map<number, Trade[]>();
  let nextFraud = 0;
  let number = 0;
  for (let day = 0; day < days; day++) {
    const trades = [...(returns.get(day) ?? []), ...dayOf(town, situations, returns, day, startMs)];
    returns.delete(day);
    for (; nextFraud < fraud.length && fraud[nextFraud].second < (day + 1) * SECONDS_PER_DAY; nextFraud++)
      trades.push(fraud[nextFraud]);
    // A stable sort: trades of the same second keep the order in which they were made.
    trades.sort((a, b) => a.second - b.second);
    for (const trade of trades) yield toRecord(trade, ++number, startMs);
  }
}

function dayOf(
  town: Town,
  situations: ReadonlyMap<Cardholder, Situation>,
  returns: Map<number, Trade[]>,
  day: number,
  startMs: number,
): readonly Trade[] {
  const date = dayOfMonth(startMs, day);
  const open = town.shops.filter(({ firstDay }) => firstDay <= day);
  const talkedAbout = open.filter(({ firstDay, saleDay }) => saleDay === day || (firstDay > 0 && firstDay > day - 5));
  const salary = date >= SALARY_DAY && date <= SALARY_DAY + 3 ? 1.4 : 1;
  const busy = salary * (isWeekend(startMs, day) ? 1.2 : 0.95);
  const trades: Trade[] = [];
  for (const [cardholder, situation] of situations) {
    if (day < cardholder.firstDay) continue;
    travel(cardholder, situation, open, day);
    const { random } = cardholder;
    for (let left = drawPoisson(random, Math.min(cardholder.purchasesPerDay * busy, 40)); left > 0; left--) {
      const purchase = ordinary(cardholder, situation, open, talkedAbout, day);
      trades.push(purchase, ...repeated(purchase));
      bringBack(purchase, returns, day);
    }
  }
  return trades;
}

function travel({ random }: Cardholder, situation: Situation, open: readonly Shop[], day: number): void {
  const starts = random.nextUnit() < TRIPS_PER_DAY;
  if (situation.trip !== null && day > situation.trip.lastDay) situation.trip = null;
  if (!starts || open.length === 0) return;
  const { country } = drawOne(random, open);
  const there = open.filter((shop) => shop.country === country);
  const shops = Array.from({ length: 6 }, () => drawOne(random, there));
  situation.trip = { lastDay: day + 2 + random.nextInteger(7), shops };
}

function ordinary(
  cardholder: Cardholder,
  { trip }: Situation,
  open: readonly Shop[],
  talkedAbout: readonly Shop[],
  day: number,
): Trade {
  const { random, peakHour, hourSpread, meanAmount } = cardholder;
  let shop = cardholder.shops[Math.floor(random.nextUnit() ** 2 * cardholder.shops.length)];
  if (trip !== null) shop = drawOne(random, trip.shops);
  else if (random.nextUnit() < STRANGE_SHOP_SHARE && open.length > 0)
    shop = drawOne(random, talkedAbout.length > 0 && random.nextUnit() < 0.4 ? talkedAbout : open);
  const rare = random.nextUnit() < RARE_PURCHASE_SHARE ? drawBetween(random, 4, 12) : 1;
  return {
    second: secondAround(day, peakHour + hourSpread * drawNormal(random)),
    cardholder,
    shop,
    amount: meanAmount * shop.kind.priceFactor * rare * drawLogNormal(random, shop.kind.spread),
    kind: 'sale',
    scenario: null,
  };
}

function repeated(purchase: Trade): readonly Trade[] {
  const { random } = purchase.cardholder;
  if (random.nextUnit() >= REPEAT_SHARE) return [];
  return Array.from({ length: 1 + random.nextInteger(3) }, (_, time) => ({
    ...purchase,
    second: Math.min(purchase.second + (time + 1) * (30 + random.nextInteger(300)), lastSecondOf(purchase)),
    amount: purchase.amount * drawBetween(random, 0.6, 1.4),
  }));
}

function lastSecondOf({ second }: Trade): number {
  return (Math.floor(second / SECONDS_PER_DAY) + 1) * SECONDS_PER_DAY - 1;
}

/** Goods come back after some days, to the same shop for the same money, or for a part of it. */
function bringBack(purchase: Trade, returns: Map<number, Trade[]>, day: number): void {
  const { random } = purchase.cardholder;
  if (random.nextUnit() >= purchase.shop.kind.returns) return;
  const later = day + 1 + random.nextInteger(20);
  const refund: Trade = {
    ...purchase,
    second: later * SECONDS_PER_DAY + 10 * 3600 + random.nextInteger(9 * 3600),
    amount: purchase.amount * (random.nextUnit() < 0.7 ? 1 : drawBetween(random, 0.3, 0.9)),
    kind: 'refund',
  };
  returns.set(later, [...(returns.get(later) ?? []), refund]);
}

function toRecord({ second, cardholder, shop, ...trade }: Trade, number: number, startMs: number): SimulatedRecord {
  const timeMs = startMs + second * 1000;
  const { scenario, knownAfterDays, amount, kind } = trade;
  const knownAt =
    knownAfterDays === undefined ? null : timeText(timeMs + Math.round(knownAfterDays * SECONDS_PER_DAY) * 1000);
  return {
    timeMs,
    key: cardholder.cardId,
    scenario,
    cells: [
      ...[
        `T${String(number).padStart(8, '0')}`,
        timeText(timeMs),
        cardholder.cardId,
        shop.id,
        shop.kind.name,
        shop.country,
      ],
      ...[kind, Math.max(10, Math.round(amount * 100)), 'EUR', scenario === null ? 0 : 1, scenario, knownAt],
    ],
  };
}
