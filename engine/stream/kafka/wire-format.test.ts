import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessageIndexes, readWireFormat } from './wire-format.ts';

const bytes = fc.uint8Array({ maxLength: 24 }).map((array) => Buffer.from(array));

/** A zigzag varint as Protobuf writes it, by another way than the reader's: bit operations on a bigint. */
function varint(value: number): Buffer {
  let rest = BigInt(value) << 1n;
  const parts: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    parts.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(parts);
}

describe('the wire prefix', () => {
  it('gives id and payload of any message back, also an id with its highest bit set', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), bytes, (schemaId, payload) => {
        const id = Buffer.from(schemaId.toString(16).padStart(8, '0'), 'hex');
        expect(readWireFormat(Buffer.concat([Buffer.from([0]), id, payload]))).toEqual({ schemaId, payload });
      }),
    );
  });

  it('is not seen in shorter bytes or behind another first byte', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        fc.pre(given.length < 5 || given[0] !== 0);
        expect(readWireFormat(given)).toBeNull();
      }),
    );
  });
});

describe('Protobuf message indexes', () => {
  it('are given back with the message behind them, the short form of the first message too', () => {
    expect(readMessageIndexes(Buffer.from([0, 0, 7]))).toEqual({ indexes: [0], message: Buffer.from([0, 7]) });
    const path = fc.array(fc.nat(2 ** 30), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(path, bytes, (indexes, message) => {
        const head = Buffer.concat([indexes.length, ...indexes].map(varint));
        expect(readMessageIndexes(Buffer.concat([head, message]))).toEqual({ indexes, message });
      }),
    );
  });

  it('never make the reader fail, whatever the bytes', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        const read = readMessageIndexes(given);
        if (read !== null) expect(given.subarray(given.length - read.message.length)).toEqual(read.message);
      }),
    );
    expect(readMessageIndexes(Buffer.alloc(0))).toBeNull();
    expect(readMessageIndexes(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x00]))).toBeNull();
  });
});
