const spoken: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** Keys as small caps; hidden from screen readers, which hear `aria-keyshortcuts` instead. */
export function KeyHint({ keys }: { readonly keys: string }) {
  const parts = keys === '+' ? ['+'] : keys.split(/(?<=.)\+(?=.)/);
  return <kbd aria-hidden="true">{parts.map((part) => spoken[part] ?? part).join(' ')}</kbd>;
}
