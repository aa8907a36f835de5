import { expect, it } from 'vitest';
import type { RunningWindow } from '../launchers.ts';

/** What a page of ours may not do in any host. Each story is something that injected text would try. */
export function pageSecurityStories(window: () => RunningWindow): void {
  it('runs no inline script', async () => {
    const ran = await window().page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineRan = true';
      document.head.append(script);
      return 'inlineRan' in globalThis;
    });
    expect(ran).toBe(false);
  });

  it('fetches nothing from elsewhere', async () => {
    const outcome = await window().page.evaluate(() =>
      fetch('https://example.org/').then(
        () => 'fetched',
        () => 'refused',
      ),
    );
    expect(outcome).toBe('refused');
    // And the attempt stands in the ledger, beside the fact that nothing left.
    const { page } = window();
    await page.getByRole('contentinfo').getByText('Nothing left this machine · ▲ 1 refused').waitFor();
    await page.keyboard.press('Alt+n');
    const ledger = page.getByRole('dialog', { name: 'Network' });
    await ledger.getByRole('row').filter({ hasText: 'https://example.org' }).getByText('▲ Refused').waitFor();
    await page.keyboard.press('Escape');
  });

  it('loads no frame and no image from elsewhere', async () => {
    const outcomes = await window().page.evaluate(async () => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
      const image = document.createElement('img');
      const frame = document.createElement('iframe');
      image.src = 'https://example.org/x.png';
      frame.src = 'https://example.org/';
      document.body.append(image, frame);
      const limit = performance.now() + 10_000;
      while (new Set(violations).size < 2 && performance.now() < limit)
        await new Promise((resolve) => setTimeout(resolve, 50));
      image.remove();
      frame.remove();
      return violations;
    });
    expect(new Set(outcomes)).toEqual(new Set(['img-src', 'frame-src']));
  });

  it('gives the page nothing of Node or of the bridge', async () => {
    const names = await window().page.evaluate(() =>
      ['require', 'process', 'module', 'ipcRenderer', 'Buffer', '__standinSend', '__standinReceive'].filter(
        (name) => name in globalThis,
      ),
    );
    expect(names).toEqual([]);
  });
}
