import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { jsonOf, runAssay, temporaryFolder } from './run-assay.ts';
import { smallRecording, writeSmallRecording } from './small-recording.ts';

/** Pinned: a change of reading, features, growing or compiling that alters models shows here. */
const pinnedDigest = 'd01ad5f060e7d1aac214c496da3d66acbaa63d558d2dcc5b58e35372dabbeef7';
/** Of earlier versions, which knew no themes: `--detection plain` gives the same model still. */
const plainDigest = '38d292e7b015fce3b75b1db757ba8607bd3989f7bd5a084b92a6d93e9ca94d3a';

describe('the main job from the command line', () => {
  it('prints exactly the fields that scripts rely on', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 2000 });
    const result = jsonOf(
      await runAssay(
        [
          'run',
          recording,
          '--case',
          join(folder, 'a.assay'),
          '--label',
          'is_fraud',
          '--trees',
          '100',
          '--seed',
          '5',
          '--json',
        ],
        folder,
      ),
    );
    expect(result).toMatchObject({
      rows: 2000,
      quarantined: 0,
      model: { trees: 100, sample: 1024, seed: 5, grower: 'assay', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      timings: {
        readMs: expect.any(Number),
        featureMs: expect.any(Number),
        trainMs: expect.any(Number),
        scoreMs: expect.any(Number),
        storeMs: expect.any(Number),
        totalMs: expect.any(Number),
      },
      evaluation: { positives: expect.any(Number), auroc: expect.any(Number), auprc: expect.any(Number) },
      case: join(folder, 'a.assay'),
    });
    expect(result['features']).toContain('amount');
    expect(result['features']).not.toContain('is_fraud');
    // A budget for more alerts than the file can have: the greatest share of a new case holds instead.
    expect(result['flagged']).toBeLessThanOrEqual(100);
    expect(result).toMatchObject({
      alerts: expect.any(Number),
      alertsPerDay: expect.any(Number),
      isChampion: true,
      line: {
        handle: { kind: 'alerts-per-day', value: 120, mostShare: 0.05 },
        holds: 'most-share',
        sentence: expect.stringContaining('5 % is the line'),
      },
    });
  });

  it('gives the same model and flags for the same seed, on any machine, plain or compressed, on one core or all', async () => {
    const folder = temporaryFolder();
    const plain = join(folder, 'plain.csv');
    const packed = join(folder, 'packed.csv.gz');
    writeSmallRecording(plain, { rows: 3000 });
    writeFileSync(packed, gzipSync(smallRecording({ rows: 3000 })));
    const run = async (recording: string, name: string, ...flags: string[]): Promise<Record<string, unknown>> =>
      jsonOf(
        await runAssay(['run', recording, '--case', join(folder, name), '--seed', '9', ...flags, '--json'], folder),
      );
    const first = await run(plain, 'first.assay');
    const second = await run(packed, 'second.assay', '--threads', '1');
    const former = await run(plain, 'former.assay', '--detection', 'plain');
    expect((former['model'] as { digest: string }).digest).toBe(plainDigest);
    const calm = await run(plain, 'calm.assay', '--without-theme', 'velocity', 'risk', '--trees', '10');
    expect((first['features'] as string[]).filter((name) => !(calm['features'] as string[]).includes(name))).toEqual([
      expect.stringContaining('burst'),
      expect.stringContaining('small-payments'),
      expect.stringContaining('sum-to-habit'),
    ]);
    expect(second['model']).toEqual(first['model']);
    expect(second['thresholdUnits']).toBe(first['thresholdUnits']);
    expect(second['flagged']).toBe(first['flagged']);
    expect((first['model'] as { digest: string }).digest).toBe(pinnedDigest);
  });

  it('runs again on the same case with other parameters without reading the recording', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 1000 });
    const casePath = join(folder, 'a.assay');
    await runAssay(['run', recording, '--case', casePath, '--json'], folder);
    const trained = jsonOf(
      await runAssay(['train', '--case', casePath, '--seed', '2', '--trees', '50', '--json'], folder),
    );
    expect(trained).toMatchObject({ rows: 1000, model: { seed: 2, trees: 50 } });
    const again = jsonOf(await runAssay(['run', recording, '--case', casePath, '--seed', '3', '--json'], folder));
    expect(again['rows']).toBe(1000);
  });

  it('reads several recordings as one stream, and one that is named twice only once', async () => {
    const folder = temporaryFolder();
    const first = join(folder, 'one.csv');
    const second = join(folder, 'two.csv');
    writeSmallRecording(first, { rows: 500, seed: 1 });
    writeSmallRecording(second, { rows: 700, seed: 2 });
    const outcome = await runAssay(['run', first, second, first, '--case', join(folder, 'a.assay'), '--json'], folder);
    expect(jsonOf(outcome)['rows']).toBe(1200);
    expect(outcome.code).toBe(0);
  });

  it('quarantines malformed rows with their place and goes on', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'broken.csv');
    const lines = smallRecording({ rows: 400 }).trimEnd().split('\n');
    lines.splice(100, 0, 'p-bad,2026-01-01T00:00:00Z,c1,pos,kind 1,not-a-number,0', 'too,few');
    writeFileSync(recording, `${lines.join('\n')}\n`);
    const result = jsonOf(await runAssay(['run', recording, '--case', join(folder, 'a.assay'), '--json'], folder));
    expect(result).toMatchObject({ rows: 400, quarantined: 2 });
  });

  it('flags no more than the alert budget and says what it really flagged', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 4000 });
    const casePath = join(folder, 'a.assay');
    const result = jsonOf(
      await runAssay(['run', recording, '--case', casePath, '--alerts-per-day', '3', '--json'], folder),
    );
    const days = result['days'] as number;
    expect(result['alerts']).toBeLessThanOrEqual(3 * days);
    expect(result['alerts']).toBeGreaterThan(2 * days);
    expect(result['alertsPerDay']).toBe((result['alerts'] as number) / days);
    expect(result['flagged']).toBeGreaterThanOrEqual(result['alerts'] as number);
    const tuned = jsonOf(await runAssay(['tune', '--case', casePath, '--contamination', '0.01', '--json'], folder));
    expect(tuned['flagged']).toBeLessThanOrEqual(40);
  });

  it('scores another recording with the stored model as the case itself was scored', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 1500, missing: 0.05 });
    const casePath = join(folder, 'a.assay');
    const trained = jsonOf(await runAssay(['run', recording, '--case', casePath, '--json'], folder));
    const output = join(folder, 'scores.csv');
    const scored = jsonOf(await runAssay(['score', '--model', casePath, recording, '--out', output, '--json'], folder));
    expect(scored).toMatchObject({ rows: 1500, flagged: trained['flagged'] });
    const lines = readFileSync(output, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('id,score,flagged');
    expect(lines[1]).toMatch(/^p0,0\.\d+,[01]$/);
    expect(lines).toHaveLength(1501);
  });

  it('draws the same sample below the line again, and gives no estimate before it is judged', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    const casePath = join(folder, 'a.assay');
    writeSmallRecording(recording, { rows: 1000 });
    await runAssay(['run', recording, '--case', casePath, '--trees', '20', '--json'], folder);
    const evaluate = ['evaluate', '--case', casePath, '--below-the-line', '--draw-rows', '40', '--json'];
    const result = jsonOf(await runAssay(evaluate, folder));
    expect(result).toMatchObject({ sampled: 40, judged: 0, missed: null });
    expect(jsonOf(await runAssay(evaluate, folder))).toEqual(result);
    const others = jsonOf(await runAssay([...evaluate, '--draw-seed', '2'], folder));
    expect(others).toMatchObject({ sampled: 40, rowsBelow: result['rowsBelow'] });
    expect(others).not.toEqual(result);
  });

  it('evaluates forward in time also where the whole stream is one segment', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 3900 });
    const casePath = join(folder, 'a.assay');
    await runAssay(['ingest', recording, '--case', casePath], folder);
    const days = ['--first-day', '0', '--train-days', '2', '--delay-days', '0', '--test-days', '1'];
    const result = jsonOf(
      await runAssay(['evaluate', '--case', casePath, '--rolling', ...days, '--trees', '20', '--json'], folder),
    );
    expect(result['folds']).toHaveLength(3);
    expect(result['features']).toContain('amount');
  });

  it.each([
    ['times, texts, missing amounts and windows', []],
    ['numbers only', ['--no-windows', '--ignore', 'event_time,channel,merchant_category']],
    ['a logarithm', ['--no-windows', '--log-amount', '--ignore', 'event_time,channel,merchant_category']],
    ['a zone that the graph cannot tell', ['--time-zone', 'Europe/Lisbon']],
  ])('gives the same flags from an exported ONNX file: %s', async (_, flags) => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 1500, missing: 0.05 });
    const casePath = join(folder, 'a.assay');
    jsonOf(await runAssay(['run', recording, '--case', casePath, ...flags, '--json'], folder));
    jsonOf(await runAssay(['export', 'onnx', '--case', casePath, '--out', join(folder, 'model'), '--json'], folder));
    const other = join(folder, 'other.csv');
    writeSmallRecording(other, { rows: 1200, seed: 7, missing: 0.1 });
    const byCase = jsonOf(
      await runAssay(['score', '--model', casePath, other, '--out', join(folder, '1.csv'), '--json'], folder),
    );
    const byOnnx = jsonOf(
      await runAssay(
        ['score', '--model', join(folder, 'model'), other, '--out', join(folder, '2.csv'), '--json'],
        folder,
      ),
    );
    expect(byOnnx['flagsDigest']).toBe(byCase['flagsDigest']);
    expect(byCase['flagged']).toBeGreaterThan(0);
  });
});
