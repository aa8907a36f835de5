import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { autoencoder, graphFile } from '../../foreign-models/graphs.ts';
import { openAlerts } from '../alerts.ts';
import { projectFolder } from '../build.ts';
import { goTo } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

/** A model that scikit-learn made works as a model of the case does, from its file to a verdict. */
export function foreignModelStories(window: () => RunningWindow): void {
  it("imports scikit-learn's isolation forest in Models, and triages what it flags", async () => {
    const { page } = window();
    await goTo(page, 'Models');
    await page.getByRole('button', { name: /^Import…/u }).click();
    const form = page.getByRole('region', { name: 'Import a model' });
    await form.getByLabel('ONNX file').fill(join(projectFolder, 'test', 'foreign-models', 'isolation-forest.onnx'));
    await form.getByLabel('Features of its columns').fill('amount');
    await form.getByRole('button', { name: 'Import', exact: true }).click();
    await form.getByText("Name a feature for each, in the model's order, out of:").waitFor();
    await form.getByLabel('Features of its columns').fill('amount, amount_log');
    await form.getByRole('button', { name: 'Import', exact: true }).click();
    await form
      .getByRole('status')
      .getByText(/^Imported, made by skl2onnx/u)
      .waitFor();

    const models = page.getByRole('grid', { name: 'Models' });
    await models.getByText('elsewhere').waitFor();
    await page.getByRole('button', { name: /^Work with it/u }).click();
    await page.getByRole('button', { name: /^Working with it/u }).waitFor();
    await goTo(page, 'Triage');
    const detail = page.getByLabel('Selected alert');
    await detail.getByRole('region', { name: 'Facts' }).waitFor();
    expect(await openAlerts(page)).toBeGreaterThan(0);
    await page.keyboard.press('f');
    await page.getByText(/fraud/u).first().waitFor();
    await goTo(page, 'Models');
    await models.getByText('champion').click();
    await page.getByRole('button', { name: /^Work with it/u }).click();
  });
  it('imports an autoencoder, triages by its error with reasons by perturbation, and offers a forest in its place', async () => {
    const { page } = window();
    const home = mkdtempSync(join(tmpdir(), 'assay-autoencoder-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const file = join(home, 'autoencoder.onnx');
    writeFileSync(file, graphFile(autoencoder));
    await goTo(page, 'Models');
    await page.getByRole('button', { name: /^Import…/u }).click();
    const form = page.getByRole('region', { name: 'Import a model' });
    await form.getByLabel('ONNX file').fill(file);
    await form.getByLabel('Features of its columns').fill('amount, amount_log');
    await form.getByRole('button', { name: 'Import', exact: true }).click();
    await form.getByText('Nothing says whether high or low scores').waitFor();
    await form.getByLabel('Anomalous are').selectOption('higher-is-anomalous');
    await form.getByRole('button', { name: 'Import', exact: true }).click();
    await form
      .getByRole('status')
      .getByText(/reasons are by perturbation/u)
      .waitFor();

    await page.getByRole('button', { name: /^Train a forest…/u }).click();
    await page.getByText('was made elsewhere and cannot be trained here').waitFor();
    await page.getByRole('button', { name: /^Train a forest…/u }).click();
    await page.getByRole('button', { name: /^Work with it/u }).click();
    await page.getByRole('button', { name: /^Working with it/u }).waitFor();
    await goTo(page, 'Triage');
    const detail = page.getByLabel('Selected alert');
    await detail.getByRole('heading', { name: /What pushed the score up or down, by perturbation/u }).waitFor();
    expect(await openAlerts(page)).toBeGreaterThan(0);
    await goTo(page, 'Models');
    await page.getByRole('grid', { name: 'Models' }).getByText('champion').click();
    await page.getByRole('button', { name: /^Work with it/u }).click();
  });
}
