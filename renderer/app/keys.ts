/*
 * Keys are written as a person reads them: "f", "?", "Ctrl+K", "Shift+Enter", "Alt+1". Shift is not written with
 * characters it makes ("?" is Shift+/ on many keyboards). "Ctrl" also means Command on a Mac.
 */

interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const modifierKeys: ReadonlySet<string> = new Set([
  'Control',
  'Shift',
  'Alt',
  'Meta',
  'AltGraph',
  'CapsLock',
  'Dead',
  'Process',
]);

/** The written key of a key press, or null for a modifier alone. */
export function keyOf(press: PressedKey): string | null {
  if (modifierKeys.has(press.key)) return null;
  const isCharacter = press.key.length === 1;
  const hasCommand = press.ctrlKey || press.metaKey;
  const isLetter = isCharacter && press.key.toLowerCase() !== press.key.toUpperCase();
  const name =
    press.key === ' ' ? 'Space' : isLetter && (hasCommand || press.altKey) ? press.key.toUpperCase() : press.key;
  const writesShift = press.shiftKey && (!isCharacter || (isLetter && (hasCommand || press.altKey)));
  return [hasCommand ? 'Ctrl' : '', press.altKey ? 'Alt' : '', writesShift ? 'Shift' : '', name]
    .filter((part) => part !== '')
    .join('+');
}

/** True for a key that types a character, and so must not act while a person writes. */
export function typesText(key: string): boolean {
  return !key.startsWith('Ctrl+') && !key.startsWith('Alt+') && !/^F\d+$/.test(key) && key !== 'Escape';
}

/** Keys that the window, the browser or screen readers need themselves. */
const reserved: ReadonlySet<string> = new Set([
  'Tab',
  'Shift+Tab',
  'Ctrl+C',
  'Ctrl+V',
  'Ctrl+X',
  'Ctrl+A',
  'Ctrl+W',
  'Ctrl+R',
  'Ctrl+T',
  'Ctrl+N',
]);

export function isReservedKey(key: string): boolean {
  return reserved.has(key);
}
