import { useSyncExternalStore } from 'react';

/** The colours of a chart: the tokens of the style sheet, so that charts and words always agree. */
export interface ChartTheme {
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly pane: string;
  readonly accent: string;
  /** What is normal, behind the data. */
  readonly band: string;
  /** Everything that is not flagged. */
  readonly mass: string;
  readonly flag: string;
  /** Flagged, and not known to be fraud. */
  readonly flagSoft: string;
  readonly legitimate: string;
  readonly font: string;
}

function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: token('ink'),
    soft: token('soft'),
    line: token('line'),
    pane: token('pane'),
    accent: token('accent'),
    band: token('band'),
    mass: token('mass'),
    flag: token('flag'),
    flagSoft: token('bar'),
    legitimate: token('legitimate'),
    font: getComputedStyle(document.body).fontFamily,
  };
}

let current: ChartTheme | null = null;
const listeners = new Set<() => void>();

function refresh(): void {
  current = readTheme();
  listeners.forEach((listener) => listener());
}

/** One watcher for all charts: the theme changes on the root element, or with the system. */
function watch(): () => void {
  const observer = new MutationObserver(refresh);
  observer.observe(document.documentElement, { attributes: true });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', refresh);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', refresh);
  };
}

let unwatch: (() => void) | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  unwatch ??= watch();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    unwatch?.();
    unwatch = null;
    current = null;
  };
}

/** The colours now; a component that asks is drawn again when they change. */
export function useChartTheme(): ChartTheme {
  return useSyncExternalStore(subscribe, () => (current ??= readTheme()));
}
