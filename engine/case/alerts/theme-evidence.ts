import type { Theme, LeadingTheme, WindowFeature } from '../../domain/window-feature.ts';
import { isAgainstHabit, type HabitFeature } from '../../domain/window-feature.ts';
import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import { localDay } from '../../domain/time-zone.ts';
import { entityNoun } from '../../features/windows/describe-window-feature.ts';
import type { AmountStrip, ThemeEvidence } from '../../../preload/contract/alerts.ts';
import { rowsOfCode, type CaseArrays } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import { labelDelayMs, labelsKnownAt } from '../labels.ts';
import { habitRowsOf, ownUsual } from '../model/own-usual.ts';
import { numberAt, textAt } from './alert-list.ts';
import { amountStrip } from './amount-strip.ts';
import { FEWEST_VALUES, normalOf, rowsBefore } from './own-normal.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const hoursOfDay = 24;
const NO_HOUR = 255;
const amountClasses = 18;
const listedPlaces = 5;
const listedDays = 14;
/** Of the day around a burst, so much lies before its last payment. */
const stripBeforeMs = 18 * hourMs;
const stripAfterMs = 6 * hourMs;

/**
 * What stands behind one theme of a transaction: the rows that its features look at, as pictures and lists. Counts are those of
 * the sentences, since both take their rows from the same habit. Empty where too little is known, or where the theme is none.
 */
export function themeEvidence(
  session: CaseSession,
  modelId: number,
  sequence: number,
  theme: LeadingTheme,
): readonly ThemeEvidence[] {
  if (theme === 'other') return [];
  const view = session.view(modelId);
  const sources = view.words.flatMap((words) =>
    words.theme === theme && 'entity' in words.source ? [words.source] : [],
  );
  return evidenceOf[theme]({ session, modelId, sequence, sources }).filter((each) => each !== null);
}

interface EvidenceInput {
  readonly session: CaseSession;
  readonly modelId: number;
  readonly sequence: number;
  /** The theme's features over time. */
  readonly sources: readonly WindowFeature[];
}

const evidenceOf: Readonly<Record<Theme, (input: EvidenceInput) => readonly (ThemeEvidence | null)[]>> = {
  amount: (input) =>
    habits(input, ['amount-excess'])
      .slice(0, 1)
      .map((feature) => usualAmounts(input, feature)),
  velocity: (input) =>
    habits(input, ['burst'])
      .slice(0, 1)
      .map((feature) => burst(input, feature)),
  new: (input) => habits(input, ['rarity', 'novelty']).map((feature) => places(input, feature)),
  time: (input) =>
    habits(input, ['hour-rarity'])
      .slice(0, 1)
      .map((feature) => usualHours(input, feature)),
  terminal: (input) => [daysOfPlace(input)],
  risk: (input) => [daysOfPlace(input)],
};

function habits({ sources }: EvidenceInput, kinds: readonly WindowFeature['kind'][]): readonly HabitFeature[] {
  return sources.filter(isAgainstHabit).filter(({ kind }) => kinds.includes(kind));
}

function nounOf(arrays: CaseArrays, { entity }: WindowFeature): string {
  return entity.map((column) => entityNoun(column, arrays.profile)).join(' and ');
}

function usualAmounts({ session: { arrays }, sequence }: EvidenceInput, feature: HabitFeature): ThemeEvidence | null {
  const amount = numberAt(arrays.amounts, sequence);
  const rows = habitRowsOf(arrays, feature, sequence)?.habit ?? new Uint32Array(0);
  const earlier = Array.from(rows, (row) => arrays.amounts?.[row] ?? NaN).filter((value) => value > 0);
  if (amount === null || amount <= 0 || earlier.length < FEWEST_VALUES) return null;
  const logs = [...earlier, amount].map(Math.log);
  const low = logs.reduce((least, value) => Math.min(least, value));
  const width = (logs.reduce((most, value) => Math.max(most, value)) - low) / amountClasses || 1;
  const classOf = (value: number): number =>
    Math.min(amountClasses - 1, Math.max(0, Math.floor((Math.log(value) - low) / width)));
  const payments = new Array<number>(amountClasses).fill(0);
  for (const value of earlier) payments[classOf(value)]++;
  return {
    kind: 'amounts',
    who: nounOf(arrays, feature),
    classes: payments.map((count, index) => ({
      from: Math.exp(low + index * width),
      to: Math.exp(low + (index + 1) * width),
      payments: count,
    })),
    own: classOf(amount),
    amount,
    below: earlier.filter((value) => value < amount).length,
  };
}

function burst({ session, modelId, sequence }: EvidenceInput, feature: HabitFeature): ThemeEvidence | null {
  const { arrays } = session;
  const rate = ownUsual(arrays, feature, sequence)?.rate;
  const rows = habitRowsOf(arrays, feature, sequence);
  if (rate === undefined || rows === null) return null;
  return {
    kind: 'burst',
    who: nounOf(arrays, feature),
    payments: rate.now,
    spanMs: feature.windowMs,
    perDay: rate.perDay,
    strip: stripAround(session, modelId, sequence, feature, rows.earlier),
  };
}

/** The day around a transaction. */
function stripAround(
  session: CaseSession,
  modelId: number,
  sequence: number,
  { entity: [column] }: WindowFeature,
  earlier: Uint32Array,
): AmountStrip {
  const { arrays } = session;
  const times = arrays.times ?? new Float64Array(0);
  const fromMs = times[sequence] - stripBeforeMs;
  const toMs = times[sequence] + stripAfterMs;
  const rows = Array.from(rowsOfCode(arrays.rowsBy(column), arrays.coded(column).codes[sequence]))
    .filter((row) => times[row] >= fromMs && times[row] <= toMs)
    .sort((left, right) => times[left] - times[right] || left - right);
  const normal = normalOf(
    Float64Array.from(earlier, (row) => arrays.amounts?.[row] ?? NaN),
    arrays.amounts?.[sequence] ?? NaN,
  );
  return amountStrip(session, { modelId, fromMs, toMs, rows, normal });
}

function places({ session: { arrays }, sequence }: EvidenceInput, feature: HabitFeature): ThemeEvidence | null {
  if (!('of' in feature)) return null;
  const rows = habitRowsOf(arrays, feature, sequence);
  const { codes, dictionary } = arrays.coded(feature.of);
  const own = codes[sequence];
  if (rows === null || own < 0) return null;
  const seen = new Map<number, { payments: number; firstMs: number | null; lastMs: number | null }>();
  for (const row of rows.habit) {
    if (codes[row] < 0) continue;
    const timeMs = numberAt(arrays.times, row);
    const known = seen.get(codes[row]);
    if (known === undefined) seen.set(codes[row], { payments: 1, firstMs: timeMs, lastMs: timeMs });
    else {
      known.payments++;
      known.lastMs = timeMs;
    }
  }
  const sorted = [...seen.keys()].sort(
    (left, right) => (seen.get(right)?.payments ?? 0) - (seen.get(left)?.payments ?? 0) || left - right,
  );
  const listed = sorted.filter((code) => code !== own).slice(0, listedPlaces);
  const unseen = { payments: 0, firstMs: null, lastMs: null };
  const elsewhere = rows.earlier.findLast((row) => codes[row] >= 0 && codes[row] !== own);
  return {
    kind: 'places',
    who: nounOf(arrays, feature),
    noun: entityNoun(feature.of, arrays.profile),
    places: [own, ...listed].map((code) => ({
      text: dictionary.textOf(code),
      ...(seen.get(code) ?? unseen),
      isOwn: code === own,
    })),
    more: sorted.filter((code) => code !== own).length - listed.length,
    payments: rows.habit.length,
    before:
      elsewhere === undefined
        ? null
        : {
            text: dictionary.textOf(codes[elsewhere]),
            gapMs: (arrays.times?.[sequence] ?? NaN) - (arrays.times?.[elsewhere] ?? NaN),
          },
  };
}

function usualHours({ session: { arrays }, sequence }: EvidenceInput, feature: HabitFeature): ThemeEvidence | null {
  const hours = arrays.hoursOfWeek;
  const rows = habitRowsOf(arrays, feature, sequence)?.habit ?? new Uint32Array(0);
  if (hours[sequence] === NO_HOUR || rows.length < FEWEST_VALUES) return null;
  const payments = new Array<number>(hoursOfDay).fill(0);
  for (const row of rows) if (hours[row] !== NO_HOUR) payments[hours[row] % hoursOfDay]++;
  return { kind: 'hours', who: nounOf(arrays, feature), payments, own: hours[sequence] % hoursOfDay };
}

/** Days of the terminal in the zone of the case, up to this transaction; what is known of fraud there, only as far as it was by then. */
function daysOfPlace({ session, modelId, sequence, sources }: EvidenceInput): ThemeEvidence | null {
  const { arrays, labels } = session;
  const { times, clock } = arrays;
  const source = sources.at(0);
  if (source === undefined || times === null || Number.isNaN(times[sequence])) return null;
  const [column] = source.entity;
  const place = arrays.coded(column);
  const name = textAt(place, sequence);
  if (name === null) return null;
  const visitors = sources.flatMap((feature) => ('of' in feature ? [feature.of] : [])).at(0);
  const visitorCodes = visitors === undefined ? null : arrays.coded(visitors).codes;
  const earlier = rowsBefore(rowsOfCode(arrays.rowsBy(column), place.codes[sequence]), times, sequence);
  const known = labelsKnownAt(session, labelDelayMs(session.view(modelId).spec), times[sequence]);
  const last = localDay(clock, times[sequence]);
  const days = Array.from({ length: listedDays }, (_, index) => ({
    dayMs: clock.instantOfLocal((last - listedDays + 1 + index) * dayMs),
    payments: 0,
    visitors: new Set<number>(),
    frauds: 0,
  }));
  let frauds = 0;
  let judged = 0;
  for (const row of [...earlier, sequence]) {
    const label = row === sequence ? UNLABELLED : known(row);
    if (label !== UNLABELLED) judged++;
    if (label === FRAUD) frauds++;
    const day = days.at(-1 - (last - localDay(clock, times[row])));
    if (Number.isNaN(times[row]) || day === undefined) continue;
    day.payments++;
    if (label === FRAUD) day.frauds++;
    if (visitorCodes !== null && visitorCodes[row] >= 0) day.visitors.add(visitorCodes[row]);
  }
  return {
    kind: 'days',
    role: entityNoun(column, arrays.profile),
    name,
    who: visitors === undefined ? null : entityNoun(visitors, arrays.profile),
    days: days.map((day) => ({ ...day, visitors: day.visitors.size })),
    frauds,
    judged: labels.rows === null ? null : judged,
  };
}
