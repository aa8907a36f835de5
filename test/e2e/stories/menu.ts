import { expect, it } from 'vitest';
import { goTo } from '../go-to.ts';
import type { ElectronWindow } from '../launchers.ts';

/** The application menu, which only Electron has, does what the window's own keys do. */
export function menuStories(window: () => ElectronWindow): void {
  const choose = (id: string): Promise<void> =>
    window().app.evaluate(({ Menu }, itemId) => {
      const items = (Menu.getApplicationMenu()?.items ?? []).flatMap(({ submenu }) => submenu?.items ?? []);
      items.find((item) => item.id === itemId)?.click();
    }, id);

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
    await expect.poll(() => app.evaluate(() => 'wasAsked' in globalThis), { timeout: 10_000 }).toBe(true);
  });
}
