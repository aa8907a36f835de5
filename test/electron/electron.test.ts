import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { dataOfPeopleStories } from '../e2e/stories/data-of-people.ts';
import { electronStories } from '../e2e/electron-stories.ts';
import { makeFirstCase } from '../e2e/first-case.ts';
import { launchElectron, temporaryFolder, type LaunchOptions } from '../e2e/launchers.ts';
import { accessibilityStories } from '../e2e/stories/accessibility.ts';
import { conformanceStories } from '../e2e/stories/conformance.ts';
import { describeWithElectron, inspectableProgram } from './electron.ts';
import { desktopStories } from './stories/desktop.ts';
import { printingStories } from './stories/printing.ts';
import { processStories } from './stories/processes.ts';
import { shippedStories } from './stories/shipped.ts';

/* One file, so that there is one window at a time; a story is written once and told in every host. */
describeWithElectron('the window on a real Electron', () => {
  const folder = temporaryFolder();
  const prepared = join(folder.path, 'prepared');
  beforeAll(() => makeFirstCase(prepared));
  afterAll(() => folder.remove());

  conformanceStories();
  describe('from the folder of the project', () => {
    const { window, home } = electronStories(join(folder.path, 'folder'), prepared, launchElectron, true);
    // The page is that of the browser host, where both schemes are looked at: here, one on Electron's own Chromium.
    accessibilityStories(window, ['dark']);
    desktopStories(
      window,
      () => prepared,
      () => home,
    );
    printingStories(window, () => home);
    dataOfPeopleStories(launchElectron, { prints: true });
    processStories(window);
  });
  describe('packaged', () => {
    const launch = (options: LaunchOptions) => launchElectron({ ...options, program: inspectableProgram() });
    electronStories(join(folder.path, 'packaged'), prepared, launch, false);
    shippedStories(() => prepared);
  });
});
