import type { DevtoolsPipe } from './devtools-pipe.ts';

/** What the app object and the start of Chromium need of a window; the windows enter themselves. */
export interface OpenWindow {
  /** False where a listener of `close` prevented it. */
  close(): boolean;
  /** Chromium says that the page is gone. */
  readonly forget: () => void;
  readonly targetId: () => string;
  readonly pageCrashed: () => void;
}

/** All open windows, by id. */
export const openWindows = new Map<number, OpenWindow>();

/** Sessions of pages that the stand-in made, by target; pages that others made are not in it. */
export const pageSessions = new Map<string, string>();

/** Chromium, once it was started, and how many pages are being made at this moment. */
export const chromium: { pipe: DevtoolsPipe | null; pagesInTheMaking: number } = { pipe: null, pagesInTheMaking: 0 };

export function runningChromium(): DevtoolsPipe {
  if (chromium.pipe === null) throw new Error('electron stand-in: Chromium is not running yet');
  return chromium.pipe;
}

/** Child processes to end with the app. */
export const children = new Set<{ kill(): boolean }>();
