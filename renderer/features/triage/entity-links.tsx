import { useMemo, useState, type ReactNode } from 'react';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { LinkGraph, MOST_NODES } from '../../charts/link-graph.tsx';
import { formatCount, formatCounted, withCapital } from '../../data/format.ts';
import { Select } from '../../ui/field.tsx';
import { EntityTransactions } from './entity-transactions.tsx';
import type { EntityRef } from './entity-stack.ts';
import { linkNodes } from './link-nodes.ts';

const GRAPH_HEIGHT = 340;

/** Who deals with whom around an entity; a node opens its page, a link lists its transactions below. */
export function EntityLinks({
  modelId,
  found,
  filter,
  slider,
  onOpen,
  onOpenAlert,
}: {
  readonly modelId: number;
  readonly found: RequestOutput<'entity.read'>;
  readonly filter: TransactionFilter;
  /** Chooses the span of time. */
  readonly slider: ReactNode;
  readonly onOpen: (entity: EntityRef) => void;
  readonly onOpenAlert: (key: string) => void;
}): ReactNode {
  const [link, setLink] = useState<{ readonly at: number; readonly own: string; readonly other: string } | null>(null);
  const graph = useMemo(() => linkNodes(found, MOST_NODES), [found]);
  const otherSide = found.side === 'entity' ? 'counterpart' : 'entity';
  const { other } = found;
  if (other === null) return null;
  const pickLink = (at: number): void => {
    const picked = graph.links[at];
    if (picked === undefined) return;
    const ends = [graph.nodes[picked.from], graph.nodes[picked.to]];
    const counterpart = ends.find(({ distance }) => distance === 1);
    const own = ends.find(({ distance }) => distance !== 1);
    if (counterpart !== undefined && own !== undefined) setLink({ at, own: own.id, other: counterpart.id });
  };
  return (
    <section aria-label="Links" className="triage-entity-links">
      {slider}
      <ChartFrame
        question="Who else deals with them?"
        hint={`triangles: flagged; ${formatCounted(graph.nodes.length, 'node')}; click or choose a line for its transactions`}
        height={GRAPH_HEIGHT}
        tools={
          <Select
            label="Line"
            layout="row"
            value={String(link?.at ?? '')}
            options={[
              { value: '', text: 'none' },
              ...graph.links.map(({ from, to }, at) => ({
                value: String(at),
                text: `${graph.nodes[from].id} – ${graph.nodes[to].id}`,
              })),
            ]}
            onChange={(at) => (at === '' ? setLink(null) : pickLink(Number(at)))}
          />
        }
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
        <LinkGraph
          nodes={graph.nodes}
          links={graph.links}
          height={GRAPH_HEIGHT}
          onPick={(node) => {
            const { id, distance } = graph.nodes[node];
            if (distance > 0) onOpen({ text: id, side: distance === 1 ? otherSide : found.side });
          }}
          onPickLink={pickLink}
        />
      </ChartFrame>
      {link !== null && (
        <EntityTransactions
          key={`${link.own} ${link.other}`}
          modelId={modelId}
          entity={{ text: link.own, side: found.side }}
          title={`${withCapital(found.role)} ${link.own} and ${other.role} ${link.other}`}
          filter={{ ...filter, columns: { [other.column]: [link.other] } }}
          otherRole={other.role}
          onOpen={onOpen}
          onOpenAlert={onOpenAlert}
        />
      )}
    </section>
  );
}
