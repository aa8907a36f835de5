import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zstdFrames } from './zstd-frames.ts';

async function* cut(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let i = 0; i < bytes.length; i += chunkBytes) yield await Promise.resolve(bytes.subarray(i, i + chunkBytes));
}

async function piecesOf(bytes: Uint8Array, chunkBytes: number): Promise<readonly Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of zstdFrames(cut(bytes, chunkBytes)).chunks()) pieces.push(piece);
  return pieces;
}

function skippableFrame(length: number): Buffer {
  const header = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
  header.writeUInt32LE(length, 4);
  return Buffer.concat([header, Buffer.alloc(length, 0x28)]);
}

describe('zstdFrames', () => {
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

  it('leaves out what follows the last frame, and counts it unless it is padding', async () => {
    const frame = zstdCompressSync('abc');
    for (const [tail, counted] of [
      [Buffer.alloc(700), 0],
      [Buffer.from('no frame at all'), 15],
      [Buffer.from('no'), 2],
      [Buffer.concat([Buffer.alloc(9), Buffer.from('no frame')]), 8],
    ] as const) {
      for (const chunkBytes of [1, 7, 10_000]) {
        const frames = zstdFrames(cut(Buffer.concat([frame, tail]), chunkBytes));
        const pieces: Uint8Array[] = [];
        for await (const piece of frames.chunks()) pieces.push(Uint8Array.from(piece));
        expect(Buffer.concat(pieces).equals(frame)).toBe(true);
        expect(frames.tailBytes).toBe(counted);
      }
    }
  });

  it('finds the frame behind padding', async () => {
    const frame = zstdCompressSync('abc');
    const all = Buffer.concat([frame, Buffer.alloc(500), frame]);
    for (const chunkBytes of [1, 7, 10_000])
      expect(Buffer.concat(await piecesOf(all, chunkBytes)).equals(Buffer.concat([frame, frame]))).toBe(true);
  });

  it('refuses a window of more than a GiB by the name of its flag', async () => {
    const frame = (window: number): Buffer => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window, 0x01, 0x00, 0x00]);
    await expect(piecesOf(frame(21 << 3), 3)).rejects.toThrow(/--long/);
    expect(Buffer.concat(await piecesOf(frame(20 << 3), 3)).length).toBe(9);
  });
});
