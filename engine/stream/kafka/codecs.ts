import { zstdCompress, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import snappy from 'snappyjs';
import { decompressLz4Frame, mostOutputBytes } from './lz4-frame.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;
const compressZstd = promisify(zstdCompress);
const decompressZstd = promisify(zstdDecompress);

/** What the Java client puts before snappy blocks: \x82SNAPPY\0, a version and the oldest version that can read it. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHeaderBytes = 16;

/** The content of a snappy batch: one raw block, or the length-prefixed blocks of the Java client. */
export function decompressSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic))
    return Buffer.from(snappy.uncompress(bytes, mostOutputBytes));
  const parts: Uint8Array[] = [];
  let position = xerialHeaderBytes;
  while (position < bytes.length) {
    const length = bytes.readUInt32BE(position);
    position += 4;
    if (position + length > bytes.length) throw new RangeError('the snappy batch breaks off');
    parts.push(snappy.uncompress(bytes.subarray(position, position + length), mostOutputBytes));
    position += length;
  }
  return Buffer.concat(parts);
}

/** Teaches kafkajs, which knows only gzip, the other codecs of Kafka, without native builds. LZ4 is read only. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(Buffer.from(snappy.compress(buffer))),
    decompress: (buffer: Buffer) => Promise.resolve(decompressSnappy(buffer)),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => compressZstd(buffer),
    decompress: (buffer: Buffer) => decompressZstd(buffer),
  });
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: () => Promise.reject(new Error('Assay does not write LZ4; it writes zstd.')),
    decompress: (buffer: Buffer) => Promise.resolve(decompressLz4Frame(buffer)),
  });
}
