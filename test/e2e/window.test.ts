import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { findElectron } from '../../scripts/ensure-electron.mjs';
import { buildWindow } from './build.ts';
import { describeWithChromium } from './chromium.ts';
import { electronStories } from './electron-stories.ts';
import { makeFirstCase } from './first-case.ts';
import { launchedOn } from './launched.ts';
import { electronName, launchBrowserHost, launchElectron, temporaryFolder } from './launchers.ts';
import { accessibilityStories } from './stories/accessibility.ts';
import { alertsAndHistoryStories } from './stories/alerts-and-history.ts';
import { analystDeskStories } from './stories/analyst-desk.ts';
import { belowLineStories } from './stories/below-line.ts';
import { browserHostSecurityStories } from './stories/browser-host-security.ts';
import { caseMenuStories } from './stories/case-menu.ts';
import { caseStateStories } from './stories/case-state.ts';
import { kafkaLoginStories } from './stories/kafka-login.ts';
import { dataOfPeopleStories } from './stories/data-of-people.ts';
import { eraseStories } from './stories/erase.ts';
import { dayByKeyboardStories } from './stories/day-by-keyboard.ts';
import { damagedCaseStories } from './stories/damaged-cases.ts';
import { exploreStories } from './stories/explore.ts';
import { feedbackStories } from './stories/feedback.ts';
import { fileDialogStories } from './stories/file-dialog.ts';
import { failingDiskStories } from './stories/failing-disks.ts';
import { engineKilledStories } from './stories/engine-killed.ts';
import { foreignModelStories } from './stories/foreign-model.ts';
import { lockedCaseStories } from './stories/locked-case.ts';
import { narrativeStories } from './stories/narrative.ts';
import { outboxStories } from './stories/outbox.ts';
import { packagedStories } from './stories/packaged.ts';
import { pageSecurityStories } from './stories/page-security.ts';
import { readingRightlyStories } from './stories/reading-rightly.ts';
import { serverModelStories } from './stories/server-models.ts';
import { shellStories } from './stories/shell.ts';
import { twoWindowsStories } from './stories/two-windows.ts';
import { workingDayStories } from './stories/working-day.ts';

/* One file, so that there is one window at a time; a story is written once and told in every host. */
describeWithChromium('the window', () => {
  const folder = temporaryFolder();
  const prepared = join(folder.path, 'prepared');

  beforeAll(async () => {
    await buildWindow();
    makeFirstCase(prepared);
  });
  afterAll(() => folder.remove());

  describe('in the browser host', () => {
    const { window, home } = launchedOn(join(folder.path, 'browser'), prepared, (ownHome) =>
      launchBrowserHost({ home: ownHome }),
    );
    shellStories(window);
    analystDeskStories(window);
    exploreStories(window);
    narrativeStories(window);
    alertsAndHistoryStories(window);
    belowLineStories(window);
    caseMenuStories(window);
    lockedCaseStories(window, () => home);
    browserHostSecurityStories(window);
    fileDialogStories(window);
    pageSecurityStories(window);
    kafkaLoginStories(window, () => Promise.resolve([home]));
    damagedCaseStories(window, () => prepared);
    eraseStories(window, () => prepared);
    feedbackStories(window);
    failingDiskStories(
      window,
      () => prepared,
      () => home,
    );
    accessibilityStories(window, ['light', 'dark']);
    dayByKeyboardStories(window, () => home);
    outboxStories(window);
    engineKilledStories(window);
    workingDayStories(launchBrowserHost, true);
    readingRightlyStories(launchBrowserHost);
    dataOfPeopleStories(launchBrowserHost, { prints: false });
    caseStateStories(launchBrowserHost, () => prepared);
    twoWindowsStories(launchBrowserHost, () => prepared);
    foreignModelStories(window);
    serverModelStories(window);
  });

  // Where a real Electron is there, the same stories are told on it (`npm run test:electron`), from the folder and packaged.
  if ('reason' in findElectron())
    describe(`under Electron, ${electronName}`, () => {
      electronStories(join(folder.path, 'electron'), prepared, launchElectron, true);
    });

  describe('packaged', () => packagedStories(prepared));
});
