import type { RequestOutput } from '../../../preload/contract/requests.ts';

type Entity = Pick<RequestOutput<'entity.read'>, 'entity' | 'flagged' | 'counterparts' | 'links'>;

export interface LinkNodes {
  readonly nodes: { readonly id: string; readonly isFlagged: boolean; readonly distance: 0 | 1 | 2 }[];
  readonly links: { readonly from: number; readonly to: number; readonly transactions: number }[];
}

/**
 * The entity, its counterparts and theirs as nodes, at most `most`, nearest and busiest first; links between nodes that
 * were left out are left out with them. An entity and a counterpart with the same text are different nodes.
 */
export function linkNodes(entity: Entity, most: number): LinkNodes {
  const nodes: LinkNodes['nodes'] = [{ id: entity.entity, isFlagged: entity.flagged > 0, distance: 0 }];
  const links: LinkNodes['links'] = [];
  const counterpartAt = new Map<string, number>();
  const busiest = entity.counterparts.toSorted((first, second) => second.transactions - first.transactions);
  for (const { text, transactions, flagged } of busiest) {
    if (nodes.length >= most) break;
    counterpartAt.set(text, nodes.length);
    links.push({ from: 0, to: nodes.length, transactions });
    nodes.push({ id: text, isFlagged: flagged > 0, distance: 1 });
  }
  const otherAt = new Map<string, number>();
  for (const { from, to, transactions } of entity.links) {
    const counterpart = counterpartAt.get(from) ?? counterpartAt.get(to);
    const other = counterpartAt.has(from) ? to : from;
    if (counterpart === undefined || other === entity.entity) continue;
    let at = otherAt.get(other);
    if (at === undefined) {
      if (nodes.length >= most) continue;
      at = nodes.length;
      otherAt.set(other, at);
      nodes.push({ id: other, isFlagged: false, distance: 2 });
    }
    links.push({ from: counterpart, to: at, transactions });
  }
  return { nodes, links };
}
