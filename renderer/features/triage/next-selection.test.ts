import { describe, expect, it } from 'vitest';
import { keysBetween, neighbour, selectionAfterDecision } from './next-selection.ts';

const order = ['a', 'b', 'c', 'd'];

describe('the next alert', () => {
  it('is the one below, past others decided with it', () => {
    expect(selectionAfterDecision(order, 'b', new Set(['b']))).toBe('c');
    expect(selectionAfterDecision(order, 'b', new Set(['b', 'c']))).toBe('d');
  });

  it('is the one above at the end of the list, so that the last verdict does not lose the place', () => {
    expect(selectionAfterDecision(order, 'd', new Set(['d']))).toBe('c');
  });

  it('stays where everything was decided', () => {
    expect(selectionAfterDecision(order, 'd', new Set(order))).toBe('d');
    expect(selectionAfterDecision([], 'd', new Set(['d']))).toBeNull();
  });

  it('starts at the first alert when the selected one has left the filter', () => {
    expect(selectionAfterDecision(order, 'gone', new Set(['gone']))).toBe('a');
    expect(neighbour(order, 'gone', 1)).toBe('a');
  });

  it('does not run over either end', () => {
    expect(neighbour(order, 'd', 1)).toBe('d');
    expect(neighbour(order, 'a', -1)).toBe('a');
    expect(neighbour(order, null, -1)).toBe('d');
    expect(neighbour([], 'a', 1)).toBeNull();
  });

  it('covers a range in either direction', () => {
    expect(keysBetween(order, 'd', 'b')).toEqual(['b', 'c', 'd']);
    expect(keysBetween(order, 'gone', 'b')).toEqual([]);
  });
});
