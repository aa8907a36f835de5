import fc from 'fast-check';
import { expect, it } from 'vitest';
import { envelopeLine, parseEnvelope } from './envelope.ts';
import { messageBatcher } from './message-batches.ts';
import { blockOf } from './message-block.ts';
import type { TopicMessage } from './topic-message.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => Buffer.from(value));
const message: fc.Arbitrary<TopicMessage> = fc.record({
  partition: fc.nat(100),
  offset: fc.nat(),
  timestampMs: fc.nat(),
  key: fc.option(fc.oneof(bytes, text)),
  value: fc.option(fc.oneof(bytes, text)),
  headers: fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), text), { maxLength: 3 }),
});

it('gives every message back from its one line, whatever its bytes', () => {
  fc.assert(
    fc.property(message, (given) => {
      const line = envelopeLine('t', given);
      expect(line).not.toMatch(/[\r\n]/);
      expect(parseEnvelope(line)).toEqual(given);
    }),
  );
});

it('numbers rows and rejected messages without gaps or overlaps, and keeps the payload of each', () => {
  const payload = fc.oneof(
    message.map(({ value }) => value),
    fc.json().map((value) => Buffer.from(`{"a":${value}}`)),
    fc.constant(Buffer.from('{"a":\n1}')),
  );
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 20 }), (values) => {
      const messages = values.map((value, offset) => ({
        partition: 0,
        offset,
        timestampMs: 0,
        key: null,
        value,
        headers: [],
      }));
      const batch = messageBatcher('t', [], 20).batchOf(
        [{ block: blockOf(0, messages), from: 0, to: messages.length }],
        { byteOffset: 100, line: 7 },
      );
      expect(batch.rowCount + batch.rejected.length).toBe(values.length);
      expect(batch.next.line).toBe(7 + values.length);
      const places = [
        ...Array.from({ length: batch.rowCount }, (_, row) => ({
          at: batch.byteOffset[row],
          raw: Buffer.from(batch.bytes.subarray(batch.rawStart[row], batch.rawEnd[row])),
        })),
        ...batch.rejected.map(({ byteOffset, raw }) => ({ at: byteOffset, raw: Buffer.from(raw) })),
      ].sort((left, right) => left.at - right.at);
      let expectedAt = 100;
      places.forEach(({ at, raw }, index) => {
        expect(at).toBe(expectedAt);
        expectedAt += raw.length + 1;
        expect(parseEnvelope(raw.toString()).offset).toBe(index);
      });
      expect(batch.next.byteOffset).toBe(expectedAt);
    }),
  );
});
