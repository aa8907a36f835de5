import { app, session, type WebContents, type WebPreferences } from 'electron';
import { openExternal } from './open-external.ts';
import { isOwnAddress } from './trusted-page.ts';

/** Preferences of every window. Most are Electron's defaults; said here so that a changed default changes nothing. */
export function windowPreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  };
}

/** Before `ready`: every renderer is sandboxed, and every page that is ever made is kept where it is. */
export function lockDownContents(): void {
  app.enableSandbox();
  app.on('web-contents-created', (_event, contents) => keepInPlace(contents));
}

/** What our own page may do: put plain text and pictures on the clipboard, for every "Copy" of the window. */
const grantedPermission = 'clipboard-sanitized-write';

/** After `ready`: no page is granted any other permission; Electron would grant all of them. */
export function denyPermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) =>
    decide(permission === grantedPermission && isOwnAddress(requestingUrl)),
  );
  session.defaultSession.setPermissionCheckHandler(() => false);
  session.defaultSession.setDevicePermissionHandler(() => false);
}

function keepInPlace(contents: WebContents): void {
  contents.on('will-navigate', (event, address) => {
    if (!isOwnAddress(address)) event.preventDefault();
  });
  contents.on('will-redirect', (event, address) => {
    if (!isOwnAddress(address)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openExternal(url);
    return { action: 'deny' };
  });
}
