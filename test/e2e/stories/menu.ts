import { expect, it } from 'vitest';
import { goTo } from '../go-to.ts';
import type { ElectronWindow } from '../launchers.ts';

/** What the keys of the window are for the entries that show one (`renderer/app/app-commands.ts`). */
const keyOfEntry = { 'open-case': 'CmdOrCtrl+O', 'command-palette': 'CmdOrCtrl+K', settings: 'CmdOrCtrl+,' };

/** The application menu, which only Electron has, does what the window's own keys do. */
export function menuStories(window: () => ElectronWindow): void {
  const choose = (id: string): Promise<void> =>
    window().app.evaluate(({ Menu }, itemId) => {
      const items = (Menu.getApplicationMenu()?.items ?? []).flatMap(({ submenu }) => submenu?.items ?? []);
      items.find((item) => item.id === itemId)?.click();
    }, id);

  it('shows the keys that the window itself has for its commands, since the page hears a key first', async () => {
    const shown = await window().app.evaluate(({ Menu }) =>
      (Menu.getApplicationMenu()?.items ?? [])
        .flatMap(({ submenu }) => submenu?.items ?? [])
        .map(({ id, accelerator }) => [id, accelerator ?? null] as const),
    );
    const keys = new Map(shown);
    for (const [entry, key] of Object.entries(keyOfEntry)) expect(keys.get(entry), entry).toBe(key);
    expect(keys.get('open-recording')).toBeNull();
  });

  it('opens the palette', async () => {
    const { page } = window();
    await choose('command-palette');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('asks for a recording in Sources, wherever the window is', async () => {
    const { app, page } = window();
    await goTo(page, 'Models');
    await app.evaluate(({ dialog }) => {
      dialog.showOpenDialog = async () => {
        Object.assign(globalThis, { wasAsked: true });
        return { canceled: true, filePaths: [] };
      };
    });
    await choose('open-recording');
    await page.getByRole('main', { name: 'Sources' }).waitFor();
    await expect.poll(() => app.evaluate(() => 'wasAsked' in globalThis)).toBe(true);
  });
}
