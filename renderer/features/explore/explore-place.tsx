import { useCallback, type ReactNode } from 'react';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { FilterChips } from '../../app/filter-chips.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { useCase, useCaseState, useCurrentModel, useFormats } from '../../data/app-state.tsx';
import { formatCount, formatScore } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { isEmptyFilter } from '../../data/transaction-filter.ts';
import { useTransactionFilter } from '../../data/use-transaction-filter.ts';
import { Button } from '../../ui/button.tsx';
import { NumberField, Segmented } from '../../ui/field.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Features } from './features.tsx';
import { Lanes } from './lanes.tsx';
import { Overview } from './overview.tsx';
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
  const [filter, setFilter] = useTransactionFilter();
  const openEntity = useCallback(
    (text: string) => goTo('triage', { 'triage.entity': [{ text, side: 'entity' }] }),
    [goTo],
  );
  const toTriage = (): void => goTo('triage', { 'triage.filter': {} });

  useCommand('explore.clear', isEmptyFilter(filter) ? null : () => setFilter({}));
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
        <FilterLine filter={filter} onFilter={setFilter} onTriage={toTriage} />
      </div>
      <div className="explore-body">
        {view === 'overview' && (
          <Overview
            model={model}
            filter={filter}
            onFilter={setFilter}
            rows={<SelectedRows model={model} filter={filter} />}
          />
        )}
        {view === 'lanes' && <Lanes key={JSON.stringify(filter)} model={model} filter={filter} onEntity={openEntity} />}
        {view === 'features' && <Features model={model} filter={filter} />}
      </div>
    </div>
  );
}

/** The selection in words and fields, so that what a brush does can be typed. */
function FilterLine({
  filter,
  onFilter,
  onTriage,
}: {
  readonly filter: TransactionFilter;
  readonly onFilter: (filter: TransactionFilter) => void;
  readonly onTriage: () => void;
}): ReactNode {
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
      <FilterChips filter={filter} onFilter={onFilter} />
      <span className="explore-actions">
        {!isEmptyFilter(filter) && (
          <Button tone="quiet" keyHint={clearKey} onClick={() => onFilter({})}>
            Clear
          </Button>
        )}
        <Button keyHint={triageKey} onClick={onTriage}>
          {isEmptyFilter(filter) ? 'Triage all alerts' : 'Triage these alerts'}
        </Button>
      </span>
    </>
  );
}

const SHOWN_ROWS = 50;

/** The first transactions of the selection, as received. */
function SelectedRows({
  model,
  filter,
}: {
  readonly model: ModelListItem;
  readonly filter: TransactionFilter;
}): ReactNode {
  const formats = useFormats();
  const answer = useRequest('explore.rows', { modelId: model.id, filter, limit: SHOWN_ROWS }, { keepsPrevious: true });
  if (answer.data === undefined) return null;
  const { columns, kinds, rows, total } = answer.data;
  return (
    <section className="explore-rows" aria-label="Selected transactions">
      <h3 className="chart-question">
        Which transactions are these?{' '}
        <span className="soft tabular">
          {formatCount(total)} in the selection{total > rows.length && `, the first ${rows.length}`}
        </span>
      </h3>
      <div className="chart-table" tabIndex={0} role="region" aria-label="Transactions">
        <table>
          <thead>
            <tr>
              <th scope="col" className="chart-number">
                Score
              </th>
              <th scope="col">Flag</th>
              {columns.map((name, column) => (
                <th key={name} scope="col" className={kinds[column] === 'number' ? 'chart-number' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ sequence, score, flagged, cells }) => (
              <tr key={sequence}>
                <td className="chart-number">{formatScore(score)}</td>
                <td className="explore-flag">{flagged ? '▲ flagged' : ''}</td>
                {cells.map((cell, column) => (
                  <td key={column} className={kinds[column] === 'number' ? 'chart-number' : undefined}>
                    {kinds[column] === 'time' && cell !== '' ? formats.columnTime(Date.parse(cell)) : cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function isView(value: unknown): value is View {
  return views.some((view) => view === value);
}
