import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { constants, createZstdDecompress } from 'node:zlib';
import type { StoredFile, RecordingFormat } from '../domain/record-batch.ts';
import { decompress, nextChunk, UnsupportedContentError } from './decompress.ts';
import { gzipMembers } from './gzip-members.ts';
import { isTranscoded, type TextForm } from './encodings.ts';
import { longestWindowLog, zstdFrames } from './zstd-frames.ts';

/** The content of a recording as a run of chunks: decompressed, and transcoded to UTF-8 where it is in another encoding. */
export interface ByteSource {
  /** A chunk is valid until the next one is asked for. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Bytes of the file as stored that have been read so far. */
  readonly storedBytesRead: number;
  /** The file as stored, once every byte of it has been read in this pass; undefined before, and where the pass began later. */
  readonly storedFile: StoredFile | undefined;
  /** Bytes behind the compressed content that are no part of it and were left out; known once all has been read. */
  readonly tailBytes: number;
  /** Characters that the stated encoding could not give, met so far; each stands as U+FFFD in the content. */
  readonly undecodable: number;
}

export interface ByteSourceOptions {
  readonly format: Pick<RecordingFormat, 'compression'> & TextForm;
  /** Bytes of the (decompressed, transcoded) content to leave out at the start. */
  readonly skipBytes: number;
  /** Bytes read from a plain file at a time; also cuts decompressed content, so that tests can move the borders. */
  readonly chunkBytes?: number;
  /** True where `storedFile` is asked for. */
  readonly isDigested?: boolean;
}

/** The content ends before the place from which it was to be read. */
export class ContentTooShortError extends Error {}

const defaultChunkBytes = 1 << 20;
/** A small file needs no large buffer; one that still grows is read on in pieces of this size. */
const smallestChunkBytes = 1 << 12;
/** Small enough that one compressed chunk cannot unfold into more than a few dozen megabytes of gzip. */
const compressedChunkBytes = 1 << 16;
/** Text of transactions shrinks to a fifth or a tenth, to a hundredth where it hardly changes. */
const mostDecompressionRatio = 400;
/** Below this size any ratio is taken. */
const freeContentBytes = 1 << 26;

async function* readFileChunks(
  file: FileHandle,
  start: number,
  chunkBytes: number,
  seen: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { size } = await file.stat();
  if (size < start) throw new ContentTooShortError();
  const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, Math.max(smallestChunkBytes, size - start)));
  for (let position = start; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    const chunk = buffer.subarray(0, bytesRead);
    seen(chunk);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk;
  }
}

const replacementCharacter = '\ufffd';

async function* transcode(
  chunks: AsyncIterable<Uint8Array>,
  { encoding, lineEnd }: TextForm,
  countUndecodable: (characters: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  const utf8Of = (text: string): Uint8Array => {
    if (text.includes(replacementCharacter)) countUndecodable(text.split(replacementCharacter).length - 1);
    return Buffer.from(lineEnd === undefined ? text : text.replaceAll('\u0085', '\n'), 'utf8');
  };
  for await (const chunk of chunks) yield utf8Of(decoder.decode(chunk, { stream: true }));
  yield utf8Of(decoder.decode());
}

async function* zstdContent(frames: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const first = await nextChunk(frames);
  if (first === undefined) return;
  const params = { [constants.ZSTD_d_windowLogMax]: longestWindowLog };
  yield* decompress(first, frames, createZstdDecompress({ chunkSize: 1 << 18, params }));
}

/** Hands on content until it is so much more than what was read for it that it is made to fill a disk. */
async function* refuseBombs(
  chunks: AsyncIterable<Uint8Array>,
  storedBytes: () => number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let contentBytes = 0;
  for await (const chunk of chunks) {
    contentBytes += chunk.length;
    if (contentBytes > freeContentBytes && contentBytes > storedBytes() * mostDecompressionRatio)
      throw new UnsupportedContentError(
        `it unfolds to more than ${String(mostDecompressionRatio)} times its size, as no recording does`,
        'If it is meant to be so, decompress it first and give the plain file.',
      );
    yield chunk;
  }
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
 * Opens the content of a file for one pass from `skipBytes` on. Plain UTF-8 files are read from there, unless it is near
 * the start; other content is read from the start and left out up to there. The caller closes the file.
 */
export function openByteSource(file: FileHandle, options: ByteSourceOptions): ByteSource {
  let storedBytesRead = 0;
  let undecodable = 0;
  let container: { readonly tailBytes: number } = { tailBytes: 0 };
  const hash = options.isDigested === true ? createHash('sha256') : undefined;
  let storedFile: StoredFile | undefined;
  /** An empty chunk ends the file. */
  const count = (chunk: Uint8Array): void => {
    storedBytesRead += chunk.length;
  };
  const digest = (chunk: Uint8Array): void => {
    count(chunk);
    if (chunk.length > 0) hash?.update(chunk);
    else storedFile = hash && { storedBytes: storedBytesRead, sha256: hash.digest('hex') };
  };
  const chunkBytes = options.chunkBytes ?? defaultChunkBytes;
  const { format, skipBytes } = options;

  function decompressed(): AsyncGenerator<Uint8Array, void, undefined> {
    if (format.compression === 'none') return readFileChunks(file, 0, chunkBytes, digest);
    const stored = readFileChunks(file, 0, compressedChunkBytes, digest);
    if (format.compression === 'zstd') {
      const frames = zstdFrames(stored);
      container = frames;
      return zstdContent(frames.chunks());
    }
    const members = gzipMembers(stored);
    container = members;
    return members.chunks();
  }

  function chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    if (format.compression === 'none' && !isTranscoded(format)) {
      if (skipBytes <= defaultChunkBytes) return skipAndCut(decompressed(), skipBytes, chunkBytes);
      storedBytesRead = skipBytes;
      return readFileChunks(file, skipBytes, chunkBytes, count);
    }
    const plain = refuseBombs(decompressed(), () => storedBytesRead);
    const text = isTranscoded(format) ? transcode(plain, format, (characters) => (undecodable += characters)) : plain;
    return skipAndCut(text, skipBytes, chunkBytes);
  }

  return {
    chunks,
    get storedBytesRead() {
      return storedBytesRead;
    },
    get storedFile() {
      return storedFile;
    },
    get tailBytes() {
      return container.tailBytes;
    },
    get undecodable() {
      return undecodable;
    },
  };
}
