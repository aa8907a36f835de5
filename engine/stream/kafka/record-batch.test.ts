import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { createRequire } from 'node:module';
import { zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { messageAt } from './message-block.ts';
import { messagesOfBatch, recordBatchesOf, withoutAborted, type RecordBatchBytes } from './record-batch.ts';
import { registerCodecs } from './codecs.ts';

/** The encoder of kafkajs: other code than ours wrote what is read back here. */
const require = createRequire(import.meta.url);
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch: (fields: Readonly<Record<string, unknown>>) => Promise<{ buffer: Buffer }>;
};
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (
  fields: Readonly<Record<string, unknown>>,
) => unknown;

registerCodecs();
const { CompressionTypes } = kafkajs;
const bytes = fc.option(fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array)));
const record = fc.record({
  key: bytes,
  value: bytes,
  timestampDelta: fc.integer({ min: -1_000, max: 2 ** 40 }),
  headers: fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }), {
    maxKeys: 2,
  }),
});

type Given = typeof record extends fc.Arbitrary<infer T> ? T : never;

async function encoded(records: readonly Given[], firstOffset: number, more: object = {}): Promise<Buffer> {
  const { buffer } = await RecordBatch({
    firstOffset,
    firstTimestamp: 1_700_000_000_000,
    maxTimestamp: 1_800_000_000_000,
    lastOffsetDelta: records.length - 1,
    records: records.map((each, offsetDelta) => encodeRecord({ ...each, offsetDelta })),
    ...more,
  });
  return buffer;
}

it('reads what another encoder wrote, in every codec, from any offset on', async () => {
  const codec = fc.constantFrom(
    CompressionTypes.None,
    CompressionTypes.GZIP,
    CompressionTypes.Snappy,
    CompressionTypes.ZSTD,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 12 }),
      codec,
      fc.nat(12),
      async (records, compression, from) => {
        const written = await encoded(records, 100, { compression });
        const [batch] = recordBatchesOf(Buffer.concat([written, written.subarray(0, 70)])) ?? [];
        expect(batch.lastOffset).toBe(100 + records.length - 1);
        const block = messagesOfBatch(batch, 3, 100 + from);
        expect(Array.from({ length: block.count }, (_, at) => messageAt(block, at))).toEqual(
          records.slice(from).map(({ key, value, timestampDelta, headers }, index) => ({
            partition: 3,
            offset: 100 + from + index,
            timestampMs: 1_700_000_000_000 + timestampDelta,
            key,
            value,
            headers: Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]),
          })),
        );
      },
    ),
  );
});

it('throws on a batch whose records reach beyond it, and never reads forever', async () => {
  const written = await encoded([{ key: null, value: Buffer.from('{}'), timestampDelta: 0, headers: {} }], 0);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 12 }), (damage) => {
      const [batch] = recordBatchesOf(written) ?? [];
      const damaged = { ...batch, records: Buffer.from(damage), recordCount: 3 };
      expect(() => messagesOfBatch(damaged, 0, 0)).toThrow();
    }),
  );
});

it('empties what belongs to a transaction that was given up, and the marks, but nothing else', () => {
  const batch = (firstOffset: number, producerId: bigint, attributes: number): RecordBatchBytes => ({
    firstOffset,
    lastOffset: firstOffset + 9,
    firstTimestampMs: 0,
    lastTimestampMs: 0,
    attributes,
    producerId,
    recordCount: 10,
    records: Buffer.alloc(0),
  });
  const transactional = 0x10;
  const mark = 0x30;
  const batches = [
    batch(20, 2n, transactional),
    batch(30, 1n, transactional),
    batch(40, 3n, transactional),
    batch(50, 1n, mark),
    batch(60, 1n, transactional),
    batch(70, 2n, mark),
    batch(80, 2n, 0),
  ];
  const aborted = [
    { producerId: 1n, firstOffset: 0 },
    { producerId: 2n, firstOffset: 20 },
  ];
  expect(withoutAborted(batches, aborted).map(({ recordCount }) => recordCount)).toEqual([0, 0, 10, 0, 10, 0, 10]);
});

it('refuses a batch of some kilobytes that would fill the memory once decompressed', () => {
  const records = zstdCompressSync(Buffer.alloc((256 << 20) + 1));
  expect(records.length).toBeLessThan(100_000);
  const batch = { firstOffset: 0, lastOffset: 0, firstTimestampMs: 0, lastTimestampMs: 0, producerId: -1n };
  const bomb: RecordBatchBytes = { ...batch, attributes: CompressionTypes.ZSTD, recordCount: 1, records };
  expect(() => messagesOfBatch(bomb, 0, 0)).toThrow(expect.objectContaining({ code: 'ERR_BUFFER_TOO_LARGE' }));
});
