import { columnWithRole, type ColumnRole, type Profile } from '../../domain/profile.ts';
import type { WindowSpec } from '../../domain/window-feature.ts';
import { asWindowFeature, type WindowDefinition } from './describe-window-feature.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const noFeatures: WindowSpec = { amountDecimals: 4, latenessMs: dayMs, features: [] };

/**
 * The window features that an analyst gets without asking, from the roles of the columns. They are few on purpose: an
 * isolation forest splits on all features alike, so each one that tells nothing hides those that do. Chosen by average
 * precision and card precision on the Handbook's months: this amount against what the payer usually spends, the payer's
 * largest amount of the week, and, where labels exist, the share of fraud at the terminal once labels are a week old.
 * Without an event time or without entities there are none.
 */
export function proposeWindowFeatures(profile: Profile): WindowSpec {
  if (columnWithRole(profile, 'event_time') === undefined) return noFeatures;
  const payer = firstEntity(profile, ['card', 'customer', 'account']);
  const place = firstEntity(profile, ['terminal', 'merchant']);
  const amount = columnWithRole(profile, 'amount')?.name;
  const label = columnWithRole(profile, 'label')?.name;
  const habit = payer ?? place;
  const definitions = [
    ...(habit === undefined ? [] : amount === undefined ? paceOf(habit) : spendingOf(habit, amount)),
    ...(place === undefined || label === undefined ? [] : riskOf(place, label)),
  ];
  return { ...noFeatures, features: definitions.map((definition) => asWindowFeature(definition, profile)) };
}

function firstEntity(profile: Profile, roles: readonly ColumnRole[]): string | undefined {
  return roles.flatMap((role) => columnWithRole(profile, role)?.name ?? [])[0];
}

function spendingOf(entity: string, amount: string): readonly WindowDefinition[] {
  const shared = { entity: [entity], scale: 'linear', usesLabels: false, delayMs: 0, amount } as const;
  return [
    // Before this payment, one out of habit stands far out; with it, the ratio stays bounded and separates the rest.
    { ...shared, kind: 'ratio-to-mean', windowMs: 30 * dayMs, includeCurrent: false },
    { ...shared, kind: 'ratio-to-mean', windowMs: 30 * dayMs, includeCurrent: true },
    { ...shared, kind: 'max', windowMs: 7 * dayMs, includeCurrent: true },
  ];
}

/** Where there are no amounts, only the pace of the payments is left. */
function paceOf(entity: string): readonly WindowDefinition[] {
  const shared = { entity: [entity], scale: 'linear', usesLabels: false } as const;
  return [
    { ...shared, kind: 'count', windowMs: hourMs, delayMs: 0, includeCurrent: true },
    { ...shared, kind: 'count', windowMs: dayMs, delayMs: 0, includeCurrent: true },
    { ...shared, kind: 'since-last', windowMs: 30 * dayMs },
  ];
}

function riskOf(entity: string, label: string): readonly WindowDefinition[] {
  const shared = { kind: 'risk', entity: [entity], scale: 'linear', usesLabels: true, label } as const;
  return [1, 7].map((days) => ({ ...shared, windowMs: days * dayMs, delayMs: 7 * dayMs }));
}
