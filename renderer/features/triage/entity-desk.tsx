import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useHistory } from '../../app/history.tsx';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { useFormats, useWindowState } from '../../data/app-state.tsx';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { SplitPane } from '../../ui/split-pane.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { AlertActions, extensionOf } from './alert-actions.tsx';
import { alertAsText } from './alert-text.ts';
import { canSplit } from './alert-transactions.tsx';
import { useChangedRows } from './changed-rows.ts';
import { closedUntil, REOPENS, type Closing } from './closing.ts';
import { alertTitle, DetailPane } from './detail-pane.tsx';
import { EntityPage } from './entity-page.tsx';
import { opened, type EntityRef, type EntityStack } from './entity-stack.ts';
import { neighbour } from './next-selection.ts';
import { sharedVerdict } from './shared-verdict.ts';
import { useCopyText } from './use-copy-text.ts';
import { useDecisions } from './use-decisions.ts';
import { useSelectedDetail } from './use-selected-detail.ts';

const NOTHING_CHECKED: ReadonlySet<string> = new Set();
const MOST_ALERTS = 500;

export interface EntityDeskProps {
  readonly openCase: CaseOverview;
  readonly model: ModelListItem;
  readonly stack: EntityStack;
  readonly entity: EntityRef;
  readonly onStack: (stack: EntityStack) => void;
  /** Shows one alert in the list. */
  readonly onListAlert: (key: string) => void;
  readonly onList: (filter: TransactionFilter) => void;
}

/** The page of one entity, with the keys of Triage: its alerts are judged beside all that is known of it. */
export function EntityDesk({
  openCase,
  model,
  stack,
  entity,
  onStack,
  onListAlert,
  onList,
}: EntityDeskProps): ReactNode {
  const formats = useFormats();
  const showHistory = useHistory();
  const copy = useCopyText();
  const [detailPx, setDetailPx] = useWindowState('triage.detailPx', window.innerWidth < 1400 ? 384 : 456);
  const [closing, setClosing] = useState<Closing>(REOPENS);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [picked, setPicked] = useState<string | null>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const desk = useRef<HTMLDivElement>(null);
  const answer = useRequest(
    'entity.alerts',
    { modelId: model.id, entity: entity.text, side: entity.side, limit: MOST_ALERTS },
    { keepsPrevious: true },
  );
  const read = useMemo(() => answer.data?.rows.map(({ alert }) => alert), [answer.data]);
  const { rows, change, reload } = useChangedRows(read, answer.refetch);
  const alerts = useMemo(
    () => rows.map((alert, index) => ({ alert, decision: answer.data?.rows[index]?.decision ?? null })),
    [rows, answer.data],
  );
  const order = useMemo(() => rows.map(({ key }) => key), [rows]);
  const selected = picked !== null && order.includes(picked) ? picked : (order[0] ?? null);
  // Transactions may be judged where nothing is flagged, too: the first one chosen stands for the alert.
  const judged = selected ?? (chosen.length > 0 ? `#${chosen[0]}` : null);
  const nameOf = useCallback(
    (key: string) => {
      const opensMs = rows.find((row) => row.key === key)?.opensMs ?? null;
      return opensMs === null ? entity.text : `${entity.text}, ${formats.columnTime(opensMs)}`;
    },
    [rows, entity.text, formats],
  );
  const clear = useCallback(() => setChosen([]), []);
  const select = useCallback((key: string | null) => {
    setPicked(key);
    setChosen([]);
  }, []);
  const decisions = useDecisions({
    modelId: model.id,
    alerts: { change, reload, refresh: () => Promise.resolve(reload()) },
    order,
    selected: judged,
    checked: NOTHING_CHECKED,
    chosen,
    closedUntilMs: closedUntil(closing, openCase.lastEventMs, openCase.timeZone),
    isBlind: false,
    nameOf,
    onSelect: select,
    onClear: clear,
  });
  const detail = useSelectedDetail(model.id, order, selected);
  const isDetailOfSelected = detail.data !== undefined && detail.data.row.key === selected;
  const decision = isDetailOfSelected ? (detail.data?.decision ?? null) : null;
  const { decide, split } = decisions;
  const extension = extensionOf(decision, decide);
  const back = useCallback(() => onStack(stack.slice(0, -1)), [onStack, stack]);
  const open = useCallback((next: EntityRef) => onStack(opened(stack, next)), [onStack, stack]);
  const openAlert = useCallback(
    (key: string) => (order.includes(key) ? select(key) : onListAlert(key)),
    [order, select, onListAlert],
  );
  const copyAlert = useCallback(() => {
    if (detail.data !== undefined)
      copy(alertAsText(alertTitle(detail.data, openCase), detail.data, formats.time), 'The alert is copied as text');
  }, [detail.data, openCase, formats, copy]);
  const showAlertHistory = useCallback(() => {
    if (selected !== null) showHistory({ kind: 'alert', key: selected, name: nameOf(selected) });
  }, [showHistory, selected, nameOf]);
  const splitChosen = useCallback(() => {
    if (selected !== null) split(selected, chosen);
  }, [split, selected, chosen]);
  const openCounterpart = useCallback(() => {
    const text = detail.data?.row.counterpart ?? null;
    if (text !== null) open({ text, side: 'counterpart' });
  }, [detail.data, open]);
  const toPage = useCallback(() => desk.current?.querySelector<HTMLElement>('.triage-entity')?.focus(), []);
  const shared = detail.data === undefined ? null : sharedVerdict(detail.data.similar.alerts);

  useCommand('triage.next', () => select(neighbour(order, selected, 1)));
  useCommand('triage.previous', () => select(neighbour(order, selected, -1)));
  useCommand('triage.note', judged === null ? null : () => note.current?.focus());
  useCommand('triage.clearSelection', chosen.length > 0 ? clear : back);
  useCommand('triage.entity', back);
  useCommand('triage.counterpart', isDetailOfSelected && openCase.counterpart !== null ? openCounterpart : null);
  useCommand('triage.extend', extension === null || chosen.length > 0 ? null : extension.run);
  useCommand('triage.split', isDetailOfSelected && canSplit(detail.data, chosen) ? splitChosen : null);
  useCommand('triage.history', selected === null ? null : showAlertHistory);
  useCommand('triage.copy', isDetailOfSelected ? copyAlert : null);
  useCommand('triage.same', shared === null || !isDetailOfSelected ? null : () => decide(shared.kind, shared.reason));
  useCommand('triage.refresh', reload);
  const backKey = useCommandKey('triage.entity');
  const before = stack.at(-2);

  return (
    <div className="triage-desk" ref={desk}>
      <SplitPane
        mainLabel="Entity"
        detailLabel="Selected alert"
        detailPx={detailPx}
        onResize={setDetailPx}
        defaultPx={456}
        minimumPx={340}
        main={
          <EntityPage
            key={`${entity.side} ${entity.text}`}
            modelId={model.id}
            entity={entity}
            alerts={alerts}
            alertsTotal={answer.data?.total ?? 0}
            selected={selected}
            onOpenAlert={openAlert}
            chosen={chosen}
            onChoose={setChosen}
            onOpen={open}
            onList={onList}
            back={
              <Button tone="quiet" keyHint={backKey} onClick={back}>
                {before === undefined ? 'Back to the list' : `Back to ${before.text}`}
              </Button>
            }
          />
        }
        detail={
          <div className="triage-detail">
            <div className="triage-story">
              {detail.error !== null && (
                <ErrorState title="The alert could not be read" error={detail.error} onRetry={detail.refetch} />
              )}
              {selected === null && answer.data !== undefined && (
                <p className="soft">No alert here. Choose transactions to judge them all the same.</p>
              )}
              {detail.data !== undefined && selected !== null && (
                <DetailPane
                  modelId={model.id}
                  detail={detail.data}
                  openCase={openCase}
                  isOnEntityPage={entity.side === 'entity'}
                  onCopy={copyAlert}
                  onShowTransactions={(_key, sequences) => setChosen(sequences)}
                  onOpenAlert={openAlert}
                  onOpenEntity={open}
                  onSameCounterpart={openCounterpart}
                  onFilter={onList}
                  onHistory={showAlertHistory}
                  chosen={chosen}
                  onChoose={setChosen}
                  onSplit={splitChosen}
                />
              )}
            </div>
            {judged !== null && (
              <AlertActions
                modelId={model.id}
                alertKey={judged}
                note={note}
                decisions={decisions}
                checked={0}
                chosen={chosen.length}
                extension={extension}
                closing={closing}
                onClosing={setClosing}
                lastEventMs={openCase.lastEventMs}
                onSuppressed={reload}
                onLeave={toPage}
              />
            )}
          </div>
        }
      />
    </div>
  );
}
