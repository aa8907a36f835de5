import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doors, someDeeds, type Deed } from './one-truth.ts';

/** `npm run campaign:one-truth` tries 200 sequences; a few are enough to see a door that was left behind. */
const sequences = Number(process.env['ASSAY_ONE_TRUTH_SEQUENCES'] ?? 6);

describe.each([
  ['with a label column', true],
  ['with verdicts alone', false],
])('one truth at every door, %s', (_, hasLabels) => {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'assay-one-truth-'));
    await Doors.make(join(folder, 'made'), hasLabels);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is told by the command line, the window, the export to MLflow and the metrics alike', async () => {
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(someDeeds, async (deeds) => {
        const place = join(folder, `sequence-${tried++}`);
        const doors = await Doors.open(join(folder, 'made'), place, hasLabels);
        try {
          await tellAlike(doors, deeds);
        } finally {
          await doors.close();
          rmSync(place, { recursive: true, force: true });
        }
      }),
      {
        numRuns: Math.ceil(sequences / 2),
        endOnFailure: process.env['CI'] === 'true',
        // What hides alerts and what adds some are told alike, whichever door did it, and when they meet.
        examples: [[mixedDeeds]],
      },
    );
  }, 3_600_000);
});

const mixedDeeds: readonly Deed[] = [
  { kind: 'tune', at: 'window', value: 6 },
  { kind: 'explore', at: 'window', tenths: 3 },
  { kind: 'suppress', at: 'command', which: 0 },
  { kind: 'judge', at: 'window', which: 1, fraud: true },
  { kind: 'suppress', at: 'window', which: 4 },
  { kind: 'judge', at: 'command', which: 3, fraud: false },
  { kind: 'explore', at: 'command', tenths: 5 },
];

async function tellAlike(doors: Doors, deeds: readonly Deed[]): Promise<void> {
  for (const deed of deeds) await doors.do(deed);
  expect(await doors.brokenEntry()).toBeNull();
  if (!(await doors.isAnswerable())) return;
  const { command, window } = await doors.truths();
  expect(window).toEqual(command);
  const metrics = await doors.exported();
  expect({
    flagged: metrics['flagged_rows'],
    alerts: metrics['alerts'],
    alertsPerDay: metrics['alerts_per_day'] ?? null,
    threshold: metrics['threshold_score'],
    precision: metrics['precision'] ?? null,
    recall: metrics['recall'] ?? null,
    auprc: metrics['auprc'] ?? null,
  }).toEqual({
    flagged: command.flagged,
    alerts: command.alerts,
    alertsPerDay: command.alertsPerDay,
    threshold: command.threshold,
    precision: command.precision,
    recall: command.recall,
    auprc: command.auprc,
  });
  const measured = await doors.measured();
  expect(measured.threshold).toBe(command.threshold);
  expect(command.digest.startsWith(measured.model ?? 'none')).toBe(true);
}
