import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import type { SimulationFormat } from '../../domain/simulation.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { beginnings, renderHeader, renderRecord } from './render-transaction.ts';
import { claimFile } from '../exporting/output.ts';
import { textKind } from '../exporting/output-kind.ts';
import { simulatedStream, type SimulatedStream } from './worlds.ts';

const LINES_PER_CHUNK = 4096;

/**
 * The `simulate` job: a seeded stream of payments with labelled fraud into one file, compressed where its name ends in
 * .gz or .zst. The file appears under its name only when it is whole; the SHA-256 is that of the uncompressed content.
 */
export async function simulate(
  input: ParsedJobInput<'simulate'>,
  context: WorkContext,
): Promise<JobResult<'simulate'>> {
  const format = input.format ?? formatOfName(input.output);
  const stream = simulatedStream(input, format);
  const kind = textKind('a simulated recording of this format', beginnings[format]);
  const output = await claimFile(input.output, kind, { reads: [], force: input.force });
  const hash = createHash('sha256');
  const totals = { rows: 0, frauds: 0 };
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const content = Readable.from(render(stream, format, totals, context));
  await output.stream(async (file) => {
    if (output.path.endsWith('.gz')) await pipeline(content, measure, createGzip({ level: 9 }), file);
    else if (output.path.endsWith('.zst')) await pipeline(content, measure, createZstdCompress(), file);
    else await pipeline(content, measure, file);
  });
  return {
    ...totals,
    world: input.world,
    days: input.days,
    seed: input.seed,
    format,
    sha256: hash.digest('hex'),
    output: output.path,
  };
}

function* render(
  { columns, records }: SimulatedStream,
  format: SimulationFormat,
  totals: { rows: number; frauds: number },
  context: WorkContext,
): Generator<string> {
  let lines = [renderHeader(format, columns)];
  for (const record of records) {
    lines.push(renderRecord(record, columns, totals.rows, format));
    totals.rows++;
    if (record.scenario !== null) totals.frauds++;
    if (lines.length < LINES_PER_CHUNK) continue;
    throwIfCancelled(context.signal);
    context.report({ phase: 'simulate', done: totals.rows, total: null, unit: 'rows' });
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}

function formatOfName(path: string): SimulationFormat {
  return /\.(ndjson|jsonl|json)(\.gz|\.zst)?$/.test(path) ? 'ndjson' : 'csv';
}
