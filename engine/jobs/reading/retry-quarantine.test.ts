import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createCommandLineEngine } from '../../host/command-line-engine.ts';
import { openCase, openCaseReadOnly } from '../../store/open-case.ts';
import type { JobInput, JobName, JobResult } from '../../../preload/contract/jobs.ts';
import { startAssay } from '../../../test/command-line/run-assay.ts';
import { storedRows, untilStored } from '../../../test/stored-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-retry-'));
const engine = createCommandLineEngine();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run<J extends JobName>(name: J, input: JobInput<J>): Promise<JobResult<J>> {
  const signal = new AbortController().signal;
  const answer = await engine.runJob(name, input, { signal, report: () => undefined });
  if (!answer.ok) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.data;
}

const header = 'id,amount,balance,kind';

function payment(id: number, balance: string): string {
  return `${id},${(id * 7919) % 1000}.50,${balance},K${id % 11}`;
}

/** A case of 300 payments and a model, and a second recording of which every third balance is no number. */
async function caseWithQuarantine(name: string, rows: number): Promise<string> {
  const first = join(folder, `${name}-1.csv`);
  const good = Array.from({ length: 300 }, (_, id) => payment(id, String(1000 + (id % 97))));
  writeFileSync(first, `${[header, ...good].join('\n')}\n`);
  const casePath = join(folder, `${name}.assay`);
  await run('run', { recordings: [first], casePath, forest: { trees: 20 } });
  const mixed = Array.from({ length: rows }, (_, index) =>
    payment(300 + index, index % 3 === 0 ? '"none, known"' : String(1000 + (index % 97))),
  );
  writeFileSync(second(name), `${[header, 'broken', ...mixed].join('\n')}\n`);
  await run('ingest', { recordings: [second(name)], casePath });
  return casePath;
}

function second(name: string): string {
  return join(folder, `${name}-2.csv`);
}

function idsOf(casePath: string): readonly string[] {
  const openedCase = openCaseReadOnly(casePath);
  const decoder = new TextDecoder();
  const sequences = Array.from({ length: openedCase.nextSequence() }, (_, sequence) => sequence);
  const ids = openedCase.readRawMany(sequences).map(({ bytes }) => decoder.decode(bytes).split(',')[0]);
  openedCase.close();
  return ids;
}

it('stores what fits once the profile is mended, scored, at its place as received, and says why the rest does not', async () => {
  const casePath = await caseWithQuarantine('mended', 300);
  const before = await run('retryQuarantine', { casePath });
  expect(before).toMatchObject({ tried: 101, fit: 0, rows: 500, quarantined: 101 });
  expect(before.failing[0]).toMatchObject({ records: 100, reason: expect.stringContaining("'balance'") });

  await run('ingest', { recordings: [second('mended')], casePath, overrides: { ignore: ['balance'] } });
  const dry = await run('retryQuarantine', { casePath, dryRun: true });
  expect(dry).toMatchObject({ tried: 101, fit: 100, rows: 500, quarantined: 101 });
  const done = await run('retryQuarantine', { casePath });
  expect(done).toMatchObject({ tried: 101, fit: 100, rows: 600, quarantined: 1 });
  expect(done.failing).toEqual([{ reason: expect.stringContaining('field'), records: 1 }]);
  expect(await run('retryQuarantine', { casePath })).toMatchObject({ tried: 1, fit: 0, rows: 600 });

  expect(new Set(idsOf(casePath)).size).toBe(600);
  const openedCase = openCaseReadOnly(casePath);
  const [model] = openedCase.models();
  expect(openedCase.segmentsWithoutScores(model.id)).toEqual([]);
  const last = openedCase.readRaw(599);
  expect(last.line).toBe(300);
  openedCase.close();
  const listed = await run('quarantine', { casePath });
  expect(listed.records.map(({ raw }) => raw)).toEqual(['broken']);
});

it('reads records of a recording in UTF-16 again, which are kept in UTF-8', async () => {
  const recording = join(folder, 'wide.csv');
  const casePath = join(folder, 'wide.assay');
  const rows = Array.from({ length: 40 }, (_, id) => payment(id, id < 30 ? String(1000 + id) : 'bad'));
  const further = join(folder, 'wide-2.csv');
  const write = (path: string, lines: readonly string[]): void =>
    writeFileSync(path, Buffer.from(`\ufeff${[header, ...lines].join('\n')}\n`, 'utf16le'));
  write(recording, rows.slice(0, 30));
  write(further, rows.slice(28));
  await run('ingest', { recordings: [recording], casePath, overrides: { columns: { balance: { kind: 'number' } } } });
  await run('ingest', { recordings: [further], casePath });
  await run('ingest', { recordings: [further], casePath, overrides: { ignore: ['balance'] } });
  expect(await run('retryQuarantine', { casePath })).toMatchObject({ tried: 10, fit: 10, quarantined: 0 });
});

it('refuses a record that another process has stored in the meantime, and stores nothing of it', async () => {
  const casePath = await caseWithQuarantine('twice', 60);
  const first = openCase(casePath);
  const [record] = first.quarantined({ limit: 1, state: 'held' }).rows;
  const columns = first.readSegmentColumns(first.segments()[0]).columns;
  const one = {
    sourceId: record.sourceId,
    segment: {
      firstSequence: first.nextSequence(),
      rowCount: 1,
      columns: new Map(
        [...columns].map(([name, block]) => [
          name,
          block.kind === 'code'
            ? { ...block, codes: block.codes.slice(0, 1) }
            : block.kind === 'text'
              ? { ...block, ends: block.ends.slice(0, 1), bytes: block.bytes.slice(0, block.ends[0]) }
              : { ...block, values: block.values.slice(0, 1) },
        ]),
      ),
    },
    raw: { bytes: record.raw, rawStart: Uint32Array.of(0), rawEnd: Uint32Array.of(record.raw.length) },
    byteOffset: Float64Array.of(record.byteOffset),
    line: Float64Array.of(record.line),
    next: first.source(record.sourceId).position,
    rejected: [],
    dictionaryAdditions: new Map<string, readonly string[]>(),
  };
  first.appendRetried(one, [record.id]);
  const rows = first.nextSequence();
  const again = { ...one, segment: { ...one.segment, firstSequence: rows } };
  expect(() => first.appendRetried(again, [record.id])).toThrow(expect.objectContaining({ code: 'CASE_BUSY' }));
  expect(first.nextSequence()).toBe(rows);
  first.close();
});

it('killed at any moment, no record is lost and none is a row twice', async () => {
  const rows = 9_000;
  const casePath = await caseWithQuarantine('killed', rows);
  const held = (await run('quarantine', { casePath, limit: 1 })).quarantined;
  await run('ingest', { recordings: [second('killed')], casePath, overrides: { ignore: ['balance'] } });
  for (let kill = 0; kill < 4; kill++) {
    const rowsBefore = storedRows(casePath);
    const { child, ended } = startAssay(['quarantine', '--case', casePath, '--retry', '--json'], join(folder, 'home'));
    // At its start, then between or in its transactions: the outcome must be the same for all.
    await untilStored(casePath, (openedCase) => openedCase.nextSequence() > rowsBefore || kill === 0, ended);
    await sleep(kill * 20);
    child.kill('SIGKILL');
    await ended;
    const now = await run('quarantine', { casePath, limit: 1 });
    const ids = idsOf(casePath);
    expect(ids.length + now.quarantined).toBe(rows + 300 + 1);
    expect(new Set(ids).size).toBe(ids.length);
  }
  const done = await run('retryQuarantine', { casePath });
  expect(done).toMatchObject({ rows: rows + 300, quarantined: 1 });
  expect(held).toBeGreaterThan(1_000);
});
