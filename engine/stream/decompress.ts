import type { Transform } from 'node:stream';

/** The content of a compressed recording ends early or cannot be decompressed. */
export class DamagedContentError extends Error {}

/** The content is whole, but not of a kind that can be read. */
export class UnsupportedContentError extends Error {
  readonly nextStep: string;

  constructor(message: string, nextStep: string) {
    super(message);
    this.nextStep = nextStep;
  }
}

/** A decoder of `node:zlib`: it counts what it has taken in. */
export interface Decoder extends Transform {
  readonly bytesWritten: number;
}

const decompressedHighWaterBytes = 1 << 24;

/**
 * Feeds a decoder `first` and then one chunk at a time and hands on what it gives, all of it also when a later chunk
 * fails: a piped stream would drop its buffered output on an error. Gives back what was left of the chunk in which
 * the compressed data ended, or undefined where the input ended with them.
 */
export async function* decompress(
  first: Uint8Array,
  input: AsyncIterator<Uint8Array>,
  decoder: Decoder,
): AsyncGenerator<Uint8Array, Uint8Array | undefined, undefined> {
  let produced: Uint8Array[] = [];
  let producedBytes = 0;
  let failure: Error | undefined;
  let accepted = false;
  let hasEnded = false;
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
  decoder.on('end', () => {
    hasEnded = true;
    accept();
  });
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
  // Set by a listener, which the compiler does not see.
  const ended = (): boolean => hasEnded;

  try {
    for (let chunk: Uint8Array | undefined = first; chunk !== undefined; chunk = await nextChunk(input)) {
      accepted = false;
      const takenBefore = decoder.bytesWritten;
      decoder.write(Buffer.from(chunk), accept);
      yield* drain();
      if (ended()) return chunk.subarray(decoder.bytesWritten - takenBefore);
    }
    accepted = false;
    decoder.end();
    yield* drain();
    return undefined;
  } finally {
    decoder.destroy();
  }
}

/** The next chunk that holds something; undefined at the end. */
export async function nextChunk(input: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  for (;;) {
    const result = await input.next();
    if (result.done === true) return undefined;
    if (result.value.length > 0) return result.value;
  }
}
