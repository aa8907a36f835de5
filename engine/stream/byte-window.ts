/**
 * A sliding view of a byte source that whole records are cut from. `bytes[0..end)` is what has been read and
 * not yet released; `bytes[end]` is always writable, so that a scanner may put a sentinel there.
 */
export interface ByteWindow {
  readonly bytes: Buffer;
  readonly end: number;
  /** Offset of `bytes[0]` in the content. */
  readonly baseOffset: number;
  readonly atEnd: boolean;
  /** Lets go of everything before `position`; what follows may move, so earlier positions are void. */
  release(position: number): void;
  /** Appends one more chunk without moving what is there. Sets `atEnd` when there is none. */
  more(): Promise<void>;
}

const initialCapacity = 1 << 16;

/** Opens a window over chunks whose first byte lies at `baseOffset` of the content. */
export function openByteWindow(chunks: AsyncGenerator<Uint8Array, void, undefined>, baseOffset: number): ByteWindow {
  let bytes = Buffer.allocUnsafeSlow(initialCapacity);
  let end = 0;
  let offsetOfFirst = baseOffset;
  let atEnd = false;

  function reserve(length: number): void {
    if (end + length < bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, end + length + 1));
    bytes.copy(grown, 0, 0, end);
    bytes = grown;
  }

  return {
    get bytes() {
      return bytes;
    },
    get end() {
      return end;
    },
    get baseOffset() {
      return offsetOfFirst;
    },
    get atEnd() {
      return atEnd;
    },
    release(position) {
      bytes.copyWithin(0, position, end);
      offsetOfFirst += position;
      end -= position;
    },
    async more() {
      const { done, value } = await chunks.next();
      if (done === true) {
        atEnd = true;
        return;
      }
      reserve(value.length);
      bytes.set(value, end);
      end += value.length;
    },
  };
}
