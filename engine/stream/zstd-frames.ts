import { DamagedContentError, UnsupportedContentError } from './decompress.ts';

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const dictionaryIdBytes = [0, 1, 2, 4];
const rleBlock = 1;
/** More than this behind the last frame is no tail but a part of the content. */
const longestTailBytes = 1 << 16;

/** Windows longer than a GiB would need as much memory to read: those are refused. */
export const longestWindowLog = 30;

type Part = 'magic' | 'descriptor' | 'window' | 'skippable size' | 'block header' | 'unknown';

/** The frames of a Zstandard stream. */
export interface ZstdFrames {
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Bytes behind the last frame that are neither a frame nor padding with zeros; they are left out. */
  readonly tailBytes: number;
}

/**
 * Cuts a Zstandard stream at its frame borders, so that no chunk holds bytes of two frames: Node's decoder drops
 * what follows the end of a frame within one write. Walks frame and block headers as RFC 8878 (section 3.1) lays
 * them out; nothing is decompressed here. What follows the last frame is left out: zeros are padding, others counted.
 *
 * @throws DamagedContentError where a frame declares a longer window than `longestWindowLog`, or where more than a
 * short tail behind a frame is none.
 */
export function zstdFrames(stored: AsyncIterable<Uint8Array>): ZstdFrames {
  let tailBytes = 0;
  return {
    chunks: () => splitFrames(stored, (bytes) => (tailBytes += bytes)),
    get tailBytes() {
      return tailBytes;
    },
  };
}

async function* splitFrames(
  chunks: AsyncIterable<Uint8Array>,
  countTail: (bytes: number) => number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let part: Part = 'magic';
  let collected = 0;
  let collectedBytes = 0;
  let wantedBytes = 4;
  let bytesToPass = 0;
  let bytesBehindWindow = 0;
  let hasChecksum = false;
  let endsFrame = false;
  let hasFrame = false;

  function expect(next: Part, bytes: number): void {
    part = next;
    wantedBytes = bytes;
    collected = 0;
    collectedBytes = 0;
  }

  function readPart(): void {
    switch (part) {
      case 'magic':
        if (collected === frameMagic) expect('descriptor', 1);
        else if ((collected & 0xfffffff0) >>> 0 === skippableMagic) expect('skippable size', 4);
        else expect('unknown', Infinity);
        return;
      case 'descriptor': {
        const singleSegment = (collected & 0x20) !== 0;
        const sizeFlag = collected >> 6;
        const contentSizeBytes = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag;
        hasChecksum = (collected & 0x04) !== 0;
        bytesBehindWindow = dictionaryIdBytes[collected & 0x03] + contentSizeBytes;
        if (!singleSegment) {
          expect('window', 1);
          return;
        }
        bytesToPass = bytesBehindWindow;
        expect('block header', 3);
        return;
      }
      case 'window': {
        const windowBytes = 2 ** (10 + (collected >> 3)) * (1 + (collected & 0x07) / 8);
        if (windowBytes > 2 ** longestWindowLog) throw windowTooLong(windowBytes);
        bytesToPass = bytesBehindWindow;
        expect('block header', 3);
        return;
      }
      case 'skippable size':
        bytesToPass = collected;
        endsFrame = true;
        expect('magic', 4);
        return;
      case 'block header':
        bytesToPass = ((collected >> 1) & 0x03) === rleBlock ? 1 : collected >> 3;
        if ((collected & 0x01) === 0) {
          expect('block header', 3);
        } else {
          bytesToPass += hasChecksum ? 4 : 0;
          endsFrame = true;
          expect('magic', 4);
        }
        return;
      case 'unknown':
    }
  }

  /** The beginning of what may be a frame or the tail, until enough of it is there to tell. */
  let held: Uint8Array = new Uint8Array(0);
  for await (const received of chunks) {
    const chunk: Uint8Array = held.length === 0 ? received : Buffer.concat([held, received]);
    if (held.length > 0) expect('magic', 4);
    held = new Uint8Array(0);
    let pieceStart = 0;
    for (let i = 0; i < chunk.length;) {
      if (bytesToPass > 0) {
        const passed = Math.min(bytesToPass, chunk.length - i);
        bytesToPass -= passed;
        i += passed;
      } else if (wantedBytes === Infinity) {
        i = chunk.length;
      } else if (hasFrame && part === 'magic' && collectedBytes === 0 && chunk[i] === 0) {
        pieceStart = ++i;
      } else {
        collected += chunk[i++] * 2 ** (8 * collectedBytes++);
        if (collectedBytes === wantedBytes) readPart();
      }
      if (endsFrame && bytesToPass === 0) {
        endsFrame = false;
        hasFrame = true;
        yield chunk.subarray(pieceStart, i);
        pieceStart = i;
      }
    }
    const rest = chunk.subarray(pieceStart);
    if (hasFrame && wantedBytes === Infinity) {
      if (countTail(rest.length) > longestTailBytes) throw new DamagedContentError('no frame follows a frame');
    } else if (hasFrame && part === 'magic' && bytesToPass === 0 && rest.length > 0) held = Uint8Array.from(rest);
    else if (rest.length > 0) yield rest;
  }
  countTail(held.length);
}

function windowTooLong(windowBytes: number): UnsupportedContentError {
  return new UnsupportedContentError(
    `it was compressed with a window of ${String(Math.ceil(windowBytes / 2 ** 20))} MiB (zstd --long), which takes as much memory to read`,
    'Compress it again with zstd --long=27 or without --long.',
  );
}
