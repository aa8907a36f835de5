// The least that keeping a recording costs: its bytes read, digested, compressed as the case does, and written, on one thread.
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compress } from '../../../engine/store/blob.ts';
import { printReport, Stopwatch } from './program.ts';

/** About a segment of 4096 rows, and about a transaction of them. */
const blockBytes = 2 << 20;
const blocksPerFlush = 16;

const [recording] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'assay-kept-'));
const stopwatch = new Stopwatch();
const source = openSync(recording, 'r');
const target = openSync(join(folder, 'blocks'), 'w');
try {
  await stopwatch.time('total', () => {
    const hash = createHash('sha256');
    const buffer = Buffer.alloc(blockBytes);
    for (let block = 1; ; block++) {
      const bytes = buffer.subarray(0, readSync(source, buffer));
      if (bytes.length === 0) break;
      hash.update(bytes);
      writeSync(target, compress(bytes));
      if (block % blocksPerFlush === 0) fsyncSync(target);
    }
    fsyncSync(target);
    hash.digest();
  });
  printReport(stopwatch);
} finally {
  closeSync(source);
  closeSync(target);
  rmSync(folder, { recursive: true });
}
