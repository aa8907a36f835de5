/*
 * A test of types: every public name of the stand-in exists in Electron under the same name, so that nothing can be
 * tested here that is not there. It runs with `npm run types`.
 */
import type Electron from 'electron';
import type { electronModule } from './electron-module.ts';

type Standin = typeof electronModule;
type NamesOf<T> = Extract<keyof T, string>;
/** Never, where each string name of the first is a name of the second. */
type Invented<Mine, Real> = Exclude<NamesOf<Mine>, NamesOf<Real>>;
type Window = InstanceType<Standin['BrowserWindow']>;

type AllInvented =
  | Invented<Standin, typeof Electron>
  | Invented<Standin['app'], Electron.App>
  | Invented<Window, Electron.BrowserWindow>
  // Two names are undocumented in Electron, and what its own tests read.
  | Exclude<Invented<Window['webContents'], Electron.WebContents>, 'getLastWebPreferences'>
  | Invented<Standin['dialog'], Electron.Dialog>
  | Exclude<Invented<Standin['ipcMain'], Electron.IpcMain>, '_invokeHandlers'>
  | Invented<InstanceType<Standin['Menu']>, Electron.Menu>
  | Invented<InstanceType<Standin['MenuItem']>, Electron.MenuItem>
  | Invented<Standin['nativeTheme'], Electron.NativeTheme>
  | Invented<Standin['protocol'], Electron.Protocol>
  | Invented<Standin['safeStorage'], Electron.SafeStorage>
  | Invented<Standin['screen'], Electron.Screen>
  | Invented<Standin['session']['defaultSession'], Electron.Session>
  | Invented<Standin['shell'], Electron.Shell>
  | Invented<ReturnType<Standin['utilityProcess']['fork']>, Electron.UtilityProcess>;

/** Does not compile where a name was invented; the error shows which. */
export const nothingIsInvented: AllInvented extends never ? true : AllInvented = true;
