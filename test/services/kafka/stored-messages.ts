import { crc32 } from 'node:zlib';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';

/** What a case holds of a topic, to be compared with what was produced. */
export interface StoredMessages {
  readonly rows: number;
  /** Different pairs of partition and offset; fewer than rows where something is there twice. */
  readonly distinct: number;
  /** Sum of the CRC-32 of every payload, as `Produce.java` prints it. */
  readonly checksum: string;
  /** Rows that have a score of the newest model; all of them, where nothing was lost. */
  readonly scored: number;
}

const pageRows = 4096;

/** Reads back every message of a case as received. */
export function storedMessages(casePath: string): StoredMessages {
  const openedCase = openCaseReadOnly(casePath);
  try {
    const rows = openedCase.nextSequence();
    const places = new SeenOffsets();
    const decoder = new TextDecoder();
    let checksum = 0n;
    for (let first = 0; first < rows; first += pageRows) {
      const sequences = Array.from({ length: Math.min(pageRows, rows - first) }, (_, row) => first + row);
      let pageSum = 0;
      for (const { bytes } of openedCase.readRawMany(sequences)) {
        const line = decoder.decode(bytes);
        const place = /^\{"topic":"[^"]*","partition":(\d+),"offset":(\d+),/.exec(line);
        if (place === null) throw new Error(`A stored row is no envelope: ${line}`);
        places.add(Number(place[1]), Number(place[2]));
        pageSum += crc32(line.slice(line.indexOf('"payload":') + '"payload":'.length, -1));
      }
      checksum += BigInt(pageSum);
    }
    const model = openedCase.models().at(-1);
    const scored =
      model === undefined
        ? 0
        : openedCase
            .segments()
            .reduce((sum, segment) => sum + (openedCase.readScores(model.id, segment)?.length ?? 0), 0);
    return { rows, distinct: places.count, checksum: String(checksum), scored };
  } finally {
    openedCase.close();
  }
}

/** Which offsets of which partitions there were, a bit each: a set would not hold those of a long run. */
class SeenOffsets {
  readonly #bits = new Map<number, Uint8Array>();
  count = 0;

  add(partition: number, offset: number): void {
    const at = offset >>> 3;
    let bits = this.#bits.get(partition) ?? new Uint8Array(1024);
    if (at >= bits.length) {
      const larger = new Uint8Array(Math.max(at + 1, bits.length * 2));
      larger.set(bits);
      bits = larger;
    }
    this.#bits.set(partition, bits);
    const bit = 1 << (offset & 7);
    if ((bits[at] & bit) === 0) this.count++;
    bits[at] |= bit;
  }
}
