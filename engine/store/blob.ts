import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

// Level 1 keeps pace with the disk, with a window that stays in the fastest cache. The checksum tells a damaged block from a valid one.
const parameters = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_windowLog]: 17,
  [constants.ZSTD_c_checksumFlag]: 1,
};

/** How far back repeats are found: in the last 64 places that looked alike, or in the last 8,192. */
const nearRepeats = { params: { ...parameters, [constants.ZSTD_c_hashLog]: 6 } };
const farRepeats = { params: { ...parameters, [constants.ZSTD_c_hashLog]: 13 } };

/** A piece of this size tells which of the two suits a block of at least eight of it. */
const triedBytes = 1 << 16;
/** Near repeats are looked for in less than half the time: worth this many more bytes. */
const worthwhileGrowth = 1.05;

const smallestChunkBytes = 4096;
const smallestDecompressedBytes = 16_384;

function compressAs(bytes: Uint8Array, options: typeof nearRepeats): Uint8Array {
  // Digits shrink to less than half: one piece of memory holds them, where there would be a hundred.
  return zstdCompressSync(bytes, { ...options, chunkSize: (bytes.byteLength >> 1) + smallestChunkBytes });
}

/** Of measurements there is nothing to find further back, and rows of one kind repeat what stands right before them. */
function repeatsOf(bytes: Uint8Array): typeof nearRepeats {
  if (bytes.byteLength < 8 * triedBytes) return farRepeats;
  const middle = bytes.byteLength >> 1;
  const piece = bytes.subarray(middle, middle + triedBytes);
  const [near, far] = [nearRepeats, farRepeats].map((each) => compressAs(piece, each).byteLength);
  return near <= worthwhileGrowth * far ? nearRepeats : farRepeats;
}

/** Zstandard with a content checksum (RFC 8878). */
export function compress(bytes: Uint8Array): Uint8Array {
  return compressAs(bytes, repeatsOf(bytes));
}

/** The inverse of `compress`; throws an error with a ZSTD code where the block is damaged. */
export function decompress(bytes: Uint8Array): Uint8Array {
  // Into one piece of memory, of which what stays empty costs nothing.
  return zstdDecompressSync(bytes, { chunkSize: 3 * bytes.byteLength + smallestDecompressedBytes });
}

/** The memory of a typed array as bytes, without copying. Blobs are little-endian, as every supported machine is. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The bytes at an offset that any typed array can start at: their own memory where they fill it, as blobs do that were read, else a copy. */
export function alignedBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return buffer;
  const copy = new ArrayBuffer(byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}
