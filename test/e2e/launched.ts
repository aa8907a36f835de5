import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
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
  // Seen once on a machine that nobody can look at, a failure is a riddle without what stood on the screen.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail' || running === undefined) return;
    const shown = await running.page.locator('body').ariaSnapshot();
    console.error(`On the screen when "${task.name}" failed:\n${shown}`);
  });
  afterAll(() => running?.close());
  const window = (): W => {
    if (running === undefined) throw new Error('The window was not launched.');
    return running;
  };
  return { window, home };
}
