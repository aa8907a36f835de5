import { z } from 'zod';
import type { Doing } from '../store/decision-log.ts';
import type { StoredModel } from '../store/types.ts';
import type { CaseSession } from './case-session.ts';

/** Challengers that stay where nobody said how many. */
export const USUAL_CHALLENGERS = 20;

/** Setting of a case: how many challengers stay. */
const CHALLENGERS_SETTING = 'retention.challengers';
const ALL = 'all';
const settingSchema = z.union([z.number().int().min(1), z.literal(ALL)]);

/** How many of the challengers that retraining made stay in a case; null for all of them. */
export function challengersKept({ openCase }: Pick<CaseSession, 'openCase'>): number | null {
  const setting = settingSchema.safeParse(openCase.setting(CHALLENGERS_SETTING)).data ?? USUAL_CHALLENGERS;
  return setting === ALL ? null : setting;
}

/** Sets how many challengers stay from now on; null for all of them. */
export function keepChallengers(session: CaseSession, kept: number | null, doing: Doing): void {
  session.writableCase.chooseSetting(CHALLENGERS_SETTING, kept ?? ALL, doing);
}

/**
 * The challengers that go where so many of the newest stay. Counted are models that retraining made and that nothing stands on: whatever
 * was ever the champion or published, that a verdict was given under, or that others learned on top of, stays beside them.
 */
export function oldChallengers(session: CaseSession, kept: number | null): readonly StoredModel[] {
  if (kept === null) return [];
  const { openCase, models, decisions } = session;
  const ids = new Set([
    ...openCase.promotions().map(({ modelId }) => modelId),
    ...openCase.outbox.entries().map(({ modelId }) => modelId),
  ]);
  const digests = new Set([
    ...decisions.verdicts.map(({ modelDigest }) => modelDigest),
    ...models.flatMap(({ parameters: { learning } }) => learning?.forest ?? []),
  ]);
  return models
    .filter(
      ({ id, digest, isChampion, parameters }) =>
        parameters.retrained !== undefined && !isChampion && !ids.has(id) && !digests.has(digest),
    )
    .sort((one, other) => other.createdAtMs - one.createdAtMs || other.id - one.id)
    .slice(kept);
}

/** Takes the challengers away that are too many, with their scores; the history keeps what each was. Returns how many. */
export function removeOldChallengers(session: CaseSession, kept: number | null, doing: Doing): number {
  const openedCase = session.writableCase;
  if (oldChallengers(session, kept).length === 0) return 0;
  const removed = openedCase.inTransaction(() => {
    session.refresh();
    const old = oldChallengers(session, kept);
    if (old.length > 0) openedCase.removeModels(old, `the newest ${kept} challengers stay`, doing);
    return old.length;
  });
  session.modelsChanged();
  return removed;
}
