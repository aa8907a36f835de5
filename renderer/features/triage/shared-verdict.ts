import type { DismissalReason, VerdictKind } from '../../../engine/domain/verdict.ts';
import type { AlertDetail } from '../../../preload/contract/alerts.ts';

export interface SharedVerdict {
  readonly kind: VerdictKind;
  /** The reason that they share too, where they do. */
  readonly reason: DismissalReason | null;
}

/** What similar alerts were all decided to be; null where none is decided, or they differ. Unsure decides nothing. */
export function sharedVerdict(similar: AlertDetail['similar']['alerts']): SharedVerdict | null {
  const decided = similar.filter(({ verdict }) => verdict !== null && verdict !== 'unsure');
  const kind = decided.at(0)?.verdict ?? null;
  if (kind === null || decided.some(({ verdict }) => verdict !== kind)) return null;
  const [reason, ...others] = new Set(decided.map((alert) => alert.reason));
  return { kind, reason: others.length === 0 ? (reason ?? null) : null };
}
