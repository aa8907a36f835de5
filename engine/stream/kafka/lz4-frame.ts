/*
 * LZ4 frames, read only: the "LZ4 Frame Format Description" 1.6 and the "LZ4 Block Format Description". Written here
 * because the packages on the registry are native builds or read single blocks. Checksums are not verified: Kafka
 * has a CRC-32C over every batch.
 */

const frameMagic = 0x184d2204;
const uncompressedFlag = 0x8000_0000;
const shortestMatch = 4;
/** No Kafka batch is as large, in whatever codec; a damaged or hostile one must not fill the memory. */
export const mostOutputBytes = 256 << 20;

/**
 * The content of one LZ4 frame.
 * @throws RangeError where the bytes are no whole LZ4 frame.
 */
export function decompressLz4Frame(frame: Buffer): Buffer {
  if (frame.length < 7 || frame.readUInt32LE(0) !== frameMagic) throw new RangeError('not an LZ4 frame');
  const flags = frame[4];
  const hasBlockChecksum = (flags & 0x10) !== 0;
  const hasContentSize = (flags & 0x08) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  let position = 6 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0) + 1;
  const output = new GrowingBuffer(hasContentSize ? Number(frame.readBigUInt64LE(6)) : frame.length * 4);

  for (;;) {
    if (position + 4 > frame.length) throw new RangeError('the LZ4 frame breaks off');
    const size = frame.readUInt32LE(position);
    position += 4;
    if (size === 0) return output.content();
    const length = size & ~uncompressedFlag;
    if (position + length > frame.length) throw new RangeError('the LZ4 frame breaks off');
    const block = frame.subarray(position, position + length);
    if ((size & uncompressedFlag) !== 0) output.write(block, 0, length);
    else decompressBlock(block, output);
    position += length + (hasBlockChecksum ? 4 : 0);
  }
}

/** Bytes written one after the other; later ones may repeat earlier ones. */
class GrowingBuffer {
  #bytes: Buffer;
  #length = 0;

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(Math.min(Math.max(expectedBytes, 1024), mostOutputBytes));
  }

  content(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  write(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#length += source.copy(this.#bytes, this.#length, start, end);
  }

  /** Repeats what lies `distance` bytes back; the copy may overlap what it writes, and then repeats itself. */
  repeat(distance: number, length: number): void {
    if (distance === 0 || distance > this.#length) throw new RangeError('an LZ4 match lies before the content');
    this.#reserve(length);
    const bytes = this.#bytes;
    let to = this.#length;
    if (distance >= length) bytes.copy(bytes, to, to - distance, to - distance + length);
    else for (const end = to + length; to < end; to++) bytes[to] = bytes[to - distance];
    this.#length += length;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    if (needed > mostOutputBytes) throw new RangeError('the LZ4 frame is too large');
    const larger = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#bytes.length * 2), mostOutputBytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

function decompressBlock(block: Buffer, output: GrowingBuffer): void {
  let position = 0;
  const extendedLength = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (;;) {
      if (position >= block.length) throw new RangeError('an LZ4 block breaks off');
      const more = block[position++];
      length += more;
      if (more !== 255) return length;
    }
  };
  while (position < block.length) {
    const token = block[position++];
    const literals = extendedLength(token >> 4);
    if (position + literals > block.length) throw new RangeError('an LZ4 block breaks off');
    output.write(block, position, position + literals);
    position += literals;
    if (position === block.length) return;
    if (position + 2 > block.length) throw new RangeError('an LZ4 block breaks off');
    const distance = block.readUInt16LE(position);
    position += 2;
    output.repeat(distance, extendedLength(token & 15) + shortestMatch);
  }
}
