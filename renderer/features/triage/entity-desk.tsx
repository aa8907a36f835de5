import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { useFormats } from '../../data/app-state.tsx';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { AlertActions } from './alert-actions.tsx';
import { AlertStory } from './alert-story.tsx';
import { useChangedRows } from './changed-rows.ts';
import { closedUntil, REOPENS, type Closing } from './closing.ts';
import { DeskSplit } from './desk-split.tsx';
import { EntityPage } from './entity-page.tsx';
import { opened, type EntityRef, type EntityStack } from './entity-stack.ts';
import { useDecisions } from './use-decisions.ts';
import { useSelectedAlert } from './use-selected-alert.ts';

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
  const alert = useSelectedAlert({
    modelId: model.id,
    openCase,
    order,
    selected,
    checked: 0,
    chosen,
    decisions,
    note,
    nameOf,
    onSelect: select,
  });
  const { current } = alert;
  const back = useCallback(() => onStack(stack.slice(0, -1)), [onStack, stack]);
  const open = useCallback((next: EntityRef) => onStack(opened(stack, next)), [onStack, stack]);
  const openAlert = useCallback(
    (key: string) => (order.includes(key) ? select(key) : onListAlert(key)),
    [order, select, onListAlert],
  );
  const openCounterpart = useCallback(() => {
    const text = current?.row.counterpart ?? null;
    if (text !== null) open({ text, side: 'counterpart' });
  }, [current, open]);
  const toPage = useCallback(() => desk.current?.querySelector<HTMLElement>('.triage-entity')?.focus(), []);

  useCommand('triage.note', judged === null ? null : () => note.current?.focus());
  useCommand('triage.clearSelection', chosen.length > 0 ? clear : back);
  useCommand('triage.entity', back);
  useCommand('triage.counterpart', current !== null && openCase.counterpart !== null ? openCounterpart : null);
  useCommand('triage.refresh', reload);
  const backKey = useCommandKey('triage.entity');
  const before = stack.at(-2);

  return (
    <DeskSplit
      desk={desk}
      mainLabel="Entity"
      detailLabel="Selected alert"
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
      story={
        <>
          {selected === null && answer.data !== undefined && (
            <p className="soft">No alert here. Choose transactions to judge them all the same.</p>
          )}
          <AlertStory
            alert={alert}
            isShown={selected !== null}
            isOnEntityPage={entity.side === 'entity'}
            onShowTransactions={(_key, sequences) => setChosen(sequences)}
            onOpenAlert={openAlert}
            onOpenEntity={open}
            onSameCounterpart={openCounterpart}
            onFilter={onList}
            onChoose={setChosen}
          />
        </>
      }
      actions={
        judged !== null && (
          <AlertActions
            alert={alert}
            alertKey={judged}
            checked={0}
            closing={closing}
            onClosing={setClosing}
            onSuppressed={reload}
            onLeave={toPage}
          />
        )
      }
    />
  );
}
