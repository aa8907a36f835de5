import { compress, decompress } from './blob.ts';
import { decodeRowLayout, encodeRowLayout } from './row-layout.ts';
import type { Connection } from './sqlite.ts';

/** Other texts for those that a case holds. */
export interface OtherTexts {
  /** By column with a dictionary: no two texts of one become the same. */
  readonly texts: ReadonlyMap<string, (text: string) => string>;
  /** Rows of one source as received, in order. */
  readonly records: (sourceId: number, records: readonly Uint8Array[]) => readonly Uint8Array[];
  /** What a person or the program wrote about rows: notes, settings, history. */
  readonly sentence: (text: string) => string;
  /** Stands for the bytes of a record that cannot be read. */
  readonly unreadable: string;
}

/** What was built over former texts, or speaks of files and servers of whoever had the case. */
const forgotten = ['sealed_text', 'draft', 'window_checkpoint', 'outbox_file', 'outbox', 'run', 'reading_totals'];

/** Puts other texts into a case, and digests with them. Call it within a transaction, with the triggers of evidence. */
export function rewriteTexts(connection: Connection, other: OtherTexts): void {
  for (const table of forgotten) connection.exec(`DELETE FROM ${table}`);
  for (const [column, rename] of other.texts) rewriteDictionary(connection, column, rename);
  rewriteSegments(connection, other);
  rewriteQuarantine(connection, other);
  const sources = connection.prepare<[], { id: number; uri: string }>('SELECT id, uri FROM source').all();
  for (const { id, uri } of sources)
    connection
      .prepare<[string, number]>('UPDATE source SET uri = ? WHERE id = ?')
      .run(uri.replace(/^.*[/\\](?=[^/\\]+$)/, ''), id);
  const settings = connection.prepare<[], { key: string; value: string }>('SELECT key, value FROM setting').all();
  for (const { key, value } of settings)
    connection
      .prepare<[string, string]>('UPDATE setting SET value = ? WHERE key = ?')
      .run(inJson(value, other.sentence), key);
}

/** JSON text with other texts as its values; keys stay. */
export function inJson(json: string, sentence: (text: string) => string): string {
  const reviver = (_key: string, value: unknown): unknown => (typeof value === 'string' ? sentence(value) : value);
  return JSON.stringify(JSON.parse(json, reviver));
}

function rewriteDictionary(connection: Connection, name: string, rename: (text: string) => string): void {
  const column = connection.prepare<[string], { id: number }>('SELECT id FROM "column" WHERE name = ?').get(name);
  if (column === undefined) return;
  const texts = connection
    .prepare<[number], { code: number; text: string }>(
      'SELECT code, text FROM dictionary_entry WHERE column_id = ? ORDER BY code',
    )
    .all(column.id);
  // Digests of a dictionary are a chain: it is written anew from its beginning.
  connection.prepare<[number]>('DELETE FROM dictionary_entry WHERE column_id = ?').run(column.id);
  const insert = connection.prepare<[number, number, string]>(
    'INSERT INTO dictionary_entry (column_id, code, text) VALUES (?, ?, ?)',
  );
  for (const { code, text } of texts) insert.run(column.id, code, rename(text));
  connection.exec(`UPDATE "column" SET texts_checksum = coalesce(
    (SELECT texts_checksum(code, text ORDER BY code) FROM dictionary_entry WHERE column_id = "column".id), 0)
    WHERE id = ${column.id}`);
}

interface SegmentRow {
  readonly source_id: number;
  readonly row_count: number;
  readonly raw: Uint8Array;
  readonly row_layout: Uint8Array;
}

function rewriteSegments(connection: Connection, { records: rewrite }: OtherTexts): void {
  const ids = connection.prepare<[], { id: number }>('SELECT id FROM segment ORDER BY first_sequence').all();
  const read = connection.prepare<[number], SegmentRow>(
    'SELECT source_id, row_count, raw, row_layout FROM segment WHERE id = ?',
  );
  const write = connection.prepare<[Uint8Array, Uint8Array, number]>(
    'UPDATE segment SET raw = ?, row_layout = ? WHERE id = ?',
  );
  for (const { id } of ids) {
    const row = read.get(id);
    if (row === undefined) continue;
    const bytes = decompress(row.raw);
    const { starts, ends, byteOffset, line } = decodeRowLayout(decompress(row.row_layout), row.row_count);
    const records = Array.from({ length: row.row_count }, (_, index) => bytes.subarray(starts[index], ends[index]));
    const rewritten = rewrite(row.source_id, records);
    let at = 0;
    rewritten.forEach(({ byteLength }, index) => {
      starts[index] = at;
      at += byteLength;
      ends[index] = at;
    });
    const layout = encodeRowLayout({ starts, ends, byteOffset, line });
    write.run(compress(Uint8Array.from(Buffer.concat(rewritten))), compress(layout), id);
  }
}

interface QuarantineRow {
  readonly id: number;
  readonly source_id: number;
  readonly line: number;
  readonly byte_offset: number;
  readonly reason: string;
  readonly state: string;
}

function rewriteQuarantine(connection: Connection, { sentence, unreadable }: OtherTexts): void {
  const rows = connection
    .prepare<[], QuarantineRow>('SELECT id, source_id, line, byte_offset, reason, state FROM quarantine ORDER BY id')
    .all();
  connection.exec('DELETE FROM quarantine');
  const insert = connection.prepare<[number, number, number, number, string, Uint8Array, string]>(
    'INSERT INTO quarantine (id, source_id, line, byte_offset, reason, raw, state) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  for (const { id, source_id, line, byte_offset, reason, state } of rows)
    insert.run(id, source_id, line, byte_offset, sentence(withoutQuotes(reason)), Buffer.from(unreadable), state);
  connection.exec(
    'UPDATE quarantine SET checksum = block_checksum(id, source_id, line, byte_offset, reason, state, raw)',
  );
}

/** Reasons quote the cell that could not be read, and what a parser met. */
function withoutQuotes(reason: string): string {
  return reason.replace(/(JSON): .*$/s, '$1.').replace(/^'.*' in column/s, 'A cell in column');
}
