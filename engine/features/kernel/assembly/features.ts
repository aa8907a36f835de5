import { scaledVariance, sumOf } from './exact-sums';
import { extremeOf } from './extreme-queues';
import {
  DAY_MS,
  WEIGHT_OF_HOUR,
  burstOver,
  excessOf,
  hourWeightNotAbove,
  spentAgainstHabit,
  surpriseBits,
} from './habit-figures';
import { Logs, Queue, Read, Share, Slot, Squares, State, Window } from './layout';
import { engineOf } from './memory';
import { extremesAt } from './out-of-order';
import { pairValue } from './pair-table';
import { valuesNotAbove } from './value-counts';
import { tableOf, valuesOf } from './windows';

/** As `Math.log1p`, whose bits a feature on a logarithmic scale has. */
@external("env", "log1p")
declare function log1p(x: f64): f64;

const COUNT: i32 = 0;
const SUM: i32 = 1;
const MEAN: i32 = 2;
const MIN: i32 = 3;
const MAX: i32 = 4;
const STD: i32 = 5;
const RATIO: i32 = 6;
const DEVIATIONS: i32 = 7;
const DISTINCT: i32 = 8;
const SINCE_LAST: i32 = 9;
const FIRST_SEEN: i32 = 10;
const FRAUD_COUNT: i32 = 11;
const RISK: i32 = 12;
const AMOUNT_EXCESS: i32 = 13;
const NOVELTY: i32 = 14;
const RARITY: i32 = 15;
const HOUR_RARITY: i32 = 16;
const BURST: i32 = 17;
const SMALL_PAYMENTS: i32 = 18;
const SUM_TO_HABIT: i32 = 19;
const NEW_VISITORS: i32 = 20;

const HOUR_MS: f64 = 3_600_000;
/** A payment is small where so many of it do not reach the usual amount. */
const SMALL_SHARE: f64 = 5;

// Features are read from windows.

/** Writes a set of features from the aggregates of a slot. `previous` is the time of the event before. */
export function readAll(
  share: Share,
  reads: usize,
  count: u32,
  slot: usize,
  time: f64,
  previous: f64,
  units: f64,
  out: usize,
): void {
  const unitsPerOne = engineOf().unitsPerOne;
  const end = reads + count * offsetof<Read>();
  for (let at = reads; at < end; at += offsetof<Read>()) {
    const read = changetype<Read>(at);
    const window = changetype<Window>(read.window);
    const stateAt = slot + window.stateAt;
    const state = changetype<State>(stateAt);
    let value: f64 = 0;
    switch (read.kind) {
      case COUNT:
        value = <f64>(state.lead - state.tail);
        break;
      case SUM:
        value = sumOf(state) / unitsPerOne;
        break;
      case MEAN:
        if (state.amountCount > 0) value = sumOf(state) / (<f64>state.amountCount * unitsPerOne);
        break;
      case MIN:
      case MAX: {
        const isMax = read.kind == MAX;
        const extreme = slot == share.scratch
          ? load<f64>(extremesAt(share, window) + (isMax ? 0 : 8))
          : extremeOf(changetype<Queue>(isMax ? window.maxQueue : window.minQueue), slot, stateAt);
        if (extreme == extreme) value = extreme / unitsPerOne;
        break;
      }
      case STD:
      case DEVIATIONS: {
        const count = <f64>state.amountCount;
        if (count > 1 && (read.kind == STD || units == units)) {
          const sum = sumOf(state);
          const scaled = scaledVariance(count, sum, changetype<Squares>(stateAt + window.squaresAt));
          const deviation = Math.sqrt(scaled / (count * (count - 1)));
          if (read.kind == STD) value = deviation / unitsPerOne;
          else if (scaled > 0) value = (units - sum / count) / deviation;
        }
        break;
      }
      case RATIO: {
        const sum = sumOf(state);
        value = sum > 0 && units == units ? (units * <f64>state.amountCount) / sum : 1;
        break;
      }
      case DISTINCT:
        value = <f64>valuesOf(window, slot).distinct;
        break;
      case SINCE_LAST: {
        const since = time - previous;
        value = (since < read.lengthMs ? since : read.lengthMs) / HOUR_MS;
        break;
      }
      case FIRST_SEEN:
        value = state.lead == state.tail ? 1 : 0;
        break;
      case FRAUD_COUNT:
        value = <f64>state.fraudCount;
        break;
      case RISK:
        if (state.labelledCount > 0) value = <f64>state.fraudCount / <f64>state.labelledCount;
        break;
      default:
        value = readAgainstHabit(share, read, slot, time, units);
    }
    if (read.isLogarithmic != 0) value = value < 0 ? -log1p(-value) : log1p(value);
    store<f32>(out + (<usize>read.column << 2), <f32>value);
  }
}

/** One feature that is measured against what is usual for its entity. Neutral where nothing is known of it. */
function readAgainstHabit(share: Share, read: Read, slot: usize, time: f64, units: f64): f64 {
  const history = share.history;
  const window = changetype<Window>(read.window);
  const habit = changetype<Window>(read.habit);
  const state = changetype<State>(slot + window.stateAt);
  const usualAt = slot + habit.stateAt;
  const usual = changetype<State>(usualAt);
  const known = usual.lead - usual.tail;
  switch (read.kind) {
    case AMOUNT_EXCESS: {
      const logs = changetype<Logs>(usualAt + habit.logsAt);
      const squares = changetype<Squares>(usualAt + habit.logsAt + offsetof<Logs>("high"));
      const scaled = scaledVariance(logs.count, logs.sum, squares);
      return excessOf(load<f64>(share.event + history.logField), logs.count, logs.sum, scaled);
    }
    case NOVELTY:
    case RARITY: {
      const values = valuesOf(habit, slot);
      const code = <i32>load<f64>(share.event + habit.ofField);
      const valued = <f64>values.valued;
      const distinct = <f64>values.distinct;
      if (values.valued == 0 || code < 0) return 0;
      if (read.kind == RARITY) return surpriseBits(valuesNotAbove(values, code) + distinct, valued + distinct);
      return pairValue(tableOf(share, habit), changetype<Slot>(slot).number, code) > 0
        ? 0
        : surpriseBits(distinct, valued + distinct);
    }
    case HOUR_RARITY: {
      const hour = <i32>load<f64>(share.event + history.hourField);
      if (known == 0 || hour < 0) return 0;
      return surpriseBits(
        hourWeightNotAbove(usualAt + habit.hoursAt, hour) + WEIGHT_OF_HOUR,
        WEIGHT_OF_HOUR * (<f64>known + 1),
      );
    }
    case BURST:
      return burstOver(<f64>(state.lead - state.tail), <f64>known, daysKnown(habit, usual, time), read.lengthMs);
    case SMALL_PAYMENTS:
      return countSmall(share, read, usual, time, units);
    case SUM_TO_HABIT:
      return spentAgainstHabit(sumOf(state), sumOf(usual), <f64>usual.amountCount, daysKnown(habit, usual, time));
    case NEW_VISITORS:
      if (known == 0) return 0;
      return burstOver(
        <f64>valuesOf(window, slot).fresh,
        <f64>valuesOf(habit, slot).distinct,
        daysKnown(habit, usual, time),
        read.lengthMs,
      );
    default:
      return Math.max(0, <f64>(valuesOf(window, slot).distinct - 1)) / <f64>(state.labelledCount + 2);
  }
}

/** Days from the oldest event of a habit to the end of it; 0 where there is none. */
@inline
function daysKnown(habit: Window, usual: State, time: f64): f64 {
  const oldest = usual.oldest;
  return oldest == oldest ? (time - habit.delayMs - oldest) / DAY_MS : 0;
}

/** Payments in the window, the one at hand included, below a fifth of the usual amount. */
function countSmall(share: Share, read: Read, usual: State, time: f64, units: f64): f64 {
  const history = share.history;
  const count = <f64>usual.amountCount;
  const sum = sumOf(usual);
  // No amount is below a fifth of nothing; the product keeps the comparison exact in whole units.
  if (!(sum > 0)) return 0;
  let small = SMALL_SHARE * units * count < sum ? 1 : 0;
  const before = share.logBefore;
  const held = changetype<Slot>(share.logSlot);
  const first = share.logSlot == share.scratch ? before : held.logStart;
  const most = changetype<Window>(read.habit).most;
  const from = time - read.lengthMs;
  for (let event = before - 1; event >= first && before - event <= most; event--) {
    const at = held.log + <usize>event * history.eventBytes;
    if (load<f64>(at) <= from) break;
    if (SMALL_SHARE * load<f64>(at + history.amountField) * count < sum) small += 1;
  }
  return <f64>small;
}
