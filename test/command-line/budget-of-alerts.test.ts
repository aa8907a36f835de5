import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createEngine } from '../../engine/host/engine.ts';
import type { Answer } from '../../preload/contract/envelope.ts';
import { jsonOf, runAssay, temporaryFolder } from './run-assay.ts';

const bundled = resolve(import.meta.dirname, '../../datasets/payments-30-days.csv.gz');
const budget = 20;

function dataOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.data;
}

it('keeps to a budget of alerts a day, and the window counts the same alerts', async () => {
  const folder = temporaryFolder();
  const casePath = join(folder, 'month.assay');
  const run = ['run', bundled, '--case', casePath, '--alerts-per-day', String(budget), '--json'];
  const result = jsonOf(await runAssay(run, folder));
  expect(result['alertsPerDay']).toBeLessThanOrEqual(budget);
  expect(result['alertsPerDay']).toBeGreaterThan(budget - 1);
  expect(result['flagged']).toBeGreaterThan(result['alerts'] as number);

  const engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
  onTestFinished(() => engine.close());
  dataOf(await engine.request('case.open', { path: casePath }));
  const { point, line, days } = dataOf(await engine.request('tuning.read', { modelId: 1 }));
  expect(point).toMatchObject({
    alerts: result['alerts'],
    alertsPerDay: result['alertsPerDay'],
    flagged: result['flagged'],
    thresholdUnits: result['thresholdUnits'],
  });
  expect(line).toEqual(result['line']);
  const railAlerts = point.byDay.reduce((sum, alerts) => sum + alerts, 0);
  expect(railAlerts).toBe(result['alerts']);
  expect(railAlerts / days.length).toBe(result['alertsPerDay']);
  const [model] = dataOf(await engine.request('models.list', {}));
  expect(model).toMatchObject({ id: 1, isChampion: true, alerts: result['alerts'], flagged: result['flagged'] });
  const page = dataOf(await engine.request('alerts.page', { modelId: 1, limit: 10 }));
  expect(page.total).toBe(result['alerts']);
  const listed = jsonOf(await runAssay(['alerts', '--case', casePath, '--limit', '10', '--json'], folder));
  expect((listed['alerts'] as readonly { key: string }[]).map(({ key }) => key)).toEqual(
    page.rows.map(({ key }) => key),
  );
});
