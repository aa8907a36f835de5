import { expect, it } from 'vitest';
import { enginePids } from '../engine-process.ts';
import { goTo, setNumber } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

/**
 * A crash of the engine, such as running out of memory, costs neither the window nor the case. Told once for each
 * window: a case that brings the engine down twice is left closed, on purpose.
 */
export function engineKilledStories(window: () => RunningWindow): void {
  it('says why the engine stopped while it trained, what is safe, and goes on with the case when it is back', async () => {
    const { page, hostPid } = window();
    await goTo(page, 'Tuning');
    // Long enough to be still growing when the engine is killed.
    await setNumber(page, 'Trees', 10_000);
    await page.getByLabel('Grower').selectOption('ml-isolation-forest');
    const model = page.getByLabel('Model', { exact: true });
    await model.getByRole('button', { name: /Train$/ }).click();
    await model.getByRole('button', { name: 'Cancel' }).waitFor();

    const [pid] = enginePids(hostPid);
    if (pid === undefined) throw new Error('No engine process was found below the host.');
    process.kill(pid, 'SIGKILL');
    const notice = page.getByRole('alert').filter({ hasText: 'Cause: The engine stopped' });
    await notice.getByText('The engine is running again.').waitFor();
    await notice.getByText('Transactions, verdicts and notes that were confirmed are stored in the case.').waitFor();
    expect(enginePids(hostPid)).not.toContain(pid);
    await notice.getByRole('button', { name: 'Close' }).click();

    const ended = page.getByRole('region', { name: 'Messages' }).getByRole('alert').filter({ hasText: 'engine' });
    await ended.getByText('A running job has to be started again.').waitFor();
    await ended.getByRole('button', { name: 'Close message' }).click();
    await page.getByRole('button', { name: /^payments-30-days.*: choose a case$/ }).waitFor();
    await setNumber(page, 'Trees', 20);
    await page.getByLabel('Grower').selectOption('assay');
    await model.getByRole('button', { name: /Train$/ }).click();
    await page.getByText(/transactions scored in/).waitFor();
  });
}
