export { dismissalReasons, verdictKinds } from '../../engine/domain/verdict.ts';
export type { DismissalReason, VerdictKind } from '../../engine/domain/verdict.ts';
