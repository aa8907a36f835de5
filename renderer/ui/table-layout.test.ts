import { describe, expect, it } from 'vitest';
import {
  isTableLayout,
  nextSort,
  shownColumns,
  untouchedLayout,
  withColumnMoved,
  withHidden,
  withWidth,
} from './table-layout.ts';

const columns = ['a', 'b', 'c', 'd'].map((id) => ({ id, widthPx: 100 }));
const ids = columns.map(({ id }) => id);
const shown = (layout: typeof untouchedLayout): string =>
  shownColumns(columns, layout)
    .map(({ id }) => id)
    .join('');

describe('column layout', () => {
  it('moves a column past hidden ones without losing their place', () => {
    const hidden = withHidden(untouchedLayout, 'b', true);
    const moved = withColumnMoved(hidden, ids, 'a', 'c', 'after');
    expect(shown(moved)).toBe('cad');
    expect(shown(withHidden(moved, 'b', false))).toBe('bcad');
  });

  it('puts columns that a newer version brings last, and forgets those that are gone', () => {
    const moved = withColumnMoved({ ...untouchedLayout, order: ['gone', 'c'] }, ids, 'd', 'c', 'before');
    expect(shown(moved)).toBe('dcab');
  });

  it('never hides every column', () => {
    expect(shown({ ...untouchedLayout, hidden: ids })).toBe('a');
  });

  it('keeps a column wide enough to be grabbed again', () => {
    expect(shownColumns(columns, withWidth(untouchedLayout, 'a', -40))[0].widthPx).toBeGreaterThan(20);
  });

  it('does not trust stored state of another shape', () => {
    expect(isTableLayout({ order: [], widthsPx: null, hidden: [], frozen: 1 })).toBe(false);
    expect(isTableLayout(JSON.parse(JSON.stringify(untouchedLayout)))).toBe(true);
  });
});

describe('sorting by headers', () => {
  it('starts with the largest where that is what one looks for, then turns', () => {
    const first = nextSort([], 'score', false, true);
    expect(first).toEqual([{ id: 'score', descending: true }]);
    expect(nextSort(first, 'score', false, true)).toEqual([{ id: 'score', descending: false }]);
  });

  it('adds, turns and takes out a further column, and keeps one at least', () => {
    const one = [{ id: 'score', descending: true }];
    const two = nextSort(one, 'time', true, false);
    expect(two).toEqual([...one, { id: 'time', descending: false }]);
    const turned = nextSort(two, 'time', true, false);
    expect(turned).toEqual([...one, { id: 'time', descending: true }]);
    expect(nextSort(turned, 'time', true, false)).toEqual(one);
    expect(nextSort([{ id: 'score', descending: false }], 'score', true, true)).toHaveLength(1);
  });
});
