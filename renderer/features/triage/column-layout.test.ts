import { describe, expect, it } from 'vitest';
import { arrangedColumns, fitted, movedBefore, resized, toggledColumn, type ColumnLayout } from './column-layout.ts';

const columns = [
  { id: 'card', width: 100 },
  { id: 'score', width: 80 },
  { id: 'amount', width: 90 },
];
const plain: ColumnLayout = { order: [], widths: {}, hidden: [], frozen: 1 };
const shown = (layout: ColumnLayout) => arrangedColumns(columns, layout).map(({ column }) => column.id);

describe('column layout', () => {
  it('shows a column that an older layout does not know, and passes over one that is gone', () => {
    expect(shown({ ...plain, order: ['gone', 'amount'] })).toEqual(['amount', 'card', 'score']);
  });

  it('shows a column of the recording only where it was chosen, in cases that have it', () => {
    const all = [...columns, { id: 'column:country', width: 100, isOptional: true }];
    const chosen = toggledColumn(all, plain, 'column:country');
    const ids = (of: typeof all, layout: ColumnLayout) => arrangedColumns(of, layout).map(({ column }) => column.id);
    expect(ids(all, plain)).toEqual(['card', 'score', 'amount']);
    expect(ids(all, chosen)).toEqual(['card', 'score', 'amount', 'column:country']);
    expect(ids(columns, chosen)).toEqual(['card', 'score', 'amount']);
    expect(ids(all, toggledColumn(all, chosen, 'column:country'))).toEqual(['card', 'score', 'amount']);
  });

  it('freezes shown columns only', () => {
    const layout = { ...resized(plain, 'score', 120), hidden: ['card'], frozen: 1 };
    expect(arrangedColumns(columns, layout).map(({ isFrozen, width }) => [isFrozen, width])).toEqual([
      [true, 120],
      [false, 90],
    ]);
  });

  it('moves a column in both directions and to the end', () => {
    expect(shown(movedBefore(columns, plain, 'amount', 'card'))).toEqual(['amount', 'card', 'score']);
    expect(shown(movedBefore(columns, plain, 'card', 'amount'))).toEqual(['score', 'card', 'amount']);
    expect(shown(movedBefore(columns, plain, 'card', null))).toEqual(['score', 'amount', 'card']);
  });

  it('never hides the last column, nor lets one shrink out of reach', () => {
    const bare = toggledColumn(columns, toggledColumn(columns, plain, 'card'), 'score');
    expect(shown(toggledColumn(columns, bare, 'amount'))).toEqual(['amount']);
    expect(resized(plain, 'card', -20).widths['card']).toBe(48);
  });

  it('makes room for long ids, but not against a width that a person gave', () => {
    const texts = { a: ['4000123412341234'], b: ['x'.repeat(500)], c: ['1'] };
    const given: ColumnLayout = { order: [], widths: { a: 50 }, hidden: [], frozen: 0 };
    expect(fitted({ ...given, widths: {} }, texts).widths['a']).toBeGreaterThan(120);
    expect(fitted(given, texts).widths).toEqual({ a: 50, b: 190, c: 64 });
  });
});
