import type { FileHandle } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { RecordingFormat } from '../domain/record-batch.ts';
import { splitZstdFrames } from './zstd-frames.ts';

/** The content of a recording as a run of chunks: decompressed, and transcoded to UTF-8 where it was UTF-16. */
export interface ByteSource {
  /** A chunk is valid until the next one is asked for. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Bytes of the file as stored that have been read so far. */
  readonly storedBytesRead: number;
}

export interface ByteSourceOptions {
  readonly compression: RecordingFormat['compression'];
  readonly encoding: RecordingFormat['encoding'];
  /** Bytes of the (decompressed, transcoded) content to leave out at the start. */
  readonly skipBytes: number;
  /** Bytes read from a plain file at a time; also cuts decompressed content, so that tests can move the borders. */
  readonly chunkBytes?: number;
}

/** The content of a compressed recording ends early or cannot be decompressed. */
export class DamagedContentError extends Error {}

/** The content ends before the place from which it was to be read. */
export class ContentTooShortError extends Error {}

const defaultChunkBytes = 1 << 20;
/** Small enough that one compressed chunk cannot unfold into more than a few dozen megabytes of gzip. */
const compressedChunkBytes = 1 << 16;
const decompressedHighWaterBytes = 1 << 24;

async function* readFileChunks(
  file: FileHandle,
  start: number,
  chunkBytes: number,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  if ((await file.stat()).size < start) throw new ContentTooShortError();
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  for (let position = start; ;) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    count(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * Feeds a decoder one input chunk at a time and hands on what it gives, all of it also when a later chunk fails:
 * a piped stream would drop its buffered output on an error.
 */
async function* decompress(
  input: AsyncIterable<Uint8Array>,
  decoder: Transform,
): AsyncGenerator<Uint8Array, void, undefined> {
  let produced: Uint8Array[] = [];
  let producedBytes = 0;
  let failure: Error | undefined;
  let accepted = false;
  let wake = (): void => undefined;
  const isWaiting = (): boolean => !accepted && failure === undefined && producedBytes < decompressedHighWaterBytes;
  const settled = async (): Promise<void> => {
    if (isWaiting()) await new Promise<void>((resolve) => (wake = resolve));
  };
  const accept = (error?: Error | null): void => {
    accepted = true;
    failure ??= error ?? undefined;
    wake();
  };
  decoder.on('data', (chunk: Uint8Array) => {
    produced.push(chunk);
    producedBytes += chunk.length;
    if (producedBytes >= decompressedHighWaterBytes) {
      decoder.pause();
      wake();
    }
  });
  decoder.on('end', () => accept());
  decoder.on('error', accept);

  const drain = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    do {
      await settled();
      const chunks = produced;
      produced = [];
      producedBytes = 0;
      decoder.resume();
      yield* chunks;
    } while (!accepted && failure === undefined);
    yield* produced.splice(0);
    producedBytes = 0;
    if (failure !== undefined) throw new DamagedContentError(failure.message, { cause: failure });
  };

  try {
    for await (const chunk of input) {
      accepted = false;
      decoder.write(Buffer.from(chunk), accept);
      yield* drain();
    }
    accepted = false;
    decoder.end();
    yield* drain();
  } finally {
    decoder.destroy();
  }
}

async function* transcodeFromUtf16(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new TextDecoder('utf-16le', { ignoreBOM: true });
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8');
  yield Buffer.from(decoder.decode(), 'utf8');
}

async function* skipAndCut(
  chunks: AsyncIterable<Uint8Array>,
  skipBytes: number,
  chunkBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let toSkip = skipBytes;
  for await (const chunk of chunks) {
    let from = Math.min(toSkip, chunk.length);
    toSkip -= from;
    for (; from < chunk.length; from += chunkBytes) yield chunk.subarray(from, from + chunkBytes);
  }
  if (toSkip > 0) throw new ContentTooShortError();
}

/**
 * Opens the content of a file for one pass from `skipBytes` on. Plain files are read from there; compressed and
 * UTF-16 content is read from the start and left out up to there. The caller closes the file.
 */
export function openByteSource(file: FileHandle, options: ByteSourceOptions): ByteSource {
  let storedBytesRead = 0;
  const count = (bytes: number): void => {
    storedBytesRead += bytes;
  };
  const chunkBytes = options.chunkBytes ?? defaultChunkBytes;
  const { compression, encoding, skipBytes } = options;

  function chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    if (compression === 'none' && encoding !== 'utf-16le') {
      storedBytesRead = skipBytes;
      return readFileChunks(file, skipBytes, chunkBytes, count);
    }
    const stored = readFileChunks(file, 0, compression === 'none' ? chunkBytes : compressedChunkBytes, count);
    const chunkSize = 1 << 18;
    const plain =
      compression === 'none'
        ? stored
        : compression === 'gzip'
          ? decompress(stored, createGunzip({ chunkSize }))
          : decompress(splitZstdFrames(stored), createZstdDecompress({ chunkSize }));
    return skipAndCut(encoding === 'utf-16le' ? transcodeFromUtf16(plain) : plain, skipBytes, chunkBytes);
  }

  return {
    chunks,
    get storedBytesRead() {
      return storedBytesRead;
    },
  };
}
