import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { assay, writeExpected } from '../case-fixture.ts';
import { mlflow } from './tracking-server.ts';

describe.skipIf(mlflow.isSkipped)('a model that learned from verdicts', () => {
  it('gives the same flags and sums through mlflow.pyfunc, with what only learning looks at among its features', async () => {
    const home = mkdtempSync(join(tmpdir(), 'assay-mlflow-learned-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const [recording, casePath, expected, folder] = ['payments.csv', 'a.assay', 'expected.csv', 'model'].map((name) =>
      join(home, name),
    );
    await assay(['simulate', '--customers', '250', '--days', '30', '--out', recording], home);
    const { features } = await assay(['run', recording, '--case', casePath, '--trees', '50'], home);
    expect(features).toContainEqual(expect.stringContaining('_risk_30d_delay_7d'));
    const { model } = (await assay(['learn', '--case', casePath, '--from', 'labels'], home)) as {
      model: { id: number };
    };
    await assay(['export', 'mlflow', '--case', casePath, '--model', String(model.id), '--out', folder], home);
    const { rows, flagged } = writeExpected(casePath, expected);
    const report = await mlflow.run('check_published.py', [folder, recording, expected]);
    expect(report).toMatchObject({ flags: 0, sums: 0, decisions: 0, rows, flagged, onnx: true });
    expect(flagged).toBeGreaterThan(0);
  });
});
