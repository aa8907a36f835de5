import { expect, it } from 'vitest';
import { goTo } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';
import { MlflowDouble } from '../../services/mlflow-double.ts';

/** What is published while the server is away waits in the case, and goes out once. */
export function outboxStories(window: () => RunningWindow): void {
  it('publishes to a server that is away, shows what waits and why, and sends it once when the server is there', async () => {
    const { page } = window();
    const server = new MlflowDouble();
    await server.start();
    const { address } = server;
    await server.stop();
    try {
      await goTo(page, 'Exports');
      const form = page.getByRole('region', { name: 'MLflow' });
      await form.getByLabel('Tracking server').fill(address);
      await form.getByLabel('Registered model').fill('card-fraud');
      await form.getByLabel('Alias').fill('champion');
      await form.getByRole('button', { name: 'Publish' }).click();
      await form.getByText('the export waits below').waitFor();

      const outbox = page.getByRole('region', { name: 'Outbox' });
      await outbox.getByText('Waiting, tried once').waitFor();
      await outbox.getByText('cannot be reached', { exact: false }).waitFor();
      await outbox.getByText('card-fraud@champion', { exact: false }).waitFor();
      // Other stories have sent things of the same case.
      const rows = await outbox.getByRole('row').count();

      await server.start();
      await outbox.getByRole('button', { name: 'Send now' }).click();
      await outbox.getByText('Sent, version 1').waitFor();
      expect(server.runs).toHaveLength(1);
      expect(server.versions).toMatchObject([{ name: 'card-fraud', version: '1' }]);
      expect([...server.files.keys()].some((path) => path.endsWith('model/model.onnx'))).toBe(true);
      expect(await outbox.getByRole('button', { name: 'Send now' }).count()).toBe(0);

      // The same once more is the same export: nothing new is made.
      await form.getByRole('button', { name: 'Publish' }).click();
      await form.getByText('Published as run run1, version 1.').waitFor();
      expect(server.runs).toHaveLength(1);
      expect(await outbox.getByRole('row').count()).toBe(rows);
    } finally {
      await server.stop();
    }
  });
}
