/** What an analyst may decide about an alert. `valuable`: legitimate, and still right to have been flagged. */
export const verdictKinds = ['fraud', 'legitimate', 'valuable', 'unsure'] as const;
export type VerdictKind = (typeof verdictKinds)[number];

const legitimateReasons = [
  'known-customer-habit',
  'travel',
  'recurring-payment',
  'large-purchase-confirmed',
  'merchant-error',
] as const;
const fraudReasons = ['card-stolen', 'account-takeover', 'card-testing', 'compromised-terminal'] as const;

/** Why, in one key more. */
export const dismissalReasons = [...legitimateReasons, ...fraudReasons, 'other'] as const;
export type DismissalReason = (typeof dismissalReasons)[number];

/** The reasons that fit a verdict, in the order of their keys. */
export function reasonsOf(kind: VerdictKind): readonly DismissalReason[] {
  if (kind === 'unsure') return [];
  return [...(kind === 'fraud' ? fraudReasons : legitimateReasons), 'other'];
}

/** What a verdict says of the transactions it covers: 1 fraud, 0 genuine, null where it says nothing. */
export function labelOfVerdict(kind: VerdictKind): 0 | 1 | null {
  if (kind === 'unsure') return null;
  return kind === 'fraud' ? 1 : 0;
}
