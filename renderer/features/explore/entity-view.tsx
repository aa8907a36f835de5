import { useMemo, useState, type ReactNode } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { ChartFrame, FactTable } from '../../charts/chart-frame.tsx';
import { LinkGraph, MOST_NODES } from '../../charts/link-graph.tsx';
import { useCase, useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, withCapital } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { linkNodes } from './link-nodes.ts';

const GRAPH_HEIGHT = 380;

export interface EntityViewProps {
  readonly model: ModelListItem;
  readonly entity: string;
  readonly onEntity: (entity: string) => void;
  readonly onTriage: (entity: string) => void;
}

/** One entity and those it deals with: the table first, the picture beside it. */
export function EntityView({ model, entity, onEntity, onTriage }: EntityViewProps): ReactNode {
  const role = useCase()?.alertEntity?.role ?? 'entity';
  const [typed, setTyped] = useState(entity);
  return (
    <div className="explore-entity">
      <form
        className="explore-entity-form"
        onSubmit={(event) => {
          event.preventDefault();
          onEntity(typed.trim());
        }}
      >
        <Field label={withCapital(role)} layout="row" value={typed} onChange={setTyped} />
        <Button type="submit">Open</Button>
        {entity !== '' && (
          <Button tone="quiet" onClick={() => onTriage(entity)}>
            Its alerts in Triage
          </Button>
        )}
      </form>
      {entity === '' ? (
        <EmptyState title={`No ${role} chosen`}>Type one, click a lane, or press e on an alert in Triage.</EmptyState>
      ) : (
        <EntityFacts model={model} entity={entity} role={role} />
      )}
    </div>
  );
}

function EntityFacts({
  model,
  entity,
  role,
}: {
  readonly model: ModelListItem;
  readonly entity: string;
  readonly role: string;
}): ReactNode {
  const formats = useFormats();
  const answer = useRequest('entity.read', { modelId: model.id, entity });
  const graph = useMemo(() => (answer.data === undefined ? null : linkNodes(answer.data, MOST_NODES)), [answer.data]);
  if (answer.error !== null) {
    return <ErrorState title={`This ${role} could not be read`} error={answer.error} onRetry={answer.refetch} />;
  }
  const found = answer.data;
  if (found === undefined || graph === null) return <p className="soft">Reading</p>;
  return (
    <>
      <p className="tabular">
        <strong>
          {role} {found.entity}
        </strong>
        : {formatCounted(found.transactions, 'transaction')}, {formatCount(found.flagged)} flagged,{' '}
        {formats.amount(found.totalAmount)} in all
      </p>
      <div className="explore-entity-pair">
        <section aria-label="Counterparts">
          <h3 className="chart-question">Whom does it deal with?</h3>
          <FactTable
            label="Counterparts"
            height={GRAPH_HEIGHT}
            table={{
              columns: [
                { name: 'Counterpart', isNumber: false },
                { name: 'Transactions', isNumber: true },
                { name: 'Flagged', isNumber: true },
                { name: 'Amount', isNumber: true },
              ],
              rows: found.counterparts.map(({ text, transactions, flagged, amount }) => [
                text,
                formatCount(transactions),
                flagged === 0 ? '' : `▲ ${formatCount(flagged)}`,
                formats.amount(amount, null),
              ]),
            }}
          />
        </section>
        <ChartFrame
          question="Who else deals with them?"
          hint={`triangles: flagged; ${formatCounted(graph.nodes.length, 'node')}`}
          height={GRAPH_HEIGHT}
          table={() => ({
            columns: [
              { name: 'From', isNumber: false },
              { name: 'To', isNumber: false },
              { name: 'Transactions', isNumber: true },
            ],
            rows: graph.links.map(({ from, to, transactions }) => [
              graph.nodes[from].id,
              graph.nodes[to].id,
              formatCount(transactions),
            ]),
          })}
        >
          <LinkGraph nodes={graph.nodes} links={graph.links} height={GRAPH_HEIGHT} />
        </ChartFrame>
      </div>
    </>
  );
}
