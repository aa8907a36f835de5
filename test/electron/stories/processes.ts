import { readFileSync, readlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ElectronWindow } from '../../e2e/launchers.ts';

/** What only a real Electron has: processes in the system's sandbox, each of which may die. */
export function processStories(window: () => ElectronWindow): void {
  const pidsOf = (type: string): Promise<readonly number[]> =>
    window().app.evaluate(
      ({ app }, wanted) =>
        app
          .getAppMetrics()
          .filter((metric) => metric.type === wanted)
          .map(({ pid }) => pid),
      type,
    );
  const isPageThere = (): Promise<boolean> =>
    window().app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined || contents.isCrashed() || contents.isLoading()) return false;
      return contents.executeJavaScript('document.querySelector("#root > *") !== null') as Promise<boolean>;
    });

  it("keeps the page in the system's sandbox: system calls are filtered, in a user namespace of its own", async () => {
    const [page] = await pidsOf('Tab');
    const status = readFileSync(`/proc/${page}/status`, 'utf8');
    expect(status).toMatch(/^Seccomp:\s+2$/mu);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/mu);
    expect(readlinkSync(`/proc/${page}/ns/user`)).not.toBe(readlinkSync(`/proc/${window().hostPid}/ns/user`));
  });

  it('runs the engine on a Node beside an Electron that is too old for it, and doctor says so', async () => {
    const detail = await window().page.evaluate(async () => {
      const { assay } = globalThis as unknown as {
        readonly assay: {
          on(name: string, listener: (payload: JobEnd) => void): () => void;
          startJob(name: string, input: object): Promise<unknown>;
        };
      };
      interface JobEnd {
        readonly name: string;
        readonly outcome: { readonly result: { readonly checks: readonly { name: string; detail: string }[] } };
      }
      const ended = new Promise<JobEnd>((resolve) =>
        assay.on('job.ended', (end) => {
          if (end.name === 'doctor') resolve(end);
        }),
      );
      await assay.startJob('doctor', {});
      return (await ended).outcome.result.checks.find(({ name }) => name === 'Electron')?.detail;
    });
    const [electron, nodeApi] = await window().app.evaluate(() => [
      process.versions.electron,
      process.versions['napi'],
    ]);
    expect(detail).toContain(electron);
    expect(detail).toContain(Number(nodeApi) >= 10 ? 'its utility process' : 'the engine runs beside it, on Node v');
  });

  it('goes on when the process of the graphics dies', async () => {
    const [graphics] = await pidsOf('GPU');
    if (graphics === undefined) throw new Error('Electron runs no process for graphics.');
    process.kill(graphics, 'SIGKILL');
    await expect.poll(() => pidsOf('GPU')).not.toContain(graphics);
    await window().page.getByRole('navigation', { name: 'Places' }).getByText('Triage', { exact: true }).click();
    expect((await window().page.screenshot()).length).toBeGreaterThan(10_000);
  });

  // The last one: Playwright has lost the page.
  it('shows the page again when its process dies, with the case still open', async () => {
    const [before] = await pidsOf('Tab');
    await window().app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
    await expect.poll(() => pidsOf('Tab')).not.toContain(before);
    await expect.poll(isPageThere).toBe(true);
    const text = (): Promise<string> =>
      window().app.evaluate(
        ({ BrowserWindow }) =>
          BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript('document.body.innerText') as Promise<string>,
      );
    await expect.poll(text).toContain('payments-30-days');
  });
}
