const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const dictionaryIdBytes = [0, 1, 2, 4];
const rleBlock = 1;

type Part = 'magic' | 'descriptor' | 'skippable size' | 'block header' | 'unknown';

/**
 * Cuts a Zstandard stream at its frame borders, so that no chunk holds bytes of two frames: Node's decoder drops
 * what follows the end of a frame within one write. Walks frame and block headers as RFC 8878 (section 3.1) lays
 * them out; nothing is decompressed here. Bytes that are no frame pass through for the decoder to refuse.
 */
export async function* splitZstdFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let part: Part = 'magic';
  let collected = 0;
  let collectedBytes = 0;
  let wantedBytes = 4;
  let bytesToPass = 0;
  let hasChecksum = false;
  let endsFrame = false;

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
        bytesToPass = (singleSegment ? 0 : 1) + dictionaryIdBytes[collected & 0x03] + contentSizeBytes;
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

  for await (const chunk of chunks) {
    let pieceStart = 0;
    for (let i = 0; i < chunk.length;) {
      if (bytesToPass > 0) {
        const passed = Math.min(bytesToPass, chunk.length - i);
        bytesToPass -= passed;
        i += passed;
      } else if (wantedBytes === Infinity) {
        i = chunk.length;
      } else {
        collected += chunk[i++] * 2 ** (8 * collectedBytes++);
        if (collectedBytes === wantedBytes) readPart();
      }
      if (endsFrame && bytesToPass === 0) {
        endsFrame = false;
        yield chunk.subarray(pieceStart, i);
        pieceStart = i;
      }
    }
    if (pieceStart < chunk.length) yield chunk.subarray(pieceStart);
  }
}
