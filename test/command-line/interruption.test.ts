import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { randomStream } from '../../engine/forest/random.ts';
import { openCaseReadOnly } from '../../engine/store/open-case.ts';
import { verifyCase } from '../../engine/store/backup.ts';
import type { ReadableCase } from '../../engine/store/readable-case.ts';
import { featuresOf, untilStored } from '../stored-rows.ts';
import { jsonOf, runAssay, startAssay, temporaryFolder } from './run-assay.ts';
import { writeSmallRecording } from './small-recording.ts';

const rows = 60_000;
/** How often each stage is seen and ended. */
const rounds = process.env['ASSAY_LONG_TESTS'] === '1' ? 4 : 1;

describe('a run that is stopped', () => {
  let shared = '';
  let recording = '';
  let uninterrupted: Record<string, unknown> = {};

  beforeAll(async () => {
    shared = mkdtempSync(join(tmpdir(), 'assay-kill-'));
    recording = join(shared, 'payments.csv');
    writeSmallRecording(recording, { rows });
    uninterrupted = jsonOf(await runAssay(['run', recording, '--case', join(shared, 'whole.assay'), '--json'], shared));
  });
  afterAll(() => rmSync(shared, { recursive: true, force: true }));

  it('killed at random moments, then run again: nothing torn, no row twice, the same model', async () => {
    const random = randomStream(3, 0, 'simulation');
    const folder = temporaryFolder();
    const casePath = join(folder, 'killed.assay');
    const stages: readonly ((openedCase: ReadableCase) => boolean)[] = [
      ...[0.05, 0.3, 0.6, 0.9, 1].map(
        (share) => (openedCase: ReadableCase) => openedCase.nextSequence() >= share * rows,
      ),
      (openedCase) => openedCase.models().length > 0,
    ];
    for (const isReached of stages.flatMap((stage) => Array.from({ length: rounds }, () => stage))) {
      const { child, ended } = startAssay(['run', recording, '--case', casePath], folder);
      await untilStored(casePath, isReached, ended);
      // Anywhere between this stage and the next: what comes of it must be the same.
      await sleep(random.nextInteger(60));
      child.kill('SIGKILL');
      await ended;
    }
    const finished = jsonOf(await runAssay(['run', recording, '--case', casePath, '--json'], folder));
    expect(finished['rows']).toBe(rows);
    expect(finished['model']).toEqual(uninterrupted['model']);
    expect(finished['thresholdUnits']).toBe(uninterrupted['thresholdUnits']);
    expect(finished['flagged']).toBe(uninterrupted['flagged']);
    expect(finished['columns']).toEqual(uninterrupted['columns']);
    expect(finished['sources']).toEqual(uninterrupted['sources']);
    expect(verifyCase(casePath).problems).toEqual([]);
    expect(featuresOf(casePath)).toBe(featuresOf(join(shared, 'whole.assay')));
    const openedCase = openCaseReadOnly(casePath);
    const spans = openedCase.segments().map(({ firstSequence, rowCount }) => [firstSequence, firstSequence + rowCount]);
    openedCase.close();
    expect(spans.every(([start], index) => start === (index === 0 ? 0 : spans[index - 1][1]))).toBe(true);
  });

  it('Ctrl-C leaves a valid case, exit code 130 and a sentence', async () => {
    const folder = temporaryFolder();
    const casePath = join(folder, 'interrupted.assay');
    // So many trees that it would not end before it is told to.
    const { child, ended } = startAssay(['run', recording, '--case', casePath, '--trees', '10000'], folder);
    await untilStored(casePath, (openedCase) => openedCase.nextSequence() > 0, ended);
    child.kill('SIGINT');
    const outcome = await ended;
    expect(outcome.code).toBe(130);
    expect(outcome.stderr).toMatch(/stays valid|goes on from there/);
    const finished = jsonOf(await runAssay(['run', recording, '--case', casePath, '--json'], folder));
    expect(finished).toMatchObject({ rows, flagged: uninterrupted['flagged'] });
  });
});
