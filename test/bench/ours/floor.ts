// The least that a main job must do: read the lines of a file and write each into SQLite, with nothing in between.
import Database from 'better-sqlite3';
import { createReadStream } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printReport, Stopwatch } from './program.ts';

const [recording] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'assay-floor-'));
const stopwatch = new Stopwatch();
try {
  const database = new Database(join(folder, 'rows.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE line (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT');
  const insert = database.prepare('INSERT INTO line (bytes) VALUES (?)');
  let rows = 0;
  await stopwatch.time('total', async () => {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of createReadStream(recording, { highWaterMark: 4 << 20 }) as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      database.exec('BEGIN');
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        insert.run(bytes.subarray(start, end));
        rows++;
        start = end + 1;
      }
      database.exec('COMMIT');
      rest = bytes.subarray(start);
    }
    database.close();
  });
  printReport(stopwatch, { rows });
} finally {
  rmSync(folder, { recursive: true });
}
