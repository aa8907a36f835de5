import { createInflateRaw, crc32 } from 'node:zlib';
import { DamagedContentError, decompress, nextChunk } from './decompress.ts';

const magic = [0x1f, 0x8b];
const deflateMethod = 8;
const hasHeaderCrc = 0x02;
const hasExtraField = 0x04;
const hasName = 0x08;
const hasComment = 0x10;
const chunkSize = 1 << 18;
/** More than this behind the last member is no tail but a part of the content. */
const longestTailBytes = 1 << 16;

/** Bytes of a run of chunks, one after the other, of which some may be put back. */
class ByteReader {
  readonly #input: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(input: AsyncIterator<Uint8Array>) {
    this.#input = input;
  }

  get input(): AsyncIterator<Uint8Array> {
    return this.#input;
  }

  /** The next byte without taking it; undefined at the end. */
  async peek(): Promise<number | undefined> {
    if (this.#chunk.length === 0) this.#chunk = (await nextChunk(this.#input)) ?? this.#chunk;
    return this.#chunk.length === 0 ? undefined : this.#chunk[0];
  }

  /** The next byte. @throws DamagedContentError at the end. */
  async take(): Promise<number> {
    const byte = await this.peek();
    if (byte === undefined) throw new DamagedContentError('unexpected end of file');
    this.#chunk = this.#chunk.subarray(1);
    return byte;
  }

  /** What is left of the chunk at hand, which is given away; at the end an empty one. */
  async takeChunk(): Promise<Uint8Array> {
    await this.peek();
    const chunk = this.#chunk;
    this.#chunk = new Uint8Array(0);
    return chunk;
  }

  putBack(rest: Uint8Array): void {
    this.#chunk = rest;
  }
}

async function takeNumber(reader: ByteReader, bytes: number): Promise<number> {
  let value = 0;
  for (let index = 0; index < bytes; index++) value += (await reader.take()) * 2 ** (8 * index);
  return value;
}

async function skipText(reader: ByteReader): Promise<void> {
  while ((await reader.take()) !== 0);
}

/** The rest of a member's header behind its magic bytes (RFC 1952, section 2.3). */
async function skipHeader(reader: ByteReader): Promise<void> {
  if ((await reader.take()) !== deflateMethod) throw new DamagedContentError('unknown compression method');
  const flags = await reader.take();
  await takeNumber(reader, 6);
  if ((flags & hasExtraField) !== 0) {
    for (let left = await takeNumber(reader, 2); left > 0; left--) await reader.take();
  }
  if ((flags & hasName) !== 0) await skipText(reader);
  if ((flags & hasComment) !== 0) await skipText(reader);
  if ((flags & hasHeaderCrc) !== 0) await takeNumber(reader, 2);
}

async function* member(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  await skipHeader(reader);
  let checksum = 0;
  let length = 0;
  const inflated = decompress(await reader.takeChunk(), reader.input, createInflateRaw({ chunkSize }));
  for (;;) {
    const { done, value } = await inflated.next();
    if (done === true) {
      reader.putBack(value ?? new Uint8Array(0));
      break;
    }
    checksum = crc32(value, checksum);
    length = (length + value.length) % 2 ** 32;
    yield value;
  }
  if ((await takeNumber(reader, 4)) !== checksum) throw new DamagedContentError('incorrect data check');
  if ((await takeNumber(reader, 4)) !== length) throw new DamagedContentError('incorrect length check');
}

/** The members of a gzip file one after the other. Zero bytes between and behind them are padding, as tapes leave it. */
export interface GzipMembers {
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Bytes behind the last member that are neither gzip nor padding; they are left out. */
  readonly tailBytes: number;
}

/** @throws DamagedContentError where a member is damaged, or where more than a short tail behind one is no member. */
export function gzipMembers(stored: AsyncIterable<Uint8Array>): GzipMembers {
  let tailBytes = 0;

  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const input = stored[Symbol.asyncIterator]();
    const reader = new ByteReader(input);
    try {
      for (;;) {
        let byte = await reader.peek();
        while (byte === 0) {
          await reader.take();
          byte = await reader.peek();
        }
        if (byte === undefined) return;
        if (!(await startsMember(reader))) break;
        yield* member(reader);
      }
      for (let rest = await reader.takeChunk(); rest.length > 0; rest = await reader.takeChunk()) {
        tailBytes += rest.length;
        if (tailBytes > longestTailBytes) throw new DamagedContentError('incorrect header check');
      }
    } finally {
      await input.return?.();
    }
  }

  /** Takes the magic bytes where they come next; what is taken of others counts to the tail. */
  async function startsMember(reader: ByteReader): Promise<boolean> {
    for (const [index, wanted] of magic.entries()) {
      if ((await reader.peek()) !== wanted) {
        tailBytes += index;
        return false;
      }
      await reader.take();
    }
    return true;
  }

  return {
    chunks,
    get tailBytes() {
      return tailBytes;
    },
  };
}
