import { useCallback, useState, type ReactNode } from 'react';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { FilterChips } from '../../app/filter-chips.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { useCase, useCaseState, useCurrentModel } from '../../data/app-state.tsx';
import { formatCounted } from '../../data/format.ts';
import { isEmptyFilter } from '../../data/transaction-filter.ts';
import { useTransactionFilter } from '../../data/use-transaction-filter.ts';
import { Button } from '../../ui/button.tsx';
import { NumberField, Segmented } from '../../ui/field.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Features } from './features.tsx';
import { Lanes } from './lanes.tsx';
import { Overview } from './overview.tsx';
import { Selected, useSelectedAlerts } from './selected.tsx';
import './explore.css';

const views = ['overview', 'lanes', 'features'] as const;
type View = (typeof views)[number];

const viewWords: Readonly<Record<View, string>> = {
  overview: 'Overview',
  lanes: 'Lanes',
  features: 'Features',
};

/** Explore: the whole stream in bins, one selection for all pictures, and the way to any entity. */
export function ExplorePlace(): ReactNode {
  const openCase = useCase();
  const [model] = useCurrentModel();
  const goTo = useGoTo();
  if (openCase === null) return <EmptyState title="No case is open">Open a recording or a case in Sources.</EmptyState>;
  if (model === null) {
    return (
      <EmptyState title="No scores yet" actions={<Button onClick={() => goTo('tuning')}>Go to Tuning</Button>}>
        A model has to score the transactions first.
      </EmptyState>
    );
  }
  return <ExploreDesk key={model.id} model={model} />;
}

function ExploreDesk({ model }: { readonly model: ModelListItem }): ReactNode {
  const goTo = useGoTo();
  const [view, setView] = useCaseState<View>('explore.view', 'overview', isView);
  const [filter, keep] = useTransactionFilter();
  /** What a brush that is being dragged would filter by. */
  const [dragged, setDragged] = useState<TransactionFilter | null>(null);
  const shown = dragged ?? filter;
  const alerts = useSelectedAlerts(model.id, shown);
  const setFilter = useCallback(
    (next: TransactionFilter) => {
      setDragged(null);
      keep(next);
    },
    [keep],
  );
  const brush = useCallback(
    (next: TransactionFilter, isDone: boolean) => {
      if (isDone) setFilter(next);
      else setDragged(next);
    },
    [setFilter],
  );
  const openEntity = useCallback(
    (text: string) => goTo('triage', { 'triage.entity': [{ text, side: 'entity' }] }),
    [goTo],
  );
  // The list has the filter already: only what it alone asks for is taken away, so that it shows what is counted here.
  const toTriage = (): void => goTo('triage', { 'triage.filter': {} });
  const openAlert = (key: string): void => goTo('triage', { 'triage.filter': {}, 'triage.selected': key });

  useCommand('explore.clear', isEmptyFilter(shown) ? null : () => setFilter({}));
  useCommand('explore.overview', () => setView('overview'));
  useCommand('explore.lanes', () => setView('lanes'));
  useCommand('explore.features', () => setView('features'));
  useCommand('explore.triage', toTriage);

  return (
    <div className="explore">
      <div className="explore-bar">
        <Segmented
          label="View"
          value={view}
          options={views.map((value) => ({ value, text: viewWords[value] }))}
          onChange={setView}
        />
        <FilterLine filter={shown} alerts={alerts.data?.total ?? null} onFilter={setFilter} onTriage={toTriage} />
      </div>
      <div className="explore-body">
        {view === 'overview' && (
          <Overview model={model} filter={filter} shown={shown} onBrush={brush} onFilter={setFilter}>
            <Selected modelId={model.id} filter={shown} alerts={alerts} onAlert={openAlert} />
          </Overview>
        )}
        {view === 'lanes' && <Lanes key={JSON.stringify(filter)} model={model} filter={filter} onEntity={openEntity} />}
        {view === 'features' && <Features key={JSON.stringify(filter)} model={model} filter={filter} />}
      </div>
    </div>
  );
}

/** The selection in words and fields, so that what a brush does can be typed. */
function FilterLine({
  filter,
  alerts,
  onFilter,
  onTriage,
}: {
  readonly filter: TransactionFilter;
  /** How many alerts pass; null until that is known. */
  readonly alerts: number | null;
  readonly onFilter: (filter: TransactionFilter) => void;
  readonly onTriage: () => void;
}): ReactNode {
  // The amount stands in its fields.
  const { minimumAmount, maximumAmount, ...besideAmount } = filter;
  const clearKey = useCommandKey('explore.clear');
  const triageKey = useCommandKey('explore.triage');
  return (
    <>
      <NumberField
        label="Amount from"
        layout="row"
        value={filter.minimumAmount ?? null}
        format={(amount) => String(Math.round(amount * 100) / 100)}
        onChange={(minimumAmount) => onFilter({ ...filter, minimumAmount })}
      />
      <NumberField
        label="to"
        layout="row"
        value={filter.maximumAmount ?? null}
        format={(amount) => String(Math.round(amount * 100) / 100)}
        onChange={(maximumAmount) => onFilter({ ...filter, maximumAmount })}
      />
      <span className="explore-chips">
        <FilterChips filter={besideAmount} onFilter={(next) => onFilter({ ...next, minimumAmount, maximumAmount })} />
      </span>
      <span className="explore-actions">
        {!isEmptyFilter(filter) && (
          <Button tone="quiet" keyHint={clearKey} onClick={() => onFilter({})}>
            Clear
          </Button>
        )}
        <Button keyHint={triageKey} onClick={onTriage}>
          {alerts === null || isEmptyFilter(filter)
            ? 'Triage all alerts'
            : `Triage these ${formatCounted(alerts, 'alert')}`}
        </Button>
      </span>
    </>
  );
}

function isView(value: unknown): value is View {
  return views.some((view) => view === value);
}
