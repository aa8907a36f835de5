import { explorationSchema, type Exploration } from '../../domain/exploration.ts';
import type { Doing } from '../../store/decision-log.ts';
import { EXPLORATION_SETTING, MOST_EXPLORED_SETTING, type CaseSession } from '../case-session.ts';
import { handleOf } from './threshold-handle.ts';
import { applyTuning } from './tuning.ts';

/**
 * Chooses how much of the queue is drawn from below the line. The champion's line moves with it where it keeps to a budget, so
 * that a day stays as long as it was.
 */
export function exploreBelowLine(session: CaseSession, doing: Doing, { share }: Exploration): void {
  const openedCase = session.writableCase;
  openedCase.inTransaction(() => {
    const before = openedCase.setting(MOST_EXPLORED_SETTING);
    const most = before === undefined ? (session.exploredShare ?? 0) : explorationSchema.parse(before).share;
    openedCase.chooseSetting(EXPLORATION_SETTING, { share }, doing);
    openedCase.setSetting(MOST_EXPLORED_SETTING, { share: Math.max(share, most) });
    session.explorationChanged();
    keepChampionsBudget(session, doing);
  });
}

/** Moves the champion's line to where its budget has it now, where a budget set it. */
function keepChampionsBudget(session: CaseSession, doing: Doing): void {
  const champion = session.models.find(({ isChampion }) => isChampion);
  const handle = champion === undefined ? null : handleOf(champion.threshold);
  if (champion === undefined || handle?.kind !== 'alerts-per-day') return;
  if (session.openCase.segmentsWithoutScores(champion.id).length > 0) return;
  applyTuning(session, doing, { modelId: champion.id, handle });
}
