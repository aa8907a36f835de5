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
    const places = new Set<string>();
    let checksum = 0n;
    for (let first = 0; first < rows; first += pageRows) {
      const sequences = Array.from({ length: Math.min(pageRows, rows - first) }, (_, row) => first + row);
      for (const { bytes } of openedCase.readRawMany(sequences)) {
        const line = new TextDecoder().decode(bytes);
        const place = /^\{"topic":"[^"]*","partition":(\d+),"offset":(\d+),/.exec(line);
        if (place === null) throw new Error(`A stored row is no envelope: ${line}`);
        places.add(`${place[1]}:${place[2]}`);
        checksum += BigInt(crc32(line.slice(line.indexOf('"payload":') + '"payload":'.length, -1)));
      }
    }
    const model = openedCase.models().at(-1);
    const scored =
      model === undefined
        ? 0
        : openedCase
            .segments()
            .reduce((sum, segment) => sum + (openedCase.readScores(model.id, segment)?.length ?? 0), 0);
    return { rows, distinct: places.size, checksum: String(checksum), scored };
  } finally {
    openedCase.close();
  }
}
