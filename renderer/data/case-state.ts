import type { CaseOverview } from '../../preload/contract/cases.ts';

/** Names of what a place keeps for each case; `place.thing`, and places that hand work to each other share one. */
export const caseStateNames = [
  'model.chosen',
  'belowLine.rows',
  'belowLine.seed',
  'belowLine.selected',
  'explore.view',
  'models.compareWith',
  'models.selected',
  'transactions.filter',
  'triage.checked',
  'triage.entity',
  'triage.filter',
  'triage.position',
  'triage.selected',
  'triage.sort',
  'tuning.compareWith',
  'tuning.draft',
] as const;
export type CaseStateName = (typeof caseStateNames)[number];

/** Whether what is kept under a name belongs to a case rather than to the window. */
export function isCaseStateName(name: string): name is CaseStateName {
  return caseStateNames.some((known) => known === name);
}

/** What is kept for one case. */
interface CaseState {
  readonly caseKey: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What is kept for each case; the case that changed last comes first. */
export type CaseStates = readonly CaseState[];

/** Cases that something is kept for; those that were not changed for longest are forgotten. */
export const MOST_CASES = 20;

/**
 * What tells a case from others: its path, and when its first source was added, so that another case that takes the
 * place of a deleted one begins anew.
 */
export function caseKeyOf({ path, sources }: Pick<CaseOverview, 'path'> & CaseBeginning): string {
  const [first] = sources;
  return first === undefined ? path : `${path} ${first.addedAtMs}`;
}

interface CaseBeginning {
  readonly sources: readonly Pick<CaseOverview['sources'][number], 'addedAtMs'>[];
}

/** Reads what an older window may have written; what is none is left out. */
export function caseStatesOf(stored: unknown): CaseStates {
  return Array.isArray(stored) ? stored.filter(isCaseState).slice(0, MOST_CASES) : [];
}

/** What is kept for a case under a name; undefined where nothing is. */
export function caseValue(states: CaseStates, caseKey: string, name: CaseStateName): unknown {
  return states.find((state) => state.caseKey === caseKey)?.values[name];
}

/** The same with one value of one case changed. */
export function withCaseValue(states: CaseStates, caseKey: string, name: CaseStateName, value: unknown): CaseStates {
  const former = states.find((state) => state.caseKey === caseKey);
  const others = states.filter((state) => state !== former);
  return [{ caseKey, values: { ...former?.values, [name]: value } }, ...others].slice(0, MOST_CASES);
}

function isCaseState(value: unknown): value is CaseState {
  if (typeof value !== 'object' || value === null) return false;
  const { caseKey, values } = value as Partial<Record<keyof CaseState, unknown>>;
  return typeof caseKey === 'string' && typeof values === 'object' && values !== null;
}
