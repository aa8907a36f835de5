import { app } from './app.ts';
import { StandinBrowserWindow } from './browser-window.ts';
import { ipcMain } from './ipc-main.ts';
import { loud } from './loud.ts';
import { nativeTheme } from './native-theme.ts';
import { protocol, session } from './protocol.ts';
import { safeStorage } from './safe-storage.ts';
import { dialog, screen, shell, StandinMenu, StandinMenuItem } from './surroundings.ts';
import { utilityProcess } from './utility-process.ts';

/** What `require('electron')` gives in the main process. Whatever is not here throws by name. */
export const electronModule = {
  app,
  BrowserWindow: StandinBrowserWindow,
  dialog,
  ipcMain,
  Menu: StandinMenu,
  MenuItem: StandinMenuItem,
  nativeTheme,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  utilityProcess,
};

export const loudElectronModule = loud('electron', electronModule);
