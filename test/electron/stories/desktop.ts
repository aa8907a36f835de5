import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { projectFolder } from '../../e2e/build.ts';
import { copyHome, preparedCase } from '../../e2e/first-case.ts';
import { goTo } from '../../e2e/go-to.ts';
import { launchElectron, temporaryFolder, type ElectronWindow } from '../../e2e/launchers.ts';
import { electronPath } from '../electron.ts';

/** What a desktop does to a window: keys of the menu, files dropped and opened, screens that vanish. */
export function desktopStories(window: () => ElectronWindow, prepared: () => string, home: () => string): void {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const caseNamed = (name: string): string => {
    const path = join(folder.path, `${name}.assay`);
    copyFileSync(preparedCase(prepared()), path);
    return path;
  };
  /** As the keyboard gives it: the page hears it first, then the menu. */
  const press = (keyCode: string, modifiers: readonly ('control' | 'shift')[] = []): Promise<void> =>
    window().app.evaluate(
      ({ BrowserWindow }, key) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        contents?.focus();
        for (const type of ['keyDown', 'keyUp'] as const)
          contents?.sendInputEvent({ type, keyCode: key.keyCode, modifiers: [...key.modifiers] });
      },
      { keyCode, modifiers },
    );
  const zoom = (): Promise<number | undefined> =>
    window().app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor());

  it('grants the page the writing of text to the clipboard, and nothing else', async () => {
    const { app, page } = window();
    await page.getByRole('status').first().click();
    const written = await app.evaluate(({ BrowserWindow }) =>
      // As if somebody had pressed a key: Chromium asks for nothing without.
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
        'navigator.clipboard.writeText("8 alerts").then(() => "granted", String)',
        true,
      ),
    );
    expect(written).toBe('granted');
    const outcomes = await page.evaluate(async () => {
      const outcomeOf = (work: () => Promise<unknown>): Promise<string> =>
        work().then(
          (value) => `granted${typeof value === 'string' ? `: ${value}` : ''}`,
          () => 'refused',
        );
      return {
        read: await outcomeOf(() => navigator.clipboard.readText()),
        notify: await outcomeOf(() => Notification.requestPermission()),
        camera: await outcomeOf(() => navigator.mediaDevices.getUserMedia({ video: true })),
        place: await outcomeOf(
          () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
        ),
      };
    });
    expect(outcomes).toEqual({
      read: 'refused',
      notify: 'granted: denied',
      camera: 'refused',
      place: 'refused',
    });
    expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe('8 alerts');
    expect(await app.evaluate(({ session }) => session.defaultSession.isSpellCheckerEnabled())).toBe(false);
  });

  it('hears the keys of the menu that the page does not take for itself', async () => {
    const { page } = window();
    await press('F1');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await press('=', ['control']);
    await expect.poll(zoom).toBeGreaterThan(1);
    await press('0', ['control']);
    await expect.poll(zoom).toBe(1);
  });

  it('reads a recording that is dropped on Sources, and goes nowhere when one is dropped elsewhere', async () => {
    const { page, app } = window();
    const recording = join(projectFolder, 'datasets', 'payments-30-days.csv.gz');
    const session = await page.context().newCDPSession(page);
    const drop = async (): Promise<void> => {
      const data = { items: [], files: [recording], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await session.send('Input.dispatchDragEvent', { type, x: 640, y: 500, data });
    };
    await goTo(page, 'Models');
    await drop();
    await goTo(page, 'Sources');
    // A place takes files once it was loaded.
    await page
      .getByRole('button', { name: /^Open a recording/ })
      .first()
      .waitFor();
    await drop();
    await page.getByLabel('Train a model on it').waitFor();
    const address = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL());
    expect(address).toBe('app://assay/index.html');
    await goTo(page, 'Triage');
  });

  it('refuses what the program itself would fetch from elsewhere, and lists it', async () => {
    const { app, page } = window();
    const outcome = await app.evaluate(({ net }) =>
      net.fetch('http://192.0.2.1/spelling').then(
        () => 'fetched',
        () => 'refused',
      ),
    );
    expect(outcome).toBe('refused');
    await page.keyboard.press('Alt+n');
    const ledger = page.getByRole('dialog', { name: 'Network' });
    await ledger.getByRole('row').filter({ hasText: 'http://192.0.2.1/spelling' }).getByText('▲ Refused').waitFor();
    await page.keyboard.press('Escape');
  });

  it('opens the case that a second start names, and ends the second', async () => {
    const path = caseNamed('second start');
    const userData = await window().app.evaluate(({ app }) => app.getPath('userData'));
    const second = spawn(electronPath(), [projectFolder, `--user-data-dir=${userData}`, path], { stdio: 'ignore' });
    expect(await new Promise((resolve) => second.on('exit', resolve))).toBe(0);
    await window().page.getByRole('button', { name: 'second start: choose a case' }).waitFor();
  });

  it('opens a case from the file manager, and says why one cannot be opened', async () => {
    const { app, page } = window();
    const ask = (path: string): Promise<boolean> =>
      app.evaluate(
        (electron, asked) => electron.app.emit('open-file', { preventDefault: () => undefined }, asked),
        path,
      );
    await ask(caseNamed('from the file manager'));
    await page.getByRole('button', { name: 'from the file manager: choose a case' }).waitFor();
    await ask(join(folder.path, 'from the flie manager.assay'));
    // What is open stays while a path that is not there is asked about.
    const question = page.getByRole('dialog', { name: 'There is no such case' });
    await question.getByRole('button', { name: 'Open from the file manager.assay' }).waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'from the file manager: choose a case' }).waitFor();
    await ask(preparedCase(home()));
    await page.getByRole('button', { name: /^payments-30-days.*: choose a case$/ }).waitFor();
  });

  it("asks for a case in the system's own dialog, opens what is typed there, and nothing when it is cancelled", async ({
    skip,
  }) => {
    if (spawnSync('xdotool', ['version']).status !== 0) return skip('xdotool is not installed');
    const ownHome = join(folder.path, 'home of the dialog');
    copyHome(prepared(), ownHome);
    const path = caseNamed('typed in the dialog');
    // In a window of its own: in the other one tests have put their answers in place of the dialog.
    const asking = await launchElectron({ home: ownHome });
    try {
      const { page } = asking;
      const chosen = page.getByRole('button', { name: /: choose a case$/ });
      await page.getByRole('button', { name: /^payments-30-days.*: choose a case$/ }).waitFor();
      const before = await chosen.innerText();
      await answerDialog(page, [['key', 'Escape']]);
      expect(await chosen.innerText()).toBe(before);
      await answerDialog(page, [
        ['type', '--delay', '20', path],
        ['key', 'Return'],
      ]);
      await page.getByRole('button', { name: 'typed in the dialog: choose a case' }).waitFor();
    } finally {
      await asking.close();
    }
  });

  it('opens where a screen is when the one of last time has vanished', async () => {
    const userData = join(folder.path, 'vanished');
    mkdirSync(userData);
    const bounds = { x: 5000, y: 3000, width: 1000, height: 700 };
    writeFileSync(join(userData, 'window-state.json'), JSON.stringify({ bounds, isMaximized: false }));
    const restored = await launchElectron({ userData, home: join(folder.path, 'home of vanished') });
    try {
      const [placed, area] = await restored.app.evaluate(({ BrowserWindow, screen }) => [
        BrowserWindow.getAllWindows()[0]?.getBounds(),
        screen.getPrimaryDisplay().workArea,
      ]);
      expect(placed?.x).toBeLessThan((area?.x ?? 0) + (area?.width ?? 0));
      expect(placed?.y).toBeLessThan((area?.y ?? 0) + (area?.height ?? 0));
    } finally {
      await restored.close();
    }
  });
}

/** Asks for a case, gives these keys to the system's dialog, and waits until it is gone. */
async function answerDialog(page: Page, keys: readonly (readonly string[])[]): Promise<void> {
  const search = ['search', '--onlyvisible', '--name', '^Open File$'];
  const shown = (): string => spawnSync('xdotool', search).stdout.toString().trim();
  await page.keyboard.press('Control+o');
  await expect.poll(shown).not.toBe('');
  // No window manager gives it the focus here.
  execFileSync('xdotool', ['windowfocus', '--sync', shown().split('\n').at(-1) ?? '']);
  for (const key of keys) execFileSync('xdotool', [...key]);
  await expect.poll(shown).toBe('');
}
