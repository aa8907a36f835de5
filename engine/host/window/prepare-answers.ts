import { findModel } from '../../case/model/chosen-model.ts';
import type { CaseSession } from '../../case/case-session.ts';

/**
 * Computes step by step what the first detail, the first page and the first move of the line need of the champion, so that they need not wait for it. Ends where the case is closed or changed meanwhile.
 */
export function* prepareAnswers(session: CaseSession): Generator<void> {
  const model = findModel(session.models, undefined);
  if (model === undefined || session.openCase.segmentsWithoutScores(model.id).length > 0) return;
  const { arrays } = session;
  const view = session.view(model.id);
  const steps: readonly (() => unknown)[] = [
    () => arrays.times,
    () => arrays.entity,
    () => view.sums,
    () => session.alerts(model.id),
    () => view.words,
    () => view.background,
    () => arrays.rowsByEntity,
    () => arrays.rowsByCounterpart,
    () => arrays.amounts,
    () => {
      const [first] = session.alerts(model.id).groups.topSequences;
      return first === undefined ? null : view.reasons(first);
    },
    () => session.tuningIndex(model.id),
  ];
  for (const step of steps) {
    if (!session.openCase.isOpen || session.arrays !== arrays) return;
    step();
    yield;
  }
}
