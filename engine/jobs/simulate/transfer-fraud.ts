import type { TransferScenario } from '../../domain/simulation.ts';
import type { RandomStream } from '../../forest/random.ts';
import { drawBetween, drawLogNormal, drawOne } from './draws.ts';
import { anySecond, drawIncidents, SECONDS_PER_DAY, secondAround } from './simulated-record.ts';
import { foreignCountries, type Account, type Accounts } from './transfer-accounts.ts';

/** A transfer before it has a number. */
export interface Transfer {
  /** Seconds since the start of the simulation. */
  readonly second: number;
  readonly sender: string;
  /** The person whose account it is; null for a business. */
  readonly owner: Account | null;
  readonly receiver: string;
  readonly amount: number;
  /** Where this share of what is on the account is more than the amount, it is taken instead. */
  readonly shareOfBalance?: number;
  readonly kind: 'instant' | 'ordinary' | 'standing' | 'batch';
  /** Null where there is none: a batch. */
  readonly device: string | null;
  readonly country: string;
  /** True where the owner's own device is used, where the owner is: `device` and `country` are those of that day then. */
  readonly atOwner?: boolean;
  readonly scenario: TransferScenario | null;
  /** Days until the bank knew of the fraud. */
  readonly knownAfterDays?: number;
}

/** Fraudulent transfers in order of time, about `wanted` of them. They come on top of what people do themselves. */
export function createTransferFraud(
  accounts: Accounts,
  scenarios: readonly TransferScenario[],
  wanted: number,
  days: number,
): readonly Transfer[] {
  return drawIncidents(scenarios, wanted, days, (scenario) => createIncident[scenario](accounts, days));
}

type CreateIncident = (accounts: Accounts, days: number) => readonly Transfer[];

const createIncident: Readonly<Record<TransferScenario, CreateIncident>> = {
  /** A thief logs in, mostly with a device of their own, and empties the account within the hour. */
  account_takeover: ({ people, random }, days) => {
    const victim = drawOne(random, oldAccounts(people));
    let second = anySecond(days, random);
    const atOwner = random.nextUnit() < 0.15;
    const device = `D9${String(random.nextInteger(1_000_000)).padStart(6, '0')}`;
    const country = random.nextUnit() < 0.35 ? drawOne(random, foreignCountries) : victim.country;
    const receiver = muleOf(people, random);
    const place = { device, country, atOwner } as const;
    const shared = { sender: victim.id, owner: victim, ...place, kind: 'instant', ...known(random) } as const;
    const moves: Transfer[] = [];
    if (random.nextUnit() < 0.3)
      moves.push({ ...shared, second, receiver, amount: drawBetween(random, 0.5, 3), scenario: 'account_takeover' });
    for (let left = 1 + random.nextInteger(3); left > 0; left--) {
      second += 60 + random.nextInteger(1200);
      const shareOfBalance = drawBetween(random, 0.55, 0.95);
      moves.push({ ...shared, second, receiver, amount: 5, shareOfBalance, scenario: 'account_takeover' });
    }
    return moves;
  },

  /** The victim pays, talked into it: a new payee, a greater part of the wages each time, over some days. */
  authorised_scam: ({ people, random }, days) => {
    const victim = drawOne(random, oldAccounts(people));
    const receiver = muleOf(people, random);
    const firstDay = random.nextInteger(days);
    const times = 2 + random.nextInteger(4);
    const delay = known(random);
    return Array.from({ length: times }, (_, time) => ({
      second: secondAround(firstDay + 2 * time, drawBetween(random, victim.peakHour - 4, victim.peakHour + 4)),
      sender: victim.id,
      owner: victim,
      receiver,
      amount: victim.income * (0.06 + 0.08 * time) * drawBetween(random, 0.8, 1.6),
      kind: 'instant',
      ...byOwner,
      scenario: 'authorised_scam',
      ...delay,
    }));
  },

  /** One false seller, many buyers within days, for ordinary amounts. */
  purchase_scam: ({ people, random }, days) => {
    const receiver = muleOf(people, random);
    const firstDay = random.nextInteger(days);
    return Array.from({ length: 8 + random.nextInteger(13) }, () => {
      const victim = drawOne(random, oldAccounts(people));
      return {
        second: firstDay * SECONDS_PER_DAY + anySecond(3, random),
        sender: victim.id,
        owner: victim,
        receiver,
        amount: victim.meanAmount * 1.3 * drawLogNormal(random, 0.6),
        kind: 'instant',
        ...byOwner,
        scenario: 'purchase_scam',
        ...known(random),
      };
    });
  },

  /** A lent account passes on what it was sent, to several receivers within a few hours. */
  mule_forwarding: ({ people, random }, days) => {
    const mule = drawOne(random, oldAccounts(people));
    const start = anySecond(days, random);
    const delay = known(random);
    return Array.from({ length: 3 + random.nextInteger(6) }, () => ({
      second: start + random.nextInteger(3 * 3600),
      sender: mule.id,
      owner: mule,
      receiver: muleOf(people, random),
      amount: mule.meanAmount * drawBetween(random, 2, 8),
      kind: 'instant',
      ...byOwner,
      scenario: 'mule_forwarding',
      ...delay,
    }));
  },
};

/** The owner's device and place are filled in on the day. */
const byOwner = { device: null, country: '', atOwner: true } as const;

/** Thieves prefer accounts with something on them: not those opened during the stream. */
function oldAccounts(people: readonly Account[]): readonly Account[] {
  const old = people.filter(({ firstDay }) => firstDay === 0);
  return old.length > 0 ? old : people;
}

/** Half of the receivers of stolen money have accounts here, the others elsewhere. */
function muleOf(people: readonly Account[], random: RandomStream): string {
  return random.nextUnit() < 0.5
    ? drawOne(random, people).id
    : `X${String(random.nextInteger(1_000_000)).padStart(6, '0')}`;
}

/** Victims notice within hours or weeks. */
function known(random: RandomStream): { readonly knownAfterDays: number } {
  return { knownAfterDays: Math.min(45, 4 * drawLogNormal(random, 1)) };
}
