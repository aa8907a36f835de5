import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { createCommandLineEngine } from '../../../engine/host/command-line-engine.ts';
import { impossible } from '../../../engine/domain/error.ts';
import { smallRecording } from '../../command-line/small-recording.ts';

/** Whole inputs of each kind, from which the others are made. */
export interface Seeds {
  readonly texts: readonly Buffer[];
  readonly messages: readonly Buffer[];
  readonly profiles: readonly Buffer[];
  readonly parquets: readonly Buffer[];
  readonly models: readonly Buffer[];
  readonly cases: readonly Buffer[];
}

const header = 'txn_id,txn_time,amount,card,merchant,is_fraud';

function rowsOf(count: number, row: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => row(index)).join('\n');
}

function objectOf(index: number): Record<string, unknown> {
  return {
    txn_id: `T${index}`,
    txn_time: 1_729_411_200 + index * 60,
    amount: index / 4,
    card: { id: index % 5, tags: [index] },
    is_fraud: index % 9 === 0,
  };
}

function texts(): readonly Buffer[] {
  const csv = `${header}\n${rowsOf(30, (i) => `T${i},2024-10-${10 + (i % 20)} 08:0${i % 10}:00,${i}.5,C${i % 5},"Shop, ""${i}""",${i % 9 === 0 ? 1 : 0}`)}\n`;
  const ndjson = `${rowsOf(20, (i) => JSON.stringify(objectOf(i)))}\n`;
  const kcat = rowsOf(12, (i) =>
    JSON.stringify({ topic: 'p', partition: 0, offset: i, ts: 1, key: null, payload: JSON.stringify(objectOf(i)) }),
  );
  const plain = [
    csv,
    csv.replaceAll(',', ';').replaceAll('.5', ',5'),
    csv.replaceAll(',', '\t').replaceAll('\n', '\r\n'),
    `title,,,,,\n${csv}total,,15,,,\n`,
    rowsOf(25, (i) => `${i}|20241020080${i % 10}|${i * 3}|x`),
    ndjson,
    JSON.stringify({ data: Array.from({ length: 9 }, (_, i) => objectOf(i)) }),
    rowsOf(9, (i) => `{'id': 'T${i}', 'amount': ${i}.25, 'ok': True, 'note': None}`),
    kcat,
  ].map((text) => Buffer.from(text));
  const compressed = [plain[0], plain[5]].flatMap((bytes) => [
    gzipSync(bytes),
    zstdCompressSync(bytes),
    Buffer.concat([gzipSync(bytes), Buffer.alloc(64)]),
  ]);
  return [...plain, ...compressed, Buffer.from(`\ufeff${csv}`, 'utf16le')];
}

function messages(): readonly Buffer[] {
  return Array.from({ length: 6 }, (_, index) => Buffer.from(JSON.stringify(objectOf(index))));
}

const profiles = [
  'id: txn_id\ntime: txn_time\nlabel: is_fraud\nignore: [merchant]\ncolumns:\n  amount: {role: amount, kind: number, numberFormat: {decimal: ".", group: null, decorated: false}}\n',
  '{"id": "a", "columns": {"b": {"role": "card", "kind": "category"}, "c": {"timeFormat": "iso"}}}',
  'base: &base {role: feature}\ncolumns:\n  a: *base\n  b: {<<: *base, kind: number}\n',
  'version: 1\nwindows:\n  - {entity: card, spanMs: 86400000, statistic: count}\n',
].map((text) => Buffer.from(text));

function parquets(): readonly Buffer[] {
  const rows = Array.from({ length: 30 }, (_, index) => index);
  const columnData = [
    { name: 'id', data: rows.map((i) => `T${i}`), type: 'STRING' as const },
    { name: 't', data: rows.map((i) => new Date(1_729_411_200_000 + i * 60_000)), type: 'TIMESTAMP' as const },
    { name: 'amount', data: rows.map((i) => (i % 7 === 0 ? null : i / 7)), type: 'DOUBLE' as const },
    { name: 'fraud', data: rows.map((i) => i % 9 === 0), type: 'BOOLEAN' as const },
    { name: 'c', data: rows.map((i) => `c${i % 2}`), type: 'STRING' as const },
    { name: 'n', data: rows.map((i) => BigInt(i) << 40n), type: 'INT64' as const },
  ];
  return (['SNAPPY', 'UNCOMPRESSED'] as const).flatMap((codec) =>
    [10, 30].map((rowGroupSize) => Buffer.from(parquetWriteBuffer({ columnData, codec, rowGroupSize }))),
  );
}

/** Everything that inputs are made from. A small case is trained for it, which takes a second. */
export async function makeSeeds(): Promise<Seeds> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-fuzz-seeds-'));
  try {
    const recording = join(folder, 'small.csv');
    const casePath = join(folder, 'small.assay');
    const output = join(folder, 'model.onnx');
    writeFileSync(recording, smallRecording({ rows: 80 }));
    const engine = createCommandLineEngine();
    const context = { signal: new AbortController().signal, report: () => undefined };
    const run = { recordings: [recording], casePath, forest: { trees: 3, sample: 16 } };
    for (const answer of [
      await engine.runJob('run', run, context),
      await engine.runJob('exportOnnx', { casePath, output }, context),
    ])
      if (!answer.ok) impossible(`the seeds of the campaign cannot be made: ${answer.error.message}`);
    return {
      texts: texts(),
      messages: messages(),
      profiles,
      parquets: parquets(),
      models: [readFileSync(output)],
      cases: [readFileSync(casePath)],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
