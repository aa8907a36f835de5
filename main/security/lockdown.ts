import { app, session, type WebContents, type WebPreferences } from 'electron';
import { noteAttempt } from '../../engine/network/ledger.ts';
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

/** Before `ready`: every renderer is sandboxed and finds no host, and every page that is ever made is kept where it is. */
export function lockDownContents(): void {
  app.enableSandbox();
  // Chromium is shown app:// alone. What it might still want of its own, such as dictionaries, has nowhere to go.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  app.on('web-contents-created', (_event, contents) => keepInPlace(contents));
}

/** What our own page may do: put plain text and pictures on the clipboard, for every "Copy" of the window. */
const grantedPermission = 'clipboard-sanitized-write';

/** After `ready`: no page is granted any other permission, of which Electron would grant all, and nothing is fetched for it. */
export function denyPermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) =>
    decide(permission === grantedPermission && isOwnAddress(requestingUrl)),
  );
  session.defaultSession.setPermissionCheckHandler(() => false);
  // With the languages of the system it fetches their dictionaries at the first start, whatever `spellcheck` says.
  session.defaultSession.setSpellCheckerLanguages([]);
  session.defaultSession.setDevicePermissionHandler(() => false);
}

/**
 * After `ready`: no page fetches anything but what is the program's own; what one asks for beyond is refused and noted.
 * @param onRefused hears of each, after it was noted
 */
export function refuseForeignRequests(onRefused: () => void): void {
  session.defaultSession.webRequest.onBeforeRequest(({ url }, decide) => {
    const isRefused = !ownSchemes.test(url);
    if (isRefused) {
      noteAttempt('A page of this window', 'refused', url.split(/[?#]/u, 1)[0] ?? url);
      onRefused();
    }
    decide({ cancel: isRefused });
  });
}

/** Of the program itself, of a page's own memory, and of the developer tools. */
const ownSchemes = /^(app|blob|data|devtools|chrome-devtools|chrome-extension):/u;

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
