import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { createEngine } from '../../engine/host/engine.ts';
import { openCase } from '../../engine/store/open-case.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { describeWithSharedData, sharedDataPath } from '../shared-data.ts';
import { jsonOf, runAssayHere, temporaryFolder } from './run-assay.ts';

interface Reading {
  readonly result: JobResult<'ingest'>;
  readonly casePath: string;
  readonly column: (name: string) => JobResult<'ingest'>['columns'][number];
}

const casesFolder = (): string => resolve(sharedDataPath('..', 'cases', 'reading'));

/** One of the shared cases, read by the real command. */
async function read(name: string, ...flags: readonly string[]): Promise<Reading> {
  const folder = temporaryFolder();
  const casePath = join(folder, 'read.assay');
  const recording = join(casesFolder(), name);
  const result = jsonOf(
    await runAssayHere(['ingest', recording, '--case', casePath, '--json', ...flags], folder),
  ) as unknown as JobResult<'ingest'>;
  const column = (wanted: string): JobResult<'ingest'>['columns'][number] => {
    const found = result.columns.find((each) => each.name === wanted);
    if (found === undefined) throw new Error(`No column ${wanted} in ${JSON.stringify(result)}`);
    return found;
  };
  return { result, casePath, column };
}

describeWithSharedData('the receipt of reading', () => {
  it('has the totals of the transactions, the same on the command line and through the door of the window', async () => {
    const { result, casePath, column } = await read('06-april.csv');
    expect(column('amount').totals).toMatchObject({ present: 240, missing: 0, sum: '28351.19' });
    expect(column('card').totals).toMatchObject({ distinct: 30, from: 'C001', to: 'C030' });
    expect(column('txn_time').totals).toMatchObject({
      from: '2024-10-20T08:00:00.000Z',
      to: '2024-10-28T03:13:00.000Z',
    });
    expect(result.sources).toMatchObject([
      { rows: 240, quarantined: 0, bytes: 10668, sha256: expect.stringMatching(/^c795182791f5/) },
    ]);
    const engine = createEngine({ host: 'command-line', dataFolder: temporaryFolder() });
    await engine.request('case.open', { path: casePath });
    expect(await engine.request('profile.read', {})).toMatchObject({
      ok: true,
      data: { columns: result.columns.map(({ name, totals }) => ({ name, totals })) },
    });
    expect(await engine.request('case.read', {})).toMatchObject({
      ok: true,
      data: { sources: [{ file: { storedBytes: 10668, sha256: result.sources[0].sha256 } }] },
    });
    await engine.close();
  });

  it('counts the same again from the bytes as received, in every form a recording comes in', async () => {
    const engine = createEngine({ host: 'command-line', dataFolder: temporaryFolder() });
    const context = { signal: new AbortController().signal, report: () => undefined };
    const folder = temporaryFolder();
    const forms = readdirSync(casesFolder()).filter((name) => !name.includes('no-header'));
    const seen: string[] = [];
    for (const name of forms) {
      const input = { recordings: [join(casesFolder(), name)], casePath: join(folder, `${name}.assay`) };
      const first = await engine.runJob('ingest', input, context);
      if (!first.ok) continue;
      const openedCase = openCase(input.casePath);
      openedCase.saveReadingTotals({ nextSequence: 0, columns: new Map(), state: null });
      openedCase.close();
      const again = await engine.runJob('ingest', input, context);
      expect({ name, columns: again.ok && again.data.columns }).toEqual({ name, columns: first.data.columns });
      seen.push(name);
    }
    expect(seen.length).toBeGreaterThan(20);
  });

  it('gives a recording with the newest first the features over time of the same rows in order, and says so', async () => {
    const engine = createEngine({ host: 'command-line', dataFolder: temporaryFolder() });
    const folder = temporaryFolder();
    const featuresById = async (name: string): Promise<readonly [ReadonlyMap<string, readonly number[]>, string]> => {
      const casePath = join(folder, `${name}.assay`);
      const input = { recordings: [join(casesFolder(), name)], casePath, forest: { trees: 10 } };
      const ran = await engine.runJob('run', input, { signal: new AbortController().signal, report: () => undefined });
      const openedCase = openCase(casePath);
      const model = openedCase.models()[0];
      const values = openedCase.readFeatures(model.featureSetId, openedCase.segments()[0]) ?? new Float32Array(0);
      const width = values.length / 240;
      const rows = Array.from({ length: 240 }, (_, row): readonly [string, readonly number[]] => [
        Buffer.from(openedCase.readRaw(row).bytes).toString().slice(0, 6),
        [...values.subarray(row * width, (row + 1) * width)],
      ]);
      openedCase.close();
      return [new Map(rows.sort()), ran.ok ? ran.data.notices.join(' ') : ''];
    };
    const [inOrder, silence] = await featuresById('06-april.csv');
    const [reversed, notices] = await featuresById('26-newest-first.csv');
    expect(reversed).toEqual(inOrder);
    expect(notices).toContain("not come in the order of 'txn_time' (newest first)");
    expect(silence).not.toContain('order');
  });

  it('has the right totals where the first rows lack a form that later ones have', async () => {
    const label = await read('02-late-label-True.csv.gz', '--expect', 'rows=20600,quarantined=0,distinct(is_fraud)=2');
    expect(label.column('is_fraud')).toMatchObject({ role: 'label', totals: { from: 'False', to: 'True' } });
    const days = await read('08-ddmm-first-days.csv.gz');
    expect(days.result).toMatchObject({ rows: 22_000, quarantined: 0 });
    expect(days.column('txn_time').totals).toMatchObject({
      missing: 0,
      from: '2024-11-01T00:00:00.000Z',
      to: '2024-11-13T17:32:30.000Z',
    });
    const thousands = await read('17-late-thousands.csv.gz');
    expect(thousands.result).toMatchObject({ rows: 20_600, quarantined: 0 });
    expect(thousands.column('amount').totals).toMatchObject({ present: 20_600, to: '12345.67', sum: '2531879.65' });
    const footer = await read('20-small-file-footer.csv');
    expect(footer.result).toMatchObject({ rows: 45, quarantined: 1 });
    expect(footer.column('Date')).toMatchObject({ role: 'event_time', totals: { present: 45, missing: 0 } });
  });
});
