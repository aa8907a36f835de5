import { describe, expect, it } from 'vitest';
import { linkNodes } from './link-nodes.ts';

const entity = {
  entity: '7',
  role: 'card',
  transactions: 3,
  flagged: 1,
  totalAmount: 10,
  counterparts: [
    { text: '7', transactions: 1, flagged: 0, amount: 1 },
    { text: 'B', transactions: 2, flagged: 1, amount: 9 },
  ],
  links: [
    { from: 'B', to: '8', transactions: 4 },
    { from: 'gone', to: '9', transactions: 1 },
    { from: 'B', to: '7', transactions: 2 },
  ],
};

describe('nodes of the link graph', () => {
  it('keep a card and a terminal of the same number apart, busiest first', () => {
    const { nodes } = linkNodes(entity, 200);
    expect(nodes.map(({ id, distance }) => `${distance}:${id}`)).toEqual(['0:7', '1:B', '1:7', '2:8']);
  });

  it('never link to a node that is not there, nor draw the entity twice', () => {
    const { nodes, links } = linkNodes(entity, 200);
    expect(links).toHaveLength(3);
    for (const { from, to } of links) expect(Math.max(from, to)).toBeLessThan(nodes.length);
  });

  it('stay below the limit', () => {
    expect(linkNodes(entity, 2).nodes).toHaveLength(2);
  });
});
