import { expect, it } from 'vitest';
import { enginePids } from '../engine-process.ts';
import type { RunningWindow } from '../launchers.ts';

/** A crash of the engine, such as running out of memory, costs neither the window nor the case. */
export function engineKilledStories(window: () => RunningWindow): void {
  it('says why the engine stopped and what is safe, and goes on with the case when it is back', async () => {
    const { page, hostPid } = window();
    const [pid] = enginePids(hostPid);
    if (pid === undefined) throw new Error('No engine process was found below the host.');
    process.kill(pid, 'SIGKILL');

    const notice = page.getByRole('alert').filter({ hasText: 'engine' });
    await notice.waitFor();
    expect(await notice.innerText()).toMatch(/Cause: The engine stopped|is running again/);
    await page.getByText('The engine is running again.').waitFor();
    expect(enginePids(hostPid)).not.toContain(pid);

    await notice.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('navigation', { name: 'Places' }).getByText('Triage', { exact: true }).click();
    await page.getByRole('main', { name: 'Triage' }).waitFor();
    expect(await page.locator('body').innerText()).toContain('payments-30-days');
  });
}
