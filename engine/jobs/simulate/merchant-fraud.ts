import type { MerchantScenario } from '../../domain/simulation.ts';
import type { RandomStream } from '../../forest/random.ts';
import { drawBetween, drawLogNormal, drawOne } from './draws.ts';
import type { Cardholder, Shop, Town } from './merchant-shops.ts';
import { anySecond, drawIncidents, SECONDS_PER_DAY } from './simulated-record.ts';

/** A purchase or refund before it has a number. */
export interface Trade {
  /** Seconds since the start of the simulation. */
  readonly second: number;
  readonly cardholder: Cardholder;
  readonly shop: Shop;
  readonly amount: number;
  readonly kind: 'sale' | 'refund';
  readonly scenario: MerchantScenario | null;
  /** Days until the acquirer knew of the fraud. */
  readonly knownAfterDays?: number;
}

/** Fraudulent trades in order of time, about `wanted` of them. They come on top of what cardholders do themselves. */
export function createMerchantFraud(
  town: Town,
  scenarios: readonly MerchantScenario[],
  wanted: number,
  days: number,
): readonly Trade[] {
  return drawIncidents(scenarios, wanted, days, (scenario) => createIncident[scenario](town, days));
}

type CreateIncident = (town: Town, days: number) => readonly Trade[];

const createIncident: Readonly<Record<MerchantScenario, CreateIncident>> = {
  /** Somebody at the till pays out refunds, for nothing that was bought, to one or two cards of friends. */
  refund_fraud: ({ shops, cardholders, random }, days) => {
    const shop = drawOne(random, shops);
    const friends = [drawOne(random, cardholders), drawOne(random, cardholders)];
    const firstDay = random.nextInteger(days);
    return Array.from({ length: 4 + random.nextInteger(7) }, () => ({
      second: firstDay * SECONDS_PER_DAY + anySecond(8, random),
      cardholder: drawOne(random, friends),
      shop,
      amount: 26 * shop.kind.priceFactor * drawBetween(random, 2, 8),
      kind: 'refund',
      scenario: 'refund_fraud',
      ...known(random, 12),
    }));
  },

  /** A shop charges cards that were copied elsewhere, for several times its prices, and is gone after some days. */
  bust_out: ({ shops, cardholders, random }, days) => {
    const shop = drawOne(random, shops);
    const firstDay = random.nextInteger(days);
    const lastDays = 1 + random.nextInteger(4);
    return Array.from({ length: 12 + random.nextInteger(20) }, () => {
      const cardholder = drawOne(random, cardholders);
      return {
        second: firstDay * SECONDS_PER_DAY + anySecond(lastDays, random),
        cardholder,
        shop,
        amount: cardholder.meanAmount * shop.kind.priceFactor * 2.5 * drawLogNormal(random, 0.5),
        kind: 'sale',
        scenario: 'bust_out',
        ...known(random, 16),
      };
    });
  },

  /** One charge in many parts within the hour, each below what would be asked about. */
  split_charges: ({ shops, cardholders, random }, days) => {
    const shop = drawOne(random, shops);
    const cardholder = drawOne(random, cardholders);
    const part = drawOne(random, [25, 50, 100]) * drawBetween(random, 0.9, 0.99);
    const delay = known(random, 10);
    let second = anySecond(days, random);
    return Array.from({ length: 4 + random.nextInteger(6) }, () => {
      second += 60 + random.nextInteger(600);
      return {
        second,
        cardholder,
        shop,
        amount: part * drawBetween(random, 0.97, 1),
        kind: 'sale',
        scenario: 'split_charges',
        ...delay,
      };
    });
  },
};

/** Chargebacks and audits take weeks. */
function known(random: RandomStream, days: number): { readonly knownAfterDays: number } {
  return { knownAfterDays: Math.min(90, days * drawLogNormal(random, 0.6)) };
}
