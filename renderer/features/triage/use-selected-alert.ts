import { useCallback, type RefObject } from 'react';
import { useCommand } from '../../app/commands.tsx';
import { useHistory } from '../../app/history.tsx';
import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import { useFormats } from '../../data/app-state.tsx';
import { alertAsText } from './alert-text.ts';
import { canSplit } from './alert-transactions.tsx';
import { alertTitle } from './detail-pane.tsx';
import { neighbour } from './next-selection.ts';
import { sharedVerdict } from './shared-verdict.ts';
import { useCopyText } from './use-copy-text.ts';
import type { Decisions } from './use-decisions.ts';
import { useSelectedDetail } from './use-selected-detail.ts';
import type { Extension } from './verdict-bar.tsx';

/** The alert that a desk has selected: what is known of it, and what can be done with it wherever it is shown. */
export interface SelectedAlert {
  readonly modelId: number;
  readonly openCase: CaseOverview;
  readonly detail: ReturnType<typeof useSelectedDetail>;
  /** The detail once it is that of the selected alert, not still that of the one before. */
  readonly current: AlertDetail | null;
  readonly decisions: Decisions;
  /** Transactions that alone are judged or split off. */
  readonly chosen: readonly number[];
  readonly note: RefObject<HTMLTextAreaElement | null>;
  readonly extension: Extension | null;
  readonly copy: () => void;
  readonly showHistory: () => void;
  readonly split: () => void;
}

/** Reads the selected alert of a desk, and gives it the keys that an alert has on every desk. */
export function useSelectedAlert({
  modelId,
  openCase,
  order,
  selected,
  checked,
  chosen,
  decisions,
  note,
  nameOf,
  onSelect,
}: {
  readonly modelId: number;
  readonly openCase: CaseOverview;
  readonly order: readonly string[];
  readonly selected: string | null;
  /** How many alerts are judged together. */
  readonly checked: number;
  readonly chosen: readonly number[];
  readonly decisions: Decisions;
  readonly note: RefObject<HTMLTextAreaElement | null>;
  readonly nameOf: (key: string) => string;
  readonly onSelect: (key: string | null) => void;
}): SelectedAlert {
  const formats = useFormats();
  const toClipboard = useCopyText();
  const openHistory = useHistory();
  const detail = useSelectedDetail(modelId, order, selected);
  const shown = detail.data;
  const current = shown !== undefined && shown.row.key === selected ? shown : null;
  const { decide, split: splitOff } = decisions;
  const extension = extensionOf(current?.decision ?? null, decide);
  const shared = current === null ? null : sharedVerdict(current.similar.alerts);
  const copy = useCallback(() => {
    if (shown !== undefined)
      toClipboard(alertAsText(alertTitle(shown, openCase), shown, formats.time), 'The alert is copied as text');
  }, [shown, openCase, formats, toClipboard]);
  const showHistory = useCallback(() => {
    if (selected !== null) openHistory({ kind: 'alert', key: selected, name: nameOf(selected) });
  }, [openHistory, selected, nameOf]);
  const split = useCallback(() => {
    if (selected !== null) splitOff(selected, chosen);
  }, [splitOff, selected, chosen]);

  useCommand('triage.next', () => onSelect(neighbour(order, selected, 1)));
  useCommand('triage.previous', () => onSelect(neighbour(order, selected, -1)));
  useCommand('triage.extend', extension === null || checked > 0 || chosen.length > 0 ? null : extension.run);
  useCommand('triage.split', current !== null && canSplit(current, chosen) ? split : null);
  useCommand('triage.history', selected === null ? null : showHistory);
  useCommand('triage.copy', current === null ? null : copy);
  useCommand('triage.same', shared === null ? null : () => decide(shared.kind, shared.reason));
  return { modelId, openCase, detail, current, decisions, chosen, note, extension, copy, showHistory, split };
}

/** The verdict of an alert that opened again, for what is new in it; null where nothing is. */
function extensionOf(decision: AlertDetail['decision'], decide: Decisions['decide']): Extension | null {
  const newTransactions = decision?.newSequences.length ?? 0;
  if (decision === null || newTransactions === 0) return null;
  return { kind: decision.kind, newTransactions, run: () => decide(decision.kind, decision.reason) };
}
