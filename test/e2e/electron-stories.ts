import { launchedOn } from './launched.ts';
import type { ElectronWindow, LaunchOptions } from './launchers.ts';
import { alertsAndHistoryStories } from './stories/alerts-and-history.ts';
import { analystDeskStories } from './stories/analyst-desk.ts';
import { belowLineStories } from './stories/below-line.ts';
import { caseStateStories } from './stories/case-state.ts';
import { damagedCaseStories } from './stories/damaged-cases.ts';
import { electronSecurityStories } from './stories/electron-security.ts';
import { engineKilledStories } from './stories/engine-killed.ts';
import { failingDiskStories } from './stories/failing-disks.ts';
import { kafkaLoginStories } from './stories/kafka-login.ts';
import { lockedCaseStories } from './stories/locked-case.ts';
import { menuStories } from './stories/menu.ts';
import { narrativeStories } from './stories/narrative.ts';
import { pageSecurityStories } from './stories/page-security.ts';
import { shellStories } from './stories/shell.ts';
import { workingDayStories } from './stories/working-day.ts';

/**
 * What is told of the window under Electron, whichever it is: in one window, and in some that a story opens itself.
 * @param isWitnessed whether Node inside it takes NODE_OPTIONS; a packaged program does not
 */
export function electronStories(
  folder: string,
  prepared: string,
  launch: (options: LaunchOptions) => Promise<ElectronWindow>,
  isWitnessed: boolean,
): { readonly window: () => ElectronWindow; readonly home: string } {
  const { window, home } = launchedOn(folder, prepared, (ownHome) => launch({ home: ownHome }));
  shellStories(window);
  analystDeskStories(window);
  narrativeStories(window);
  alertsAndHistoryStories(window);
  belowLineStories(window);
  menuStories(window);
  electronSecurityStories(window);
  pageSecurityStories(window);
  kafkaLoginStories(window, async () => [home, await window().app.evaluate(({ app }) => app.getPath('userData'))]);
  damagedCaseStories(window, () => prepared);
  lockedCaseStories(window, () => prepared);
  failingDiskStories(
    window,
    () => prepared,
    () => home,
  );
  engineKilledStories(window);
  workingDayStories(launch, isWitnessed);
  caseStateStories(launch, () => prepared);
  return { window, home };
}
