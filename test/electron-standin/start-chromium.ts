import { join } from 'node:path';
import { app, becomeReady } from './app.ts';
import { DevtoolsPipe, type ProtocolObject } from './devtools-pipe.ts';
import { chromium, openWindows, pageSessions, type OpenWindow } from './registry.ts';
import { runtime } from './runtime.ts';

/** Switches that the stand-in sets itself. */
const ownSwitches: ReadonlySet<string> = new Set([
  'headless',
  'no-sandbox',
  'user-data-dir',
  'remote-debugging-port',
  'remote-debugging-pipe',
  'inspect',
]);

/** No traffic of its own, no windows of its own, and colours that screenshots can be compared by. */
const quietSwitches = [
  '--no-startup-window',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--password-store=basic',
  '--force-color-profile=srgb',
];

/** Starts Chromium and makes the app ready. boot.ts calls it when the app's main script has been evaluated. */
export async function startChromium(): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  const port = runtime.switches.get('remote-debugging-port');
  const pipe = new DevtoolsPipe(runtime.chromium, [
    ...quietSwitches,
    ...(runtime.isHeadless ? ['--headless', '--disable-gpu'] : []),
    // Chromium's own sandbox cannot be had as root.
    ...(isRoot || runtime.switches.has('no-sandbox') ? ['--no-sandbox', '--test-type'] : []),
    ...(port === undefined ? [] : [`--remote-debugging-port=${port}`]),
    ...[...runtime.switches]
      .filter(([name]) => !ownSwitches.has(name))
      .map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`)),
    `--user-data-dir=${join(app.getPath('userData'), 'standin-chromium')}`,
  ]);
  chromium.pipe = pipe;
  const { browser } = pipe;
  browser.on('Target.targetDestroyed', ({ targetId }: ProtocolObject) => windowOf(targetId)?.forget());
  browser.on('Target.targetCrashed', ({ targetId }: ProtocolObject) => windowOf(targetId)?.pageCrashed());
  browser.on('exit', () => {
    for (const window of [...openWindows.values()]) window.forget();
  });
  // Every target comes up paused and attached; a page that another page opened is a popup, closed before it runs.
  browser.on('Target.attachedToTarget', ({ sessionId, targetInfo: target }: ProtocolObject) => {
    if (target.type !== 'page') {
      void pipe.session(sessionId).sendQuietly('Runtime.runIfWaitingForDebugger');
      void browser.sendQuietly('Target.detachFromTarget', { sessionId });
    } else if (target.openerId === undefined && chromium.pagesInTheMaking > 0) {
      pageSessions.set(target.targetId, sessionId);
    } else {
      // Its opener waits for it while it is paused, so it goes on once it is told to close.
      void browser.sendQuietly('Target.closeTarget', { targetId: target.targetId });
      void pipe.session(sessionId).sendQuietly('Runtime.runIfWaitingForDebugger');
    }
  });
  await browser.send('Target.setDiscoverTargets', { discover: true });
  await browser.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
  app[becomeReady]();
}

function windowOf(targetId: string): OpenWindow | undefined {
  return [...openWindows.values()].find((window) => window.targetId() === targetId);
}
