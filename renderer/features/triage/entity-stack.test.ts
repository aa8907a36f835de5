import { expect, it } from 'vitest';
import { isEntityStack, opened } from './entity-stack.ts';

it('opens a page on another, not on itself, and tells a card from a terminal of the same name', () => {
  const card = { text: '7', side: 'entity' } as const;
  const terminal = { text: '7', side: 'counterpart' } as const;
  expect(opened(opened(opened([], card), card), terminal)).toEqual([card, terminal]);
  const many = Array.from({ length: 40 }, (_, index) => ({ text: String(index), side: 'entity' as const }));
  expect(many.reduce((stack, entity) => opened(stack, entity), opened([], card))).toHaveLength(20);
  expect([isEntityStack([card]), isEntityStack('7'), isEntityStack([{ text: '7' }])]).toEqual([true, false, false]);
});
