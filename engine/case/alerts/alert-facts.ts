import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import { currencyOf } from './alert-list.ts';
import { rowsOfCode } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import { labelDelayMs, labelsKnownAt } from '../labels.ts';
import type { ModelView } from '../model/model-view.ts';
import { countsInTrailingDay, normalOf, quantileOf, rowsBefore, type Normal } from './own-normal.ts';

type Fact = AlertDetail['facts'][number];

/** What the facts of one alert are drawn from. */
interface FactInput {
  readonly session: CaseSession;
  readonly view: ModelView;
  /** The transaction; of an alert, the most anomalous one. */
  readonly sequence: number;
  /** All transactions of its entity. */
  readonly entityRows: Uint32Array;
}

const wholeNumber = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const dayMs = 86_400_000;

/**
 * Facts before attribution: this value, the entity's own normal, its peers, how often, and what is known of the other
 * side. Each compares with what was known at the time of the transaction only.
 */
export function alertFacts(input: FactInput & { readonly flagged: number }): readonly Fact[] {
  return [...transactionFacts(input), flaggedFact(input)];
}

/** The facts of one transaction that say nothing of what the model thinks of it. */
export function transactionFacts(input: FactInput): readonly Fact[] {
  return [...amountFacts(input), ...frequencyFacts(input), ...counterpartFacts(input)];
}

function amountFacts({ session, sequence, entityRows }: FactInput): readonly Fact[] {
  const { arrays } = session;
  const { amounts, times, entity } = arrays;
  const amount = amounts?.[sequence] ?? NaN;
  if (amounts === null || Number.isNaN(amount)) return [];
  const currency = currencyOf(arrays, sequence);
  const money = (value: number): string => moneyText(value, currency);
  const facts: Fact[] = [{ label: 'Amount', value: money(amount), isEmphasised: true, of: 'amount' }];
  if (entity !== null) {
    const earlier = rowsBefore(entityRows, times, sequence);
    const normal = normalOf(
      Float64Array.from(earlier, (row) => amounts[row]),
      amount,
    );
    facts.push({
      label: `Usual for this ${entity.column.role}`,
      value:
        normal === null
          ? `Unknown (${earlier.length} earlier)`
          : `${moneyText(normal.low, null)} to ${moneyText(normal.high, null)} (${wholeNumber.format(normal.count)} earlier)`,
      isEmphasised: normal !== null && (amount > normal.high || amount < normal.low),
      of: 'entity',
    });
  }
  return facts;
}

function frequencyFacts({ session, sequence, entityRows }: FactInput): readonly Fact[] {
  const { times, entity } = session.arrays;
  if (times === null || entity === null || Number.isNaN(times[sequence])) return [];
  // The transaction itself is the latest of them, or as late as the latest.
  const known = [...rowsBefore(entityRows, times, sequence), sequence];
  const counts = countsInTrailingDay(Float64Array.from(known, (row) => times[row]).sort());
  const now = counts[counts.length - 1];
  const before = counts.subarray(0, -1).slice().sort();
  const usual = before.length === 0 ? null : quantileOf(before, 0.5);
  return [
    {
      label: 'Payments in 24 h',
      value: usual === null ? `${now}; the first one known` : `${now}; usually ${wholeNumber.format(usual)}`,
      isEmphasised: usual !== null && now >= 2 * Math.max(usual, 1),
      of: 'entity',
    },
  ];
}

function counterpartFacts({ session, view, sequence }: FactInput): readonly Fact[] {
  const { arrays } = session;
  const { counterpart, rowsByCounterpart, amounts, times } = arrays;
  const code = counterpart?.codes[sequence] ?? -1;
  if (counterpart === null || rowsByCounterpart === null || code < 0) return [];
  const { role } = counterpart.column;
  const earlier = rowsBefore(rowsOfCode(rowsByCounterpart, code), times, sequence);
  const facts: Fact[] = [];
  const amount = amounts?.[sequence] ?? NaN;
  const peers =
    amounts === null
      ? null
      : normalOf(
          Float64Array.from(earlier, (row) => amounts[row]),
          amount,
        );
  if (peers !== null && !Number.isNaN(amount))
    facts.push({
      label: `Others at this ${role}`,
      value: `${moneyText(peers.low, null)} to ${moneyText(peers.high, null)}; ${placeText(peers)}`,
      isEmphasised: amount > peers.high,
      of: 'counterpart',
    });
  const knownFraud = knownFraudFact(session, view, sequence, earlier, role);
  return knownFraud === null ? facts : [...facts, knownFraud];
}

/**
 * Frauds at the other side that were known by then: labels of the recording only after their delay, verdicts from the
 * moment they were given.
 */
function knownFraudFact(
  session: CaseSession,
  view: ModelView,
  sequence: number,
  earlier: Uint32Array,
  role: string,
): Fact | null {
  const { arrays, labels } = session;
  const { times } = arrays;
  if (labels.rows === null || times === null || Number.isNaN(times[sequence])) return null;
  const delayMs = labelDelayMs(view.spec);
  const known = labelsKnownAt(session, delayMs, times[sequence]);
  let frauds = 0;
  let judged = 0;
  for (const row of earlier) {
    const label = known(row);
    if (label === UNLABELLED) continue;
    judged++;
    if (label === FRAUD) frauds++;
  }
  return {
    label: `Known fraud at this ${role}`,
    value: `${wholeNumber.format(frauds)} of ${wholeNumber.format(judged)}, ${Math.round(delayMs / dayMs)} days old or more`,
    isEmphasised: frauds > 0,
    of: 'counterpart',
  };
}

function flaggedFact({ flagged, entityRows, session }: FactInput & { readonly flagged: number }): Fact {
  const role = session.arrays.entity?.column.role;
  return {
    label: 'Flagged',
    value: `${wholeNumber.format(flagged)} of ${wholeNumber.format(entityRows.length)} payments${role === undefined ? '' : ` of this ${role}`}`,
    isEmphasised: flagged > 1,
    of: role === undefined ? null : 'entity',
  };
}

/** An amount with two decimals, and its currency where it is known. */
export function moneyText(value: number, currency: string | null): string {
  const text = value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return currency === null ? text : `${text} ${currency}`;
}

/** Where a value lies among its peers; a share is never rounded up to all of them. */
function placeText({ shareBelow, count }: Normal): string {
  const all = wholeNumber.format(count);
  if (shareBelow === 1) return `above all ${all}`;
  if (shareBelow === 0) return `below all ${all}`;
  return `above ${(Math.floor(shareBelow * 1000) / 10).toFixed(1)} % of ${all}`;
}
