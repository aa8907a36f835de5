/** What an analyst may decide about an alert. `valuable`: legitimate, and still right to have been flagged. */
export const verdictKinds = ['fraud', 'legitimate', 'valuable', 'unsure'] as const;
export type VerdictKind = (typeof verdictKinds)[number];

/** Why, in one key more. */
export const dismissalReasons = [
  'known-customer-habit',
  'travel',
  'recurring-payment',
  'large-purchase-confirmed',
  'merchant-error',
  'card-stolen',
  'account-takeover',
  'card-testing',
  'compromised-terminal',
  'other',
] as const;
export type DismissalReason = (typeof dismissalReasons)[number];

/** What a verdict says of the transactions it covers: 1 fraud, 0 genuine, null where it says nothing. */
export function labelOfVerdict(kind: VerdictKind): 0 | 1 | null {
  if (kind === 'unsure') return null;
  return kind === 'fraud' ? 1 : 0;
}
