import { describe, expect, it } from 'vitest';
import { keyOf, typesText } from './keys.ts';

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('written keys', () => {
  it('does not write Shift for characters that need it, so that ? works on every keyboard', () => {
    expect(keyOf({ ...none, key: '?', shiftKey: true })).toBe('?');
    expect(keyOf({ ...none, key: 'F', shiftKey: true })).toBe('F');
  });

  it('tells Ctrl+Shift+K from Ctrl+K, with Caps Lock on too', () => {
    expect(keyOf({ ...none, key: 'k', ctrlKey: true })).toBe('Ctrl+K');
    expect(keyOf({ ...none, key: 'K', ctrlKey: true })).toBe('Ctrl+K');
    expect(keyOf({ ...none, key: 'K', ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+K');
  });

  it('takes Command of a Mac for Ctrl and waits for more after a modifier alone', () => {
    expect(keyOf({ ...none, key: 'k', metaKey: true })).toBe('Ctrl+K');
    expect(keyOf({ ...none, key: 'Shift', shiftKey: true })).toBeNull();
  });

  it('knows which keys type text and must wait until a field is left', () => {
    expect(['f', '?', 'Space', 'Enter'].map(typesText)).toEqual([true, true, true, true]);
    expect(['Ctrl+K', 'Alt+1', 'Escape', 'F2'].map(typesText)).toEqual([false, false, false, false]);
  });
});
