import { impossible } from '../domain/error.ts';
import { compress, decompress } from './blob.ts';
import type { Connection } from './sqlite.ts';
import { jsonValueSchema, storedJson } from './stored-json.ts';
import { guarded } from './store-error.ts';
import type { JsonValue } from './types.ts';

export type OutboxState = 'waiting' | 'sent' | 'cancelled';

export interface NewOutboxEntry {
  readonly publishId: string;
  readonly modelId: number;
  /** Equal for exports of the same model and threshold to the same place there: they are one export, whatever its alias. */
  readonly identity: string;
  readonly destination: JsonValue;
  readonly notes: JsonValue;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly createdAtMs: number;
}

export interface OutboxEntry extends Omit<NewOutboxEntry, 'files'> {
  readonly id: number;
  readonly state: OutboxState;
  /** How often it was tried. */
  readonly attempts: number;
  readonly lastError: string | null;
  readonly endedAtMs: number | null;
  readonly result: JsonValue;
}

interface OutboxRow {
  readonly id: number;
  readonly publish_id: string;
  readonly model_id: number;
  readonly identity: string;
  readonly destination: string;
  readonly notes: string;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly created_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly result: string;
}

/** Exports of a case that wait for a tracking server, or went out. What they hold is never changed, only where it goes. */
export class Outbox {
  readonly #connection: Connection;
  readonly #path: string;

  constructor(connection: Connection, path: string) {
    this.#connection = connection;
    this.#path = path;
  }

  /** All entries, oldest first. */
  entries(): readonly OutboxEntry[] {
    return this.#guard(() =>
      this.#connection
        .prepare<[], OutboxRow>('SELECT * FROM outbox ORDER BY id')
        .all()
        .map((row) => entryOf(row, this.#path)),
    );
  }

  /** One entry as it is now. */
  entry(id: number): OutboxEntry {
    const row = this.#guard(() =>
      this.#connection.prepare<[number], OutboxRow>('SELECT * FROM outbox WHERE id = ?').get(id),
    );
    return row === undefined ? impossible(`the outbox has no entry ${id}`) : entryOf(row, this.#path);
  }

  /** The files of an entry, by path. */
  files(id: number): ReadonlyMap<string, Uint8Array> {
    const rows = this.#guard(() =>
      this.#connection
        .prepare<[number], { path: string; content: Uint8Array }>(
          'SELECT path, content FROM outbox_file WHERE outbox_id = ? ORDER BY path',
        )
        .all(id),
    );
    return new Map(rows.map(({ path, content }) => [path, this.#guard(() => decompress(content))]));
  }

  /**
   * Puts an export in, in one transaction. One of the same identity that was not cancelled is returned instead. Identities
   * of older cases name the alias at their fourth place, which tells no export from another.
   */
  put(entry: NewOutboxEntry): OutboxEntry {
    const insert = this.#connection.transaction(() => {
      const known = this.#connection
        .prepare<[string], OutboxRow>(
          `SELECT * FROM outbox WHERE json_remove(identity, '$[3]') = json_remove(?, '$[3]') AND state <> 'cancelled'`,
        )
        .get(entry.identity);
      if (known !== undefined) return known.id;
      const { lastInsertRowid } = this.#connection
        .prepare<[string, number, string, string, string, number]>(
          `INSERT INTO outbox (publish_id, model_id, identity, destination, notes, created_at_ms)
           VALUES (?, ?, ?, ?, ?, ?)`,
        )
        .run(
          entry.publishId,
          entry.modelId,
          entry.identity,
          JSON.stringify(entry.destination),
          JSON.stringify(entry.notes),
          entry.createdAtMs,
        );
      const file = this.#connection.prepare<[number, string, Uint8Array]>(
        'INSERT INTO outbox_file (outbox_id, path, content) VALUES (?, ?, ?)',
      );
      for (const [path, content] of entry.files) file.run(Number(lastInsertRowid), path, compress(content));
      return Number(lastInsertRowid);
    });
    return this.entry(this.#guard(() => insert.immediate()));
  }

  /** Lets an entry that is waiting or has arrived wait for another destination of the same server and names. */
  redirect(id: number, destination: JsonValue): void {
    this.#change(
      `UPDATE outbox SET state = 'waiting', destination = ?, ended_at_ms = NULL WHERE id = ? AND state <> 'cancelled'`,
      JSON.stringify(destination),
      id,
    );
  }

  /** Notes that an entry could not be sent this time. */
  failed(id: number, reason: string): void {
    this.#change('UPDATE outbox SET attempts = attempts + 1, last_error = ? WHERE id = ?', reason, id);
  }

  /** Notes where an entry has arrived. */
  sent(id: number, result: JsonValue, atMs: number): void {
    this.#change(
      `UPDATE outbox SET state = 'sent', attempts = attempts + 1, last_error = NULL, result = ?, ended_at_ms = ?
       WHERE id = ?`,
      JSON.stringify(result),
      atMs,
      id,
    );
  }

  /** Takes a waiting entry back: it will not be sent. False where it was not waiting. */
  cancel(id: number, atMs: number): boolean {
    return (
      this.#change(
        `UPDATE outbox SET state = 'cancelled', ended_at_ms = ? WHERE id = ? AND state = 'waiting'`,
        atMs,
        id,
      ) > 0
    );
  }

  #change(sql: string, ...parameters: readonly (string | number)[]): number {
    return this.#guard(() => this.#connection.prepare<unknown[]>(sql).run(...parameters).changes);
  }

  #guard<T>(work: () => T): T {
    return guarded(this.#path, work);
  }
}

function entryOf(row: OutboxRow, path: string): OutboxEntry {
  return {
    id: row.id,
    publishId: row.publish_id,
    modelId: row.model_id,
    identity: row.identity,
    destination: storedJson(path, row.destination, jsonValueSchema, 'outbox'),
    notes: storedJson(path, row.notes, jsonValueSchema, 'outbox'),
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error,
    createdAtMs: row.created_at_ms,
    endedAtMs: row.ended_at_ms,
    result: storedJson(path, row.result, jsonValueSchema, 'outbox'),
  };
}
