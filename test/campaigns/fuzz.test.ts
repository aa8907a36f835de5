import { expect, it } from 'vitest';
import { runInputs, type RunnerReport } from './fuzz/runner.ts';

const inputs = 1500;

it('no input near a whole one is a fault of Assay itself (the beginning of `npm run campaign:fuzz`)', async () => {
  const faults: RunnerReport[] = [];
  let counted = 0;
  await runInputs([1, 2, 3, 5, 8, 13, 21, 34], { first: 0, count: inputs, step: 1 }, (report) => {
    if (report.kind === 'fault') faults.push(report);
    if (report.kind !== 'counts') return;
    for (const { read, refused } of Object.values(report.counts)) counted += read + refused;
  });
  expect(faults).toEqual([]);
  expect(counted).toBe(inputs);
});
