import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { alertsPage } from './alert-list.ts';
import { computeReasons } from './reason-words.ts';
import type { Workbench } from './workbench.ts';

/** Time a page may spend on reasons before it is shown without the rest of them. */
const pageBudgetMs = 8;
const turnMs = 8;

/**
 * A page of alerts with as many first reasons as a short time allows. The others are computed between other work, and
 * `alerts.reasonsReady` says when the page can be asked for again with all of them.
 */
export function alertsPageWithReasons(
  workbench: Workbench,
  input: ParsedRequestInput<'alerts.page'>,
): RequestOutput<'alerts.page'> {
  const { session } = workbench;
  return alertsPage(session, input, Date.now(), (view, sequences) => {
    let left = computeReasons(view, sequences, pageBudgetMs);
    if (left.length === 0) return 0;
    workbench.inBackground(() => {
      if (!session.openCase.isOpen) return false;
      left = computeReasons(view, left, turnMs);
      if (left.length === 0) workbench.tell('alerts.reasonsReady', { modelId: input.modelId });
      return left.length > 0;
    });
    return left.length;
  });
}
