import fc from 'fast-check';
import { expect, it } from 'vitest';
import { slicesOf } from './message-block.ts';
import { messageBatcher } from './message-batches.ts';
import { storedMessage, storedPlace } from './stored-envelope.ts';
import type { TopicMessage } from './topic-message.ts';

const value = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  fc.json().map((text) => Buffer.from(text)),
  fc.dictionary(fc.string(), fc.double({ noNaN: true })).map((object) => Buffer.from(JSON.stringify(object, null, 1))),
  fc.constant(Buffer.from('{"payload":1, "a" : 1.50,"é":"\\"payload\\":"}')),
);
const message: fc.Arbitrary<TopicMessage> = fc.record({
  partition: fc.nat(100),
  offset: fc.nat(),
  timestampMs: fc.nat(),
  key: fc.option(fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(`"payload":${text}`))),
  value: fc.option(value),
  headers: fc.array(
    fc.tuple(
      fc.constant('"payload":{'),
      fc.string().map((text) => Buffer.from(text)),
    ),
  ),
});

it('gives key, payload and headers of every row and of every rejected message back, byte for byte', () => {
  fc.assert(
    fc.property(message, (given) => {
      const batch = messageBatcher('t', [], 1).batchOf(slicesOf([given]), { byteOffset: 0, line: 1 });
      const { bytes, rawStart, rawEnd } = batch;
      const envelope = batch.rowCount === 1 ? bytes.slice(rawStart[0], rawEnd[0]) : batch.rejected[0].raw;
      expect(storedMessage(envelope)).toEqual(given);
      const { partition, offset, timestampMs } = given;
      expect(storedPlace(envelope)).toEqual({ partition, offset, timestampMs });
      expect(storedMessage(envelope.subarray(0, -1))).toBeNull();
    }),
  );
});
