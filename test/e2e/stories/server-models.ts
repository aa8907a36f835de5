import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { MlflowDouble } from '../../services/mlflow-double.ts';
import { freePort, mlflow, TrackingServer } from '../../services/mlflow/tracking-server.ts';
import { projectFolder } from '../build.ts';
import { goTo } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

/** A model that another case has published stands in Models beside the own ones, and becomes one of them. */
export function serverModelStories(window: () => RunningWindow): void {
  it('lists what a tracking server has, says whose it is, and takes a model of another case over', async () => {
    const { page } = window();
    const home = mkdtempSync(join(tmpdir(), 'assay-server-models-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const address = await serverWith(home);

    await goTo(page, 'Models');
    const panel = page.getByRole('region', { name: 'At the tracking server' });
    await panel.getByLabel('Tracking server').fill(address);
    await panel.getByLabel('Tracking server').press('Enter');
    const versions = panel.getByRole('table', { name: 'Versions at the server' });
    const own = versions.getByRole('row').filter({ hasText: 'card-fraud@champion' });
    await own.getByText('another case').waitFor();
    const foreign = versions.getByRole('row').filter({ hasText: 'by-hand' });
    await foreign.getByText('another program').waitFor();
    expect(await foreign.getByRole('button').count()).toBe(0);
    await panel.getByText('2 runs, newest first').click();
    const runs = panel.getByRole('table', { name: 'Runs at the server' });
    expect(await runs.getByRole('row').count()).toBe(3);

    await own.getByRole('button', { name: 'Take over models:/card-fraud/1' }).click();
    await panel
      .getByRole('status')
      .getByText(/^Taken over as forest \w+: [\d,]+ alerts?, /u)
      .waitFor();
    await own.getByText('this case:').waitFor();
    await own.getByRole('button', { name: /^forest / }).click();
    const detail = page.getByRole('region', { name: /^Model / });
    await detail.getByText('Taken over from models:/card-fraud/1', { exact: false }).waitFor();

    // It works in Triage as any model does; then the champion again.
    await page.getByRole('button', { name: /^Work with it/u }).click();
    await goTo(page, 'Triage');
    await page.getByLabel('Selected alert').getByRole('region', { name: 'Facts' }).waitFor();
    await goTo(page, 'Models');
    await page.getByRole('grid', { name: 'Models' }).getByText('champion').click();
    await page.getByRole('button', { name: /^Work with it/u }).click();
  });
}

/** A real server where there is one, else its double; with a version and a run of another case, and such of another program. */
async function serverWith(home: string): Promise<string> {
  const address = await startServer(home);
  const recording = join(projectFolder, 'datasets', 'payments-30-days.csv.gz');
  const casePath = join(home, 'another.assay');
  const assay = (...parameters: readonly string[]): Promise<unknown> =>
    promisify(execFile)(process.execPath, ['scripts/assay.mjs', ...parameters, '--json'], {
      cwd: projectFolder,
      env: { ...process.env, ASSAY_HOME: home },
    });
  const roles = ['--label', 'is_fraud', '--ignore', 'fraud_scenario'];
  await assay('run', recording, '--case', casePath, ...roles, '--trees', '20', '--seed', '3');
  const target = [
    '--tracking-uri',
    address,
    '--experiment',
    'cards',
    '--register',
    'card-fraud',
    '--alias',
    'champion',
  ];
  await assay('export', 'mlflow', '--case', casePath, ...target);
  const ask = async (path: string, content: object): Promise<unknown> => {
    const answer = await fetch(`${address}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(content),
    });
    return answer.json();
  };
  const made = (await ask('runs/create', { experiment_id: '0', run_name: 'gradient boosting' })) as {
    readonly run: { readonly info: { readonly run_id: string; readonly artifact_uri: string } };
  };
  const { run_id: run, artifact_uri: folder } = made.run.info;
  await ask('registered-models/create', { name: 'by-hand' });
  await ask('model-versions/create', { name: 'by-hand', source: `${folder}/model`, run_id: run });
  return address;
}

async function startServer(home: string): Promise<string> {
  if (mlflow.isSkipped) {
    const double = new MlflowDouble();
    await double.start();
    onTestFinished(() => double.stop());
    return double.address;
  }
  const server = new TrackingServer(home, await freePort());
  await server.start();
  onTestFinished(() => server.kill());
  return server.uri;
}
