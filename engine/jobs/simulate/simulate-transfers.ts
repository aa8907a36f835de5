import type { TransferScenario } from '../../domain/simulation.ts';
import { drawBetween, drawLogNormal, drawNormal, drawOne, drawPoisson } from './draws.ts';
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
import { createAccounts, foreignCountries, type Account, type Accounts } from './transfer-accounts.ts';
import { createTransferFraud, type Transfer } from './transfer-fraud.ts';

export const transferColumns: readonly SimulatedColumn[] = [
  { name: 'transfer_id', kind: 'text' },
  { name: 'event_time', kind: 'text' },
  { name: 'sender_id', kind: 'text' },
  { name: 'receiver_id', kind: 'text' },
  { name: 'amount', kind: 'cents' },
  { name: 'currency', kind: 'text' },
  { name: 'transfer_type', kind: 'text' },
  { name: 'device_id', kind: 'text' },
  { name: 'country', kind: 'text' },
  { name: 'balance_before', kind: 'cents' },
  { name: 'is_fraud', kind: 'flag' },
  { name: 'fraud_scenario', kind: 'text' },
  { name: 'fraud_known_at', kind: 'text' },
];

const NEW_PAYEE_SHARE = 0.05;
const BIG_PURCHASES_PER_DAY = 0.002;
const NEW_DEVICES_PER_DAY = 0.006;
const TRIPS_PER_DAY = 0.004;
/** Employers pay on this day of the month, people move what they can spare to their savings in the days after. */
const SALARY_DAY = 25;

/** What changes for a person from day to day. */
interface Situation {
  device: string;
  readonly payees: string[];
  trip: { readonly lastDay: number; readonly country: string } | null;
}

/**
 * Transfers between accounts in order of time: people with payees, devices and hours of their own, standing orders, salaries paid
 * to many at once, and what looks like fraud and is none (new telephones, trips, large purchases, a holiday's gifts, money moved
 * to one's own savings, new customers, new shops). The same options give the same stream on every machine; fraud leaves the genuine
 * transfers as they would be without it, all but the balance.
 */
export function* simulateTransfers(
  options: WorldOptions,
  scenarios: readonly TransferScenario[],
): Generator<SimulatedRecord, void, undefined> {
  const { startMs, days } = options;
  const accounts = createAccounts(options.customers, options.terminals, days, options.seed);
  const expected = accounts.people.reduce((sum, { transfersPerDay }) => sum + transfersPerDay + 0.15, 0) * days;
  const wanted = Math.round(expected * (options.fraudShare ?? DEFAULT_FRAUD_SHARE));
  const fraud = createTransferFraud(accounts, scenarios, wanted, days);
  const situations = new Map(accounts.people.map((person) => [person, startOf(person)]));
  const balances = new Map<string, number>();
  let nextFraud = 0;
  let number = 0;
  for (let day = 0; day < days; day++) {
    const transfers = dayOf(accounts, situations, day, startMs);
    for (; nextFraud < fraud.length && fraud[nextFraud].second < (day + 1) * SECONDS_PER_DAY; nextFraud++)
      transfers.push(whereOwnerIs(fraud[nextFraud], situations));
    // A stable sort: transfers of the same second keep the order in which they were made.
    transfers.sort((a, b) => a.second - b.second);
    for (const transfer of transfers) yield toRecord(transfer, ++number, startMs, balances);
  }
}

/** What a thief does through the victim comes from the victim's own device, wherever the victim is. */
function whereOwnerIs(transfer: Transfer, situations: ReadonlyMap<Account, Situation>): Transfer {
  const { owner } = transfer;
  const situation = owner === null ? undefined : situations.get(owner);
  if (transfer.atOwner !== true || owner === null || situation === undefined) return transfer;
  return { ...transfer, device: situation.device, country: situation.trip?.country ?? owner.country };
}

function startOf({ id, payees }: Account): Situation {
  return { device: `D${id.slice(1)}-1`, payees: [...payees], trip: null };
}

function dayOf(
  accounts: Accounts,
  situations: ReadonlyMap<Account, Situation>,
  day: number,
  startMs: number,
): Transfer[] {
  const date = dayOfMonth(startMs, day);
  const isHoliday = day >= accounts.holiday[0] && day <= accounts.holiday[1];
  const transfers: Transfer[] = [];
  for (const [person, situation] of situations) {
    if (day < person.firstDay) continue;
    if (date === SALARY_DAY) transfers.push(salary(person, day));
    advance(person, situation, day);
    for (const { receiver, amount, dayOfMonth: due } of person.standing)
      if (due === date)
        transfers.push({ ...base(person, situation, secondAround(day, 4)), receiver, amount, kind: 'standing' });
    const busy = (isWeekend(startMs, day) ? 0.7 : 1.1) * (isHoliday ? 1.6 : 1);
    for (let left = drawPoisson(person.random, Math.min(person.transfersPerDay * busy, 40)); left > 0; left--)
      transfers.push(ordinary(person, situation, accounts, day, isHoliday));
    const { random } = person;
    if (random.nextUnit() < BIG_PURCHASES_PER_DAY) transfers.push(bigPurchase(person, situation, accounts, day));
    if (date > SALARY_DAY && date <= SALARY_DAY + 3 && random.nextUnit() < 0.2)
      transfers.push({
        ...base(person, situation, secondAround(day, usualHour(person))),
        receiver: person.savings,
        amount: person.income * drawBetween(random, 0.3, 0.9),
        kind: 'instant',
      });
  }
  return transfers;
}

/** All employees are paid within the same minutes, in no batch of a person's device. */
function salary(person: Account, day: number): Transfer {
  return {
    second: day * SECONDS_PER_DAY + 6 * 3600 + person.random.nextInteger(900),
    sender: person.employer,
    owner: null,
    receiver: person.id,
    amount: person.income,
    kind: 'batch',
    device: null,
    country: 'DE',
    scenario: null,
  };
}

/** A trip ends or begins, a new telephone is bought. */
function advance({ random, id }: Account, situation: Situation, day: number): void {
  const starts = random.nextUnit() < TRIPS_PER_DAY;
  if (situation.trip !== null && day > situation.trip.lastDay) situation.trip = null;
  if (starts) situation.trip = { lastDay: day + 2 + random.nextInteger(8), country: drawOne(random, foreignCountries) };
  if (random.nextUnit() >= NEW_DEVICES_PER_DAY) return;
  situation.device = `D${id.slice(1)}-${String(2 + random.nextInteger(1000))}`;
}

function base(
  person: Account,
  { device, trip }: Situation,
  second: number,
): Omit<Transfer, 'receiver' | 'amount' | 'kind'> {
  return {
    second,
    sender: person.id,
    owner: person,
    device,
    country: trip?.country ?? person.country,
    scenario: null,
  };
}

function usualHour({ random, peakHour, hourSpread }: Account): number {
  return peakHour + hourSpread * drawNormal(random);
}

function ordinary(
  person: Account,
  situation: Situation,
  { people, businesses }: Accounts,
  day: number,
  isHoliday: boolean,
): Transfer {
  const { random } = person;
  let receiver = situation.payees[Math.floor(random.nextUnit() ** 2 * situation.payees.length)];
  if (random.nextUnit() < NEW_PAYEE_SHARE) {
    const open = businesses.filter(({ firstDay }) => firstDay <= day);
    // New shops are talked about: they have more new payers than the others.
    const fresh = open.filter(({ firstDay }) => firstDay > 0 && firstDay > day - 6);
    const shop = drawOne(
      random,
      fresh.length > 0 && random.nextUnit() < 0.35 ? fresh : open.length > 0 ? open : businesses,
    );
    receiver = random.nextUnit() < 0.45 ? drawOne(random, people).id : shop.id;
    if (random.nextUnit() < 0.5) situation.payees.push(receiver);
  }
  const hour = isHoliday ? drawBetween(random, 7, 25) : usualHour(person);
  return {
    ...base(person, situation, secondAround(day, hour)),
    receiver,
    amount: person.meanAmount * drawLogNormal(random, 0.75),
    kind: random.nextUnit() < 0.6 ? 'instant' : 'ordinary',
  };
}

/** A car, a deposit, a builder: once, to somebody new, for many times the usual amount. */
function bigPurchase(person: Account, situation: Situation, { people, businesses }: Accounts, day: number): Transfer {
  const { random } = person;
  return {
    ...base(person, situation, secondAround(day, usualHour(person))),
    receiver: random.nextUnit() < 0.3 ? drawOne(random, people).id : drawOne(random, businesses).id,
    amount: person.meanAmount * drawBetween(random, 8, 30),
    kind: 'instant',
  };
}

function toRecord(transfer: Transfer, number: number, startMs: number, balances: Map<string, number>): SimulatedRecord {
  const { sender, receiver, owner, scenario } = transfer;
  const before = balances.get(sender) ?? Math.round((owner?.income ?? 1_000_000) * (owner?.firstDay === 0 ? 120 : 60));
  // A thief takes a share of what is there; nothing costs less than a cent.
  const units = transfer.shareOfBalance === undefined ? transfer.amount : (before / 100) * transfer.shareOfBalance;
  const cents = Math.max(1, Math.round(Math.max(units, transfer.amount) * 100));
  balances.set(sender, before - cents);
  const known = balances.get(receiver);
  if (known !== undefined) balances.set(receiver, known + cents);
  const timeMs = startMs + transfer.second * 1000;
  const knownAt =
    transfer.knownAfterDays === undefined
      ? null
      : timeText(timeMs + Math.round(transfer.knownAfterDays * SECONDS_PER_DAY) * 1000);
  return {
    timeMs,
    key: sender,
    scenario,
    cells: [
      ...[`T${String(number).padStart(8, '0')}`, timeText(timeMs), sender, receiver, cents, 'EUR', transfer.kind],
      ...[transfer.device, transfer.country, before, scenario === null ? 0 : 1, scenario, knownAt],
    ],
  };
}
