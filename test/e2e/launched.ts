import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { copyHome } from './first-case.ts';
import type { RunningWindow } from './launchers.ts';

/** Launches a window on a copy of the prepared data folder before the suite's stories, and closes it after them. */
export function launchedOn<W extends RunningWindow>(
  folder: string,
  prepared: string,
  launch: (home: string) => Promise<W>,
): { readonly window: () => W; readonly home: string } {
  const home = join(folder, 'home');
  let running: W | undefined;
  beforeAll(async () => {
    copyHome(prepared, home);
    running = await launch(home);
  });
  afterAll(() => running?.close());
  const window = (): W => {
    if (running === undefined) throw new Error('The window was not launched.');
    return running;
  };
  return { window, home };
}
