import { useState, type ReactNode } from 'react';
import { FilterChips } from '../../app/filter-chips.tsx';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatScore, withCapital } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { isEmptyFilter, withoutNothing } from '../../data/transaction-filter.ts';
import { ErrorState } from '../../ui/states.tsx';
import { VerdictMark } from '../../ui/verdict-mark.tsx';
import { AmountStripChart } from './amount-strip.tsx';
import { EntityLinkButton } from './entity-link.tsx';
import { EntityLinks } from './entity-links.tsx';
import type { EntityRef } from './entity-stack.ts';
import { EntityTable } from './entity-table.tsx';
import { EntityTransactions } from './entity-transactions.tsx';
import { dayWithin, rangeOfDays, TimeSlider } from './time-slider.tsx';

export type EntityAlert = RequestOutput<'entity.alerts'>['rows'][number];

const STRIP_HEIGHT = 150;
const alertColumns = [
  { title: 'Opens' },
  { title: 'Verdict' },
  { title: 'Score', isNumber: true },
  { title: 'Amount', isNumber: true },
  { title: 'First reason' },
  { title: 'Decided' },
];
const counterpartColumns = [
  { title: 'Transactions', isNumber: true },
  { title: 'Flagged', isNumber: true },
  { title: 'Amount', isNumber: true },
];

export interface EntityPageProps {
  readonly modelId: number;
  readonly entity: EntityRef;
  readonly alerts: readonly EntityAlert[];
  readonly alertsTotal: number;
  readonly selected: string | null;
  readonly onOpenAlert: (key: string) => void;
  readonly chosen: readonly number[];
  readonly onChoose: (sequences: readonly number[]) => void;
  readonly onOpen: (entity: EntityRef) => void;
  /** Lists its alerts in the list. */
  readonly onList: (column: TransactionFilter) => void;
  /** The way back, before the heading. */
  readonly back: ReactNode;
}

/** Everything of one entity: its amounts over time, alerts, transactions, and whom it deals with. */
export function EntityPage(props: EntityPageProps): ReactNode {
  const { modelId, entity, onOpen, onOpenAlert } = props;
  const formats = useFormats();
  const [filter, setFilter] = useState<TransactionFilter>({});
  const named = { modelId, entity: entity.text, side: entity.side };
  const answer = useRequest('entity.read', { ...named, filter }, { keepsPrevious: true });
  const strip = useRequest('entity.strip', named).data;
  const found = answer.data;
  if (answer.error !== null)
    return <ErrorState title={`${entity.text} could not be read`} error={answer.error} onRetry={answer.refetch} />;
  if (found === undefined) return <p className="soft">Reading</p>;
  const { span, other } = found;
  const ask = (change: TransactionFilter): void => setFilter(withoutNothing({ ...filter, ...change }));
  const slider =
    span === null ? null : (
      <TimeSlider
        span={span}
        range={filter}
        onRange={({ fromMs, toMs }) => {
          const { fromMs: _from, toMs: _to, ...rest } = filter;
          setFilter({ ...rest, ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) });
        }}
      />
    );
  return (
    <div className="triage-entity">
      <header className="triage-entity-head">
        {props.back}
        <h2>
          {withCapital(found.role)} {found.entity}
        </h2>
        <p className="tabular">
          {formatCounted(found.transactions, 'transaction')}, {formatCount(found.flagged)} flagged
          {found.totalAmount !== null && `, ${formats.amount(found.totalAmount)} in all`}
          {!isEmptyFilter(filter) && ', within the filter'}
        </p>
        <span className="triage-chips">
          <FilterChips filter={filter} onFilter={setFilter} />
        </span>
      </header>
      {strip !== undefined && (
        <AmountStripChart
          strip={strip}
          question={
            found.side === 'entity'
              ? `What does this ${found.role} usually pay, and when not?`
              : `What is usually paid at this ${found.role}, and when not?`
          }
          height={STRIP_HEIGHT}
          alertSequence={props.alerts.find(({ alert }) => alert.key === props.selected)?.alert.topSequence ?? null}
          onPick={(sequence) => props.onChoose([sequence])}
        />
      )}
      <div className="triage-entity-pair">
        <Alerts {...props} found={found} />
        {other !== null && (
          <Counterparts
            found={found}
            other={other}
            onOpen={onOpen}
            onOnly={(text) => ask({ columns: { [other.column]: [text] } })}
          />
        )}
      </div>
      <EntityTransactions
        modelId={modelId}
        entity={entity}
        title="Transactions"
        filter={filter}
        otherRole={other?.role ?? null}
        onOpen={onOpen}
        onOpenAlert={onOpenAlert}
        onFilter={ask}
        {...(span === null
          ? {}
          : { dayOf: (timeMs: number) => rangeOfDays(span, dayWithin(span, timeMs), dayWithin(span, timeMs)) })}
        chosen={props.chosen}
        onChoose={props.onChoose}
      />
      <EntityLinks
        modelId={modelId}
        found={found}
        filter={filter}
        slider={slider}
        onOpen={onOpen}
        onOpenAlert={onOpenAlert}
      />
    </div>
  );
}

/** Its alerts, newest first, each with what was decided of it. */
function Alerts({
  alerts,
  alertsTotal,
  selected,
  onOpenAlert,
  onList,
  found,
}: EntityPageProps & { readonly found: RequestOutput<'entity.read'> }): ReactNode {
  const formats = useFormats();
  const title = `Alerts of this ${found.role}`;
  return (
    <section aria-label={title}>
      <h3>
        {title} <span className="soft triage-place tabular">{formatCount(alertsTotal)}</span>
        {alertsTotal > 0 && (
          <span className="triage-links">
            <button
              type="button"
              className="text-link"
              onClick={() => onList({ columns: { [found.ownColumn]: [found.entity] } })}
            >
              Show in the list
            </button>
          </span>
        )}
      </h3>
      {alertsTotal === 0 ? (
        <p className="soft">None at the line of this model.</p>
      ) : (
        <EntityTable label={title} columns={alertColumns}>
          {alerts.map(({ alert, decision }) => (
            <tr
              key={alert.key}
              data-chosen={alert.key === selected}
              aria-current={alert.key === selected}
              onClick={() => onOpenAlert(alert.key)}
            >
              <td>
                <button type="button" className="text-link" onClick={() => onOpenAlert(alert.key)}>
                  {alert.opensMs === null ? alert.topId : formats.columnTime(alert.opensMs)}
                </button>
              </td>
              <td>
                {alert.verdict === null ? <span className="soft">open</span> : <VerdictMark verdict={alert.verdict} />}
              </td>
              <td className="number">{formatScore(alert.score)}</td>
              <td className="number">{formats.amount(alert.amount, null)}</td>
              <td className="ellipsis triage-reason" title={alert.firstReason}>
                {alert.firstReason}
              </td>
              <td className="ellipsis soft">
                {decision !== null && `${formats.day(decision.decidedAtMs).slice(0, -5)}, ${decision.decidedBy}`}
              </td>
            </tr>
          ))}
        </EntityTable>
      )}
    </section>
  );
}

/** Whom it deals with, flagged ones first: a name opens its page, a count lists the transactions with it. */
function Counterparts({
  found,
  other,
  onOpen,
  onOnly,
}: {
  readonly found: RequestOutput<'entity.read'>;
  readonly other: NonNullable<RequestOutput<'entity.read'>['other']>;
  readonly onOpen: (entity: EntityRef) => void;
  readonly onOnly: (text: string) => void;
}): ReactNode {
  const formats = useFormats();
  const side = found.side === 'entity' ? 'counterpart' : 'entity';
  return (
    <section aria-label="Counterparts">
      <h3>
        Whom does it deal with?{' '}
        <span className="soft triage-place tabular">
          {formatCounted(found.counterpartCount, other.role)}
          {found.counterpartCount > found.counterparts.length && `, the first ${found.counterparts.length}`}
        </span>
      </h3>
      <EntityTable label="Counterparts" columns={[{ title: withCapital(other.role) }, ...counterpartColumns]}>
        {found.counterparts.map(({ text, transactions, flagged, amount }) => (
          <tr key={text}>
            <td className="ellipsis">
              <EntityLinkButton entity={{ text, side }} onOpen={onOpen} />
            </td>
            <td className="number">
              <button
                type="button"
                className="triage-value"
                title={`Only transactions with ${text}`}
                onClick={() => onOnly(text)}
              >
                {formatCount(transactions)}
              </button>
            </td>
            <td className="number triage-flag">{flagged === 0 ? '' : `▲ ${formatCount(flagged)}`}</td>
            <td className="number">{formats.amount(amount, null)}</td>
          </tr>
        ))}
      </EntityTable>
    </section>
  );
}
