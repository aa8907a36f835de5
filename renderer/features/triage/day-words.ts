import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { formatCount, formatCounted } from '../../data/format.ts';

export type QueueDay = RequestOutput<'alerts.days'>[number];

/** `12 Mar: 20 alerts, 14 decided, 6 left`: the heading of a day of the queue. */
export function dayWords({ dayMs, alerts, decided, snoozed }: QueueDay, day: (instantMs: number) => string): string {
  const put = snoozed === 0 ? '' : `, ${formatCount(snoozed)} snoozed`;
  return `${shortDay(dayMs, day)}: ${formatCounted(alerts, 'alert')}, ${formatCount(decided)} decided${put}, ${formatCount(leftOf({ alerts, decided, snoozed }))} left`;
}

/** What is left of the budget of a day after what was decided of its alerts. */
export function budgetWords({ decided }: Pick<QueueDay, 'decided'>, budget: number): string {
  const left = budget - decided;
  return left >= 0
    ? `${formatCount(left)} of the budget of ${formatCount(budget)} left`
    : `${formatCount(-left)} beyond the budget of ${formatCount(budget)}`;
}

/** Alerts of a day that wait for a decision. */
export function leftOf({ alerts, decided, snoozed }: Omit<QueueDay, 'dayMs'>): number {
  return alerts - decided - snoozed;
}

/**
 * The day that a step from another leads to, days newest first: `older` or `newer`; from no day at all to the newest.
 * Days without an alert are passed over.
 */
export function dayAfter(
  days: readonly QueueDay[],
  chosenMs: number | undefined,
  step: 'older' | 'newer',
): number | null {
  const withAlerts = days.filter(({ alerts }) => alerts > 0);
  if (chosenMs === undefined) return withAlerts[0]?.dayMs ?? null;
  return step === 'older'
    ? (withAlerts.find(({ dayMs }) => dayMs < dayStart(days, chosenMs))?.dayMs ?? null)
    : (withAlerts.findLast(({ dayMs }) => dayMs > chosenMs)?.dayMs ?? null);
}

/** The start of the day of the queue that an instant lies on. */
export function dayStart(days: readonly QueueDay[], instantMs: number): number {
  return days.find(({ dayMs }) => dayMs <= instantMs)?.dayMs ?? instantMs;
}

function shortDay(dayMs: number, day: (instantMs: number) => string): string {
  return day(dayMs).slice(0, -5);
}
