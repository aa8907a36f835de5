import { describe, expect, it } from 'vitest';
import { isListPosition, rowOfPosition } from './list-position.ts';

const position = { key: '#7', offsetPx: 12, selected: '#1', rows: 300 };
const rows = [{ key: '#1' }, { key: '#5' }, { key: '#7' }];

describe('where a list was scrolled to', () => {
  it('is found again by the row that was first in view, wherever it is now', () => {
    expect(rowOfPosition(position, rows, '#1')).toBe(2);
    expect(rowOfPosition(position, [{ key: '#7' }, ...rows.slice(0, 2)], '#1')).toBe(0);
  });

  it('gives way to the selected row where another is selected, or where the row is gone', () => {
    expect(rowOfPosition(position, rows, '#5')).toBe(-1);
    expect(rowOfPosition(position, rows.slice(0, 2), '#1')).toBe(-1);
    expect(rowOfPosition(null, rows, null)).toBe(-1);
  });

  it.each([[undefined], [null], [300], [{ ...position, offsetPx: 'far' }], [{ ...position, rows: undefined }]])(
    'does not take %j for one',
    (value) => expect(isListPosition(value)).toBe(false),
  );
  it('takes what it wrote', () => expect(isListPosition(JSON.parse(JSON.stringify(position)))).toBe(true));
});
