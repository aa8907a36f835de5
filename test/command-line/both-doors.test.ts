import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../engine/host/engine.ts';
import { connect } from '../../engine/store/sqlite.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../preload/contract/requests.ts';
import { jsonOf, runAssayHere } from './run-assay.ts';
import { writeSmallRecording } from './small-recording.ts';

/* What the window asks, with the very input that it sends, and what a command prints of a case with the same history. */

const modelId = 1;
const context = { signal: new AbortController().signal, report: () => undefined };

let folder = '';
let engine: Engine;
/** One copy of the case for each door, so that neither sees what the other does. */
let ofWindow = '';
let ofCommand = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-doors-'));
  const recording = join(folder, 'payments.csv');
  writeSmallRecording(recording, { rows: 15_000 });
  ofCommand = join(folder, 'command.assay');
  ofWindow = join(folder, 'window.assay');
  await ask('run', recording, '--case', ofCommand, '--label', 'is_fraud', '--trees', '20', '--contamination', '0.02');
  const { alerts } = (await ask('alerts', '--case', ofCommand, '--limit', '6')) as { alerts: { key: string }[] };
  const keys = alerts.map(({ key }) => key);
  await ask('judge', '--case', ofCommand, '--alert', ...keys.slice(0, 3), '--as', 'fraud', '--by', 'ana');
  await ask('judge', '--case', ofCommand, '--alert', ...keys.slice(3), '--as', 'legitimate', '--by', 'ben');
  copyFileSync(ofCommand, ofWindow);
  engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
  await request('case.open', { path: ofWindow });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(...parameters: readonly string[]): Promise<Record<string, unknown>> {
  return jsonOf(await runAssayHere([...parameters, '--json'], folder));
}

async function job<J extends JobName>(name: J, input: JobInput<J>): Promise<JobResult<J>> {
  const ran = await engine.runJob(name, input, context);
  if (!ran.ok) throw new Error(`${name}: ${ran.error.code} ${ran.error.message}`);
  return ran.data;
}

async function request<R extends RequestName>(name: R, input: RequestInput<R>): Promise<RequestOutput<R>> {
  const answer = await engine.request(name, input);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
  return answer.data;
}

/** An answer without what tells the two copies, clocks and files apart. */
function bare(answer: object): unknown {
  const apart = new Set([
    'case',
    'casePath',
    'timings',
    'output',
    'version',
    'owner',
    'createdAtMs',
    'madeAtMs',
    'lifted',
  ]);
  return JSON.parse(JSON.stringify(answer, (name, value: unknown) => (apart.has(name) ? undefined : value)));
}

describe('both doors', () => {
  it('learn the same from labels, with the same figures and sentence', async () => {
    const byCommand = await ask('learn', '--case', ofCommand, '--from', 'labels');
    const byWindow = await job('learn', { casePath: ofWindow, from: 'labels' });
    expect(byWindow.verdicts.alerts).toBeGreaterThan(99);
    expect(bare(byCommand)).toEqual(bare(byWindow));
  });

  it('say the same of what a pattern would hide, suppress it, list it and lift it', async () => {
    const [{ entity }] = (await request('alerts.page', { modelId, limit: 1 })).rows;
    const choice = { modelId, pattern: { entities: [entity], counterparts: [], features: [] } };
    const suppress = (...parameters: readonly string[]): Promise<Record<string, unknown>> =>
      ask('suppress', ...parameters, '--case', ofCommand);
    const preview = await request('suppressions.preview', choice);
    expect(preview.alerts).toBeGreaterThan(0);
    expect(await suppress('add', '--entity', entity, '--reason', 'known', '--dry-run')).toMatchObject({
      preview: bare(preview),
    });
    const listed = async (): Promise<readonly [unknown, unknown]> => {
      const { suppressions } = await suppress('list');
      return [bare(suppressions as object), bare(await request('suppressions.list', { modelId }))];
    };
    await request('suppressions.add', { ...choice, reason: 'known' });
    await suppress('add', '--entity', entity, '--reason', 'known');
    const [byCommand, byWindow] = await listed();
    expect(byCommand).toMatchObject([{ isStanding: true, hides: { alerts: expect.any(Number) } }]);
    expect(byCommand).toEqual(byWindow);
    await request('suppressions.lift', { modelId, id: 1 });
    await suppress('lift', '1');
    const [lifted, liftedInWindow] = await listed();
    expect(lifted).toMatchObject([{ isStanding: false, hides: { alerts: 0 } }]);
    expect(lifted).toEqual(liftedInWindow);
  });

  it('say the same of the work, and keep the minutes to who asks for them', async () => {
    const byCommand = await ask('work', '--case', ofCommand, '--by', 'ana');
    expect(bare(byCommand)).toEqual(bare(await job('work', { casePath: ofWindow, by: 'ana' })));
    expect(JSON.stringify(byCommand)).not.toMatch(/"minutes":\d/u);
    const withMinutes = await ask('work', '--case', ofCommand, '--by', 'ana', '--minutes');
    expect(bare(withMinutes)).toEqual(bare(await job('work', { casePath: ofWindow, by: 'ana', minutes: true })));
  });

  it('say the same of themes and of what they are worth', async () => {
    const byCommand = await ask('themes', '--case', ofCommand, '--model', '1');
    const byWindow = await job('themes', { casePath: ofWindow, model: '1' });
    expect(byWindow.themes.length).toBeGreaterThan(1);
    expect(bare(byCommand)).toEqual(bare(byWindow));
  });

  it('write the same verdicts for others, and the same report on an alert', async () => {
    const [verdicts, verdictsOfWindow] = [join(folder, 'command.verdicts'), join(folder, 'window.verdicts')];
    await ask('label', 'export', '--case', ofCommand, '--out', verdicts);
    await job('labelExport', { casePath: ofWindow, output: verdictsOfWindow });
    // The first line names the history, which has its own moments in each copy.
    const [linesOfCommand, linesOfWindow] = [verdicts, verdictsOfWindow].map((path) =>
      readFileSync(path, 'utf8').trimEnd().split('\n').slice(1),
    );
    expect(linesOfCommand).toHaveLength(6);
    expect(linesOfCommand).toEqual(linesOfWindow);

    const [{ key }] = (await request('alerts.page', { modelId, limit: 1 })).rows;
    const [report, reportOfWindow] = [join(folder, 'command.html'), join(folder, 'window.html')];
    await ask('report', '--case', ofCommand, '--alert', key, '--out', report);
    await job('report', { casePath: ofWindow, output: reportOfWindow, alert: key, stability: false });
    const page = (path: string): string =>
      readFileSync(path, 'utf8')
        .replaceAll(/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?Z?/gu, 'TIME')
        .replaceAll(/[0-9a-f]{64}/gu, 'HASH')
        .replaceAll(/command\.assay|window\.assay/gu, 'CASE');
    expect(page(report)).toBe(page(reportOfWindow));
  });

  it('take in the same labels of a file and the same verdicts of others, and tell the same of them', async () => {
    const ids = readFileSync(join(folder, 'payments.csv'), 'utf8')
      .split('\n')
      .slice(1, 40)
      .map((line) => line.split(',')[0]);
    const chargebacks = join(folder, 'chargebacks.csv');
    const rows = [...ids, 'unknown'].map((id, at) => `${id},${at % 3 === 0 ? 1 : 0},2024-03-01T00:00:00Z`);
    writeFileSync(chargebacks, `payment,charged_back,reported\n${rows.join('\n')}\n`);
    const columns = ['--id', 'payment', '--label', 'charged_back', '--known-at', 'reported'];
    const imported = await ask('label', 'import', chargebacks, '--case', ofCommand, ...columns);
    expect(imported).toMatchObject({ read: 40, added: 39, unmatched: ['unknown'] });
    const choice = { recording: chargebacks, id: 'payment', label: 'charged_back', knownAt: 'reported' };
    expect(bare(imported)).toEqual(bare(await job('labelImport', { casePath: ofWindow, ...choice })));

    const [other, verdicts] = [join(folder, 'other.assay'), join(folder, 'other.verdicts')];
    copyFileSync(ofCommand, other);
    const { alerts } = (await ask('alerts', '--case', other, '--limit', '12')) as { alerts: { key: string }[] };
    const keys = alerts.slice(6).map(({ key }) => key);
    await ask('judge', '--case', other, '--alert', ...keys, '--as', 'fraud', '--by', 'cem');
    await ask('label', 'export', '--case', other, '--out', verdicts);
    const merged = await ask('label', 'merge', verdicts, '--case', ofCommand);
    expect(merged['added']).toBe(keys.length);
    expect(bare(merged)).toEqual(bare(await job('labelMerge', { casePath: ofWindow, files: [verdicts] })));
    const states = ((await ask('alerts', '--case', ofCommand)) as { alerts: { key: string; verdict: string | null }[] })
      .alerts;
    const inWindow = (await request('alerts.page', { modelId, limit: 500 })).rows;
    expect(states.map(({ key, verdict }) => [key, verdict])).toEqual(
      inWindow.slice(0, states.length).map(({ key, verdict }) => [key, verdict]),
    );
  });

  it('share a copy with the same alerts', async () => {
    const [shared, sharedInWindow] = [join(folder, 'command-shared.assay'), join(folder, 'window-shared.assay')];
    const byCommand = await ask('share', '--case', ofCommand, '--out', shared);
    const { columns, emptied } = await job('share', { casePath: ofWindow, output: sharedInWindow, mask: false });
    expect(byCommand).toMatchObject({ columns, emptied });
    const counts = async (path: string): Promise<unknown> => {
      const { alerts } = (await ask('alerts', '--case', path)) as {
        alerts: { score: number; verdict: string | null }[];
      };
      return alerts.map(({ score, verdict }) => [score, verdict]);
    };
    expect(await counts(shared)).toEqual(await counts(sharedInWindow));
  });

  it('back a case up, put a damaged block back from that, and erase what is old: the same said and the same left', async () => {
    const copies = [join(folder, 'command-old.assay'), join(folder, 'window-old.assay')] as const;
    for (const path of copies) copyFileSync(ofCommand, path);
    const [typed, shown] = copies;
    const words = (answer: object): unknown =>
      JSON.parse(
        JSON.stringify(answer)
          .replaceAll(/command-old|window-old/gu, 'CASE')
          .replaceAll(/\b\d{13}\b/gu, '0'),
      );
    const byWindow = async <J extends JobName>(name: J, input: JobInput<J>): Promise<unknown> =>
      words(await startedInWindow(name, input));

    const backup = words(await ask('backup', '--case', typed));
    expect(backup).toEqual(await byWindow('backup', { casePath: shown }));
    expect(backup).toMatchObject({ made: { why: 'hand' }, backups: [{ why: 'hand' }] });

    for (const path of copies) {
      const connection = connect(path, {});
      connection.exec('UPDATE score_segment SET sums = zeroblob(length(sums)) WHERE id = 1');
      connection.close();
    }
    const mended = words(await ask('mend', '--case', typed, '--by', 'ana'));
    expect(mended).toEqual(await byWindow('mend', { casePath: shown, by: 'ana' }));
    expect(mended).toMatchObject({ wasWhole: false, left: [], mended: [expect.stringContaining('scores')] });

    const reason = 'end of the retention period';
    for (const dryRun of [true, false]) {
      const parameters = ['--older-than', '5d', '--reason', reason, '--by', 'ana', ...(dryRun ? ['--dry-run'] : [])];
      const erased = words(await ask('erase', '--case', typed, ...parameters));
      expect(erased).toEqual(await byWindow('erase', { casePath: shown, olderThanDays: 5, reason, by: 'ana', dryRun }));
      expect(erased).toMatchObject({ removedRows: expect.any(Number), dryRun });
    }
    const doneTo = async (path: string): Promise<unknown> => {
      const { entries, whole } = (await ask('audit', '--case', path, '--verify')) as {
        entries: { what: string; by: string }[];
        whole: boolean;
      };
      return [whole, entries.map(({ what, by }) => [what, by])];
    };
    expect(await doneTo(typed)).toEqual(await doneTo(shown));
  });
});

/** What a window is told at the end of a job that it started. */
function startedInWindow<J extends JobName>(name: J, input: JobInput<J>): Promise<JobResult<J>> {
  return new Promise((resolve, reject) => {
    const started = engine.startJob(name, input);
    if (!started.ok) return reject(new Error(started.error.message));
    const stop = engine.on('job.ended', ({ jobId, outcome }) => {
      if (jobId !== started.data.jobId) return;
      stop();
      if (!outcome.ok) reject(new Error(outcome.error.message));
      // The event of a job carries that job's own result.
      else resolve(outcome.result as JobResult<J>);
    });
  });
}
