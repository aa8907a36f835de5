import { expect, it } from 'vitest';
import type { ElectronWindow } from '../launchers.ts';

/** Electron's own security checklist, item by item where a running app can show it (docs/tutorial/security.md). */
export function electronSecurityStories(window: () => ElectronWindow): void {
  it('2, 3, 4, 6, 8, 9, 11: isolates and sandboxes the page, with web security on and no webview', async () => {
    const preferences = await window().app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      return contents.getLastWebPreferences();
    });
    for (const name of ['sandbox', 'contextIsolation', 'webSecurity']) expect(preferences[name], name).toBe(true);
    // An older Electron does not tell those that are off.
    for (const name of [
      'nodeIntegration',
      'nodeIntegrationInWorker',
      'nodeIntegrationInSubFrames',
      'allowRunningInsecureContent',
      'experimentalFeatures',
      'webviewTag',
    ])
      expect(preferences[name] ?? false, name).toBe(false);
    expect(preferences['enableBlinkFeatures'] ?? '').toBe('');
  });

  it('1, 18: shows only its own protocol', async () => {
    const { app } = window();
    const address = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL());
    expect(address).toBe('app://assay/index.html');
  });

  it('5: grants the page nothing that it asks for beyond the clipboard', async () => {
    const answers = await window().page.evaluate(async () => ({
      notifications: await Notification.requestPermission(),
      place: await new Promise<number>((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => resolve(0),
          ({ code }) => resolve(code),
        );
      }),
      microphone: await navigator.mediaDevices.getUserMedia({ audio: true }).then(
        () => 'granted',
        () => 'refused',
      ),
    }));
    const permissionDenied = 1;
    expect(answers).toEqual({ notifications: 'denied', place: permissionDenied, microphone: 'refused' });
  });

  it('12: attaches no webview', async () => {
    const prevented = await window().app.evaluate(({ BrowserWindow }) => {
      let wasPrevented = false;
      const event = { preventDefault: () => (wasPrevented = true) };
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      contents?.emit('will-attach-webview', event as never, {}, {});
      return wasPrevented;
    });
    expect(prevented).toBe(true);
  });

  it('13: navigates nowhere else', async () => {
    const { app, page } = window();
    await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const wasPrevented = new Promise<boolean>((resolve) =>
        contents?.once('will-navigate', (event) => setImmediate(() => resolve(event.defaultPrevented))),
      );
      Object.assign(globalThis, { wasPrevented });
    });
    await page.evaluate(() => void (location.href = 'https://example.org/'));
    expect(await app.evaluate(() => (globalThis as unknown as { wasPrevented: Promise<boolean> }).wasPrevented)).toBe(
      true,
    );
    const address = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL());
    expect(address).toBe('app://assay/index.html');
    // Playwright waits for the end of the navigation that was refused, until another one has ended; it may abort the first.
    const isLoadedAgain = (): Promise<boolean> =>
      page.reload().then(
        () => true,
        () => false,
      );
    await expect.poll(isLoadedAgain).toBe(true);
    await page.waitForSelector('#root > *');
  });

  it('14, 15: opens no window, and hands only allowed https addresses to the system', async () => {
    const { app, page } = window();
    await app.evaluate(({ shell }) => {
      const opened: string[] = [];
      Object.assign(globalThis, { openedAddresses: opened });
      shell.openExternal = async (address) => void opened.push(address);
    });
    await page.evaluate(() => {
      for (const address of [
        'https://example.org/',
        'file:///etc/passwd',
        'http://mlflow.org/',
        'https://mlflow.org/docs',
      ])
        globalThis.open(address);
    });
    const opened = (): Promise<string[]> =>
      app.evaluate(() => (globalThis as unknown as { openedAddresses: string[] }).openedAddresses);
    // The allowed address is the last one: once it was opened, the others were refused.
    await expect.poll(opened).toEqual(['https://mlflow.org/docs']);
    // The stand-in makes a window that was refused, and closes it.
    await expect.poll(() => app.windows()).toHaveLength(1);
  });

  it('17: answers no other sender', async () => {
    const answer = await window().app.evaluate(({ ipcMain }) => {
      // The handlers are private in Electron; its own tests reach them in this way.
      const { _invokeHandlers } = ipcMain as unknown as {
        readonly _invokeHandlers: ReadonlyMap<string, (...parameters: unknown[]) => unknown>;
      };
      const handler = _invokeHandlers.get('assay:call');
      const stranger = { sender: { id: 999 }, senderFrame: { url: 'app://assay/index.html', parent: null } };
      return handler?.(stranger, { door: 'request', name: 'app.read', input: {} });
    });
    expect(answer).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  });

  it('20: exposes a frozen object of named functions, and nothing of Electron', async () => {
    const shape = await window().page.evaluate(() => {
      const { assay } = window as unknown as { assay: Record<string, unknown> };
      return { names: Object.keys(assay).sort(), isFrozen: Object.isFrozen(assay) };
    });
    expect(shape).toEqual({
      names: ['cancelJob', 'dialogs', 'host', 'on', 'printReport', 'request', 'startJob'],
      isFrozen: true,
    });
  });
}
