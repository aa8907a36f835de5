import type { DismissalReason, VerdictKind } from '../../../engine/domain/verdict.ts';

/** The verdicts in the order of their buttons, with the keys that give them unless rebound. */
export const verdictChoices = [
  { kind: 'fraud', key: 'f' },
  { kind: 'legitimate', key: 'l' },
  { kind: 'valuable', key: 'v' },
  { kind: 'unsure', key: 'u' },
] as const satisfies readonly { readonly kind: VerdictKind; readonly key: string }[];

/** Every reason as a person reads it. */
export const reasonWords: Readonly<Record<DismissalReason, string>> = {
  'known-customer-habit': 'known habit',
  travel: 'travel',
  'recurring-payment': 'recurring payment',
  'large-purchase-confirmed': 'large purchase confirmed',
  'merchant-error': 'merchant error',
  'card-stolen': 'card stolen',
  'account-takeover': 'account takeover',
  'card-testing': 'card testing',
  'compromised-terminal': 'compromised terminal',
  other: 'other',
};

const fraudReasons: readonly DismissalReason[] = [
  'card-stolen',
  'account-takeover',
  'card-testing',
  'compromised-terminal',
  'other',
];
const legitimateReasons: readonly DismissalReason[] = [
  'known-customer-habit',
  'travel',
  'recurring-payment',
  'large-purchase-confirmed',
  'merchant-error',
  'other',
];

/** The reasons that fit a verdict, in the order of the keys 1 to 6. */
export function reasonsFor(kind: VerdictKind): readonly { readonly reason: DismissalReason; readonly words: string }[] {
  if (kind === 'unsure') return [];
  const reasons = kind === 'fraud' ? fraudReasons : legitimateReasons;
  return reasons.map((reason) => ({ reason, words: reasonWords[reason] }));
}
