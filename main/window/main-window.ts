import { BrowserWindow, screen } from 'electron';
import { windowPreferences } from '../security/lockdown.ts';
import { startAddress } from '../security/trusted-page.ts';
import { reachableBounds, readWindowState, writeWindowState } from './window-state.ts';

const defaultSize = { width: 1440, height: 900 };
const minimumSize = { minWidth: 960, minHeight: 600 };
const MAXIMUM_RELOADS = 3;

/** Opens the one window, where it was last time, and shows it when it has something to show. */
export function openMainWindow(preload: string, statePath: string): BrowserWindow {
  const state = readWindowState(statePath);
  const workAreas = screen.getAllDisplays().map((display) => display.workArea);
  const window = new BrowserWindow({
    ...defaultSize,
    ...minimumSize,
    ...reachableBounds(state.bounds, workAreas),
    title: 'Assay',
    show: false,
    webPreferences: windowPreferences(preload),
  });
  if (state.isMaximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () =>
    writeWindowState(statePath, { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() }),
  );
  reloadAfterCrash(window);
  void window.loadURL(startAddress);
  return window;
}

/** The engine and the case live on when the page dies, so the page is simply shown again; a few times at most. */
function reloadAfterCrash(window: BrowserWindow): void {
  let reloads = 0;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed() || reloads >= MAXIMUM_RELOADS) return;
    reloads += 1;
    window.webContents.reload();
  });
}
