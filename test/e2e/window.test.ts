import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { buildWindow } from './build.ts';
import { describeWithChromium } from './chromium.ts';
import { copyHome, makeFirstCase } from './first-case.ts';
import { electronName, launchBrowserHost, launchElectron, temporaryFolder, type RunningWindow } from './launchers.ts';
import { accessibilityStories } from './stories/accessibility.ts';
import { alertsAndHistoryStories } from './stories/alerts-and-history.ts';
import { analystDeskStories } from './stories/analyst-desk.ts';
import { belowLineStories } from './stories/below-line.ts';
import { browserHostSecurityStories } from './stories/browser-host-security.ts';
import { caseStateStories } from './stories/case-state.ts';
import { kafkaLoginStories } from './stories/kafka-login.ts';
import { damagedCaseStories } from './stories/damaged-cases.ts';
import { electronSecurityStories } from './stories/electron-security.ts';
import { failingDiskStories } from './stories/failing-disks.ts';
import { engineKilledStories } from './stories/engine-killed.ts';
import { menuStories } from './stories/menu.ts';
import { narrativeStories } from './stories/narrative.ts';
import { outboxStories } from './stories/outbox.ts';
import { packagedStories } from './stories/packaged.ts';
import { pageSecurityStories } from './stories/page-security.ts';
import { shellStories } from './stories/shell.ts';
import { workingDayStories } from './stories/working-day.ts';

/* One file, so that one window at a time has the machine; a story is written once and told in every host. */
describeWithChromium('the window', () => {
  const folder = temporaryFolder();
  const prepared = join(folder.path, 'prepared');

  beforeAll(async () => {
    await buildWindow();
    makeFirstCase(prepared);
  });
  afterAll(() => folder.remove());

  /** Launches before the suite's stories and closes after them. */
  const launched = <W extends RunningWindow>(name: string, launch: (home: string) => Promise<W>): (() => W) => {
    let running: W | undefined;
    beforeAll(async () => {
      const home = join(folder.path, name);
      copyHome(prepared, home);
      running = await launch(home);
    });
    afterAll(() => running?.close());
    return () => {
      if (running === undefined) throw new Error('The window was not launched.');
      return running;
    };
  };

  describe('in the browser host', () => {
    const window = launched('browser', (home) => launchBrowserHost({ home }));
    shellStories(window);
    analystDeskStories(window);
    narrativeStories(window);
    alertsAndHistoryStories(window);
    belowLineStories(window);
    browserHostSecurityStories(window);
    pageSecurityStories(window);
    kafkaLoginStories(window, () => Promise.resolve([join(folder.path, 'browser')]));
    damagedCaseStories(window, () => prepared);
    failingDiskStories(
      window,
      () => prepared,
      () => join(folder.path, 'browser'),
    );
    accessibilityStories(window);
    outboxStories(window);
    engineKilledStories(window);
    workingDayStories(launchBrowserHost);
    caseStateStories(launchBrowserHost, () => prepared);
  });

  describe(`under Electron, ${electronName}`, () => {
    const window = launched('electron', (home) => launchElectron({ home }));
    shellStories(window);
    analystDeskStories(window);
    narrativeStories(window);
    alertsAndHistoryStories(window);
    belowLineStories(window);
    menuStories(window);
    electronSecurityStories(window);
    pageSecurityStories(window);
    kafkaLoginStories(window, async () => [
      join(folder.path, 'electron'),
      await window().app.evaluate(({ app }) => app.getPath('userData')),
    ]);
    damagedCaseStories(window, () => prepared);
    failingDiskStories(
      window,
      () => prepared,
      () => join(folder.path, 'electron'),
    );
    accessibilityStories(window);
    engineKilledStories(window);
    workingDayStories(launchElectron);
    caseStateStories(launchElectron, () => prepared);
  });

  describe('packaged', () => packagedStories(prepared));
});
