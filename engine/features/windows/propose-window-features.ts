import { columnWithRole, type ColumnRole, type Profile } from '../../domain/profile.ts';
import type { WindowSpec } from '../../domain/window-feature.ts';
import { asWindowFeature, type WindowDefinition } from './describe-window-feature.ts';

const dayMs = 86_400_000;
const labelDelayMs = 7 * dayMs;
const nobody: WindowSpec = { amountDecimals: 4, latenessMs: dayMs, features: [] };

/**
 * The window features that an analyst gets without asking, from the roles of the columns: behaviour of whoever pays
 * and of where it is paid, and, where labels exist, the share of fraud there once its labels are a week old. Without
 * an event time that counts from a known origin, or without entities, there are none.
 */
export function proposeWindowFeatures(profile: Profile): WindowSpec {
  const time = columnWithRole(profile, 'event_time');
  if (time === undefined) return nobody;
  const payer = firstOf(profile, ['card', 'customer', 'account']);
  const place = firstOf(profile, ['terminal', 'merchant']);
  const amount = columnWithRole(profile, 'amount')?.name;
  const label = columnWithRole(profile, 'label')?.name;
  const definitions = [
    ...(payer === undefined ? [] : payerFeatures(payer, amount)),
    ...(place === undefined ? [] : placeFeatures(place, label)),
  ];
  return { ...nobody, features: definitions.map((definition) => asWindowFeature(definition, profile)) };
}

function firstOf(profile: Profile, roles: readonly ColumnRole[]): string | undefined {
  return roles.flatMap((role) => columnWithRole(profile, role)?.name ?? [])[0];
}

function payerFeatures(payer: string, amount: string | undefined): WindowDefinition[] {
  const shared = { entity: [payer], scale: 'linear', usesLabels: false, delayMs: 0, includeCurrent: true } as const;
  return [1, 7, 30].flatMap((days): WindowDefinition[] => [
    { ...shared, kind: 'count', windowMs: days * dayMs },
    ...(amount === undefined ? [] : [{ ...shared, kind: 'mean', windowMs: days * dayMs, amount } as const]),
  ]);
}

function placeFeatures(place: string, label: string | undefined): WindowDefinition[] {
  const shared = { entity: [place], scale: 'linear', delayMs: labelDelayMs } as const;
  return [1, 7, 30].flatMap((days): WindowDefinition[] => [
    { ...shared, kind: 'count', windowMs: days * dayMs, usesLabels: false, includeCurrent: true },
    ...(label === undefined
      ? []
      : [{ ...shared, kind: 'risk', windowMs: days * dayMs, usesLabels: true, label } as const]),
  ]);
}
