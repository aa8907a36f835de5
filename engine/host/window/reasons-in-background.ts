import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { alertsPage } from '../../case/alerts/alert-list.ts';
import type { ModelView } from '../../case/model/model-view.ts';
import { computeReasons } from '../../case/model/reason-words.ts';
import type { Workbench } from './workbench.ts';

/** Time a page may spend on reasons before it is shown without the rest of them. */
const pageBudgetMs = 8;
const turnMs = 8;

/** A page of alerts with as many first reasons as a short time allows. */
export function alertsPageWithReasons(
  workbench: Workbench,
  input: ParsedRequestInput<'alerts.page'>,
): RequestOutput<'alerts.page'> {
  return alertsPage(workbench.session, input, Date.now(), (view, sequences) =>
    explainSoon(workbench, view, sequences, pageBudgetMs),
  );
}

/**
 * Computes the reasons of some rows for a short time, and those left between other work; `alerts.reasonsReady` says
 * when all are there. Returns how many are left.
 */
export function explainSoon(
  workbench: Workbench,
  view: ModelView,
  sequences: readonly number[],
  budgetMs: number,
): number {
  const { session } = workbench;
  let left = computeReasons(view, sequences, budgetMs);
  if (left.length === 0) return 0;
  workbench.inBackground(() => {
    if (!session.openCase.isOpen) return false;
    left = computeReasons(view, left, turnMs);
    if (left.length === 0) workbench.tell('alerts.reasonsReady', { modelId: view.id });
    return left.length > 0;
  });
  return left.length;
}
