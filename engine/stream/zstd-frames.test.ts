import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitZstdFrames } from './zstd-frames.ts';

async function* cut(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let i = 0; i < bytes.length; i += chunkBytes) yield await Promise.resolve(bytes.subarray(i, i + chunkBytes));
}

async function piecesOf(bytes: Uint8Array, chunkBytes: number): Promise<readonly Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of splitZstdFrames(cut(bytes, chunkBytes))) pieces.push(piece);
  return pieces;
}

function skippableFrame(length: number): Buffer {
  const header = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
  header.writeUInt32LE(length, 4);
  return Buffer.concat([header, Buffer.alloc(length, 0x28)]);
}

describe('splitZstdFrames', () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.nat({ max: 400_000 }).map((size) => new Uint8Array(size)),
  );
  const frame = fc.oneof(
    fc.tuple(content, fc.constantFrom(0, 1), fc.constantFrom(0, 1)).map(([bytes, checksum, contentSize]) =>
      zstdCompressSync(bytes, {
        params: { [constants.ZSTD_c_checksumFlag]: checksum, [constants.ZSTD_c_contentSizeFlag]: contentSize },
      }),
    ),
    fc.nat({ max: 20 }).map(skippableFrame),
  );

  it('keeps every byte and ends a piece at each frame border, wherever the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 200 }),
        async (frames, chunkBytes) => {
          const all = Buffer.concat(frames);
          const pieces = await piecesOf(all, chunkBytes);
          expect(Buffer.concat(pieces).equals(all)).toBe(true);
          const ends = new Set<number>();
          pieces.reduce((end, piece) => {
            ends.add(end + piece.length);
            return end + piece.length;
          }, 0);
          let border = 0;
          for (const { length } of frames) expect(ends.has((border += length))).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('lets bytes that are no frame through for the decoder to refuse', async () => {
    const all = Buffer.concat([zstdCompressSync('abc'), Buffer.from('not a frame at all')]);
    expect(Buffer.concat(await piecesOf(all, 7)).equals(all)).toBe(true);
  });
});
