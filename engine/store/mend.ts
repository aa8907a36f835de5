import type { ColumnBlock } from '../domain/columns.ts';
import { impossible } from '../domain/error.ts';
import { addChecksumFunctions } from './block-checksum.ts';
import { bytesOf } from './blob.ts';
import { encodeColumn } from './column-encoding.ts';
import { sha256 } from './digest.ts';
import { evidenceProblems, isAsWritten, otherThanWritten, type OtherThanWritten } from './evidence.ts';
import { changedSinceLeft, forgetLeftBehind } from './left-behind.ts';
import { connect, type Connection, type Parameter } from './sqlite.ts';
import { guarded } from './store-error.ts';
import type { RowRange } from './types.ts';

/** A block that can be made anew from others: the columns of a segment, its features of a set, or its scores of a model. */
export interface DerivableBlock {
  readonly kind: 'columns' | 'features' | 'scores';
  /** What a person calls it. */
  readonly words: string;
  /** Feature set or model that it is of; 0 for columns. */
  readonly ownerId: number;
  readonly rows: RowRange;
  readonly damaged: OtherThanWritten;
}

/** How the checksums of each table are made, and by which column its rows are named in evidence. */
const checksummed = [
  {
    part: 'columns',
    table: 'segment_column',
    key: 'segment_id',
    checksum: 'block_checksum(segment_id, column_id, kind, encoding, data)',
  },
  {
    part: 'features',
    table: 'feature_segment',
    key: 'id',
    checksum: 'block_checksum(feature_set_id, segment_id, data)',
  },
  { part: 'scores', table: 'score_segment', key: 'id', checksum: 'block_checksum(model_id, segment_id, sums)' },
  {
    part: 'quarantine',
    table: 'quarantine',
    key: 'source_id',
    checksum: 'block_checksum(id, source_id, line, byte_offset, reason, state, raw)',
  },
] as const;

const textsChecksum = `coalesce(
  (SELECT texts_checksum(code, text ORDER BY code) FROM dictionary_entry WHERE column_id = "column".id), 0)`;

/** Tables with a checksum that is not that of the rows, though the rows may be as written. */
export function checksumProblems(connection: Connection): readonly string[] {
  addChecksumFunctions(connection);
  const isOther = (table: string, condition: string): boolean =>
    connection.prepare(`SELECT 1 FROM ${table} WHERE ${condition} LIMIT 1`).get() !== undefined;
  return [
    ...checksummed.filter(({ table, checksum }) => isOther(table, `checksum IS NOT ${checksum}`)),
    ...(isOther('"column"', `texts_checksum IS NOT ${textsChecksum}`) ? [{ part: 'texts' }] : []),
  ].map(({ part }) => `A checksum of the ${part} is not that of what it stands for.`);
}

/**
 * Puts damaged parts of a case back, each byte for byte as it was written or not at all: the digests under evidence decide.
 * The structure of the file must be whole. Errors of all methods: CASE_CORRUPT, DISK_FULL, CASE_BUSY.
 */
export class CaseMender {
  readonly #connection: Connection;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.#connection = connect(path, { fileMustExist: true, timeout: 5000 });
    this.#connection.pragma('foreign_keys = OFF');
    addChecksumFunctions(this.#connection);
  }

  close(): void {
    this.#connection.close();
  }

  /** Whether what SQLite itself keeps of the file holds together. */
  isStructureWhole(): boolean {
    return this.#guard(() => String(this.#connection.pragma('integrity_check(1)', { simple: true })) === 'ok');
  }

  /** Rebuilds indexes from their tables. */
  rebuildIndexes(): void {
    this.#guard(() => this.#connection.exec('REINDEX'));
  }

  /** Whether the structure would be whole with indexes built anew; changes nothing. */
  couldRebuildIndexes(): boolean {
    return this.#guard(() => {
      this.#connection.exec('BEGIN IMMEDIATE');
      try {
        this.#connection.exec('REINDEX');
        return this.isStructureWhole();
      } finally {
        // A page that cannot be decrypted has ended the transaction already.
        if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
      }
    });
  }

  /** Takes from a backup what it has as it was written. Returns what was put back, in words. */
  takeFrom(backup: string): readonly string[] {
    return this.#guard(() => {
      this.#connection.prepare<[string]>('ATTACH ? AS other').run(backup);
      try {
        const forests = this.#takeForests();
        return [...forests, ...this.#damaged().flatMap((damaged) => this.#take(damaged))];
      } finally {
        this.#connection.exec('DETACH other');
      }
    });
  }

  /** What can be made anew from the rest of the case. */
  derivable(): readonly DerivableBlock[] {
    return this.#guard(() =>
      this.#damaged().flatMap((damaged) => {
        const { part, key, words, isGone } = damaged;
        const kind = (['columns', 'features', 'scores'] as const).find((each) => each === part.part);
        if (kind === undefined || isGone) return [];
        const owner = { columns: '0', features: 'feature_set_id', scores: 'model_id' }[kind];
        const row = this.#connection
          .prepare<[OtherThanWritten['key']], { ownerId: number; firstSequence: number; rowCount: number }>(
            `SELECT ${owner} AS ownerId, first_sequence AS firstSequence, row_count AS rowCount
             FROM "${part.table}" AS block JOIN segment ON segment.id = segment_id WHERE block.${part.key} = ?`,
          )
          .get(key);
        return row === undefined
          ? []
          : [
              {
                kind,
                words,
                ownerId: row.ownerId,
                rows: { firstSequence: row.firstSequence, rowCount: row.rowCount },
                damaged,
              },
            ];
      }),
    );
  }

  /** Puts the columns of a segment, decoded anew. Returns whether they are those that were written; else nothing was changed. */
  putColumns({ damaged }: DerivableBlock, columns: ReadonlyMap<string, ColumnBlock>): boolean {
    return this.#put(damaged, () => {
      const stored = this.#connection
        .prepare<[OtherThanWritten['key']], { id: number; name: string }>(
          `SELECT segment_column.id, name FROM segment_column JOIN "column" ON "column".id = column_id WHERE segment_id = ?`,
        )
        .all(damaged.key);
      for (const { id, name } of stored) {
        const block = columns.get(name);
        if (block === undefined) continue;
        const { kind, encoding, data } = encodeColumn(block);
        this.#run('UPDATE segment_column SET kind = ?, encoding = ?, data = ? WHERE id = ?', kind, encoding, data, id);
      }
    });
  }

  /** As `putColumns`, for features or sums. */
  putValues({ kind, damaged }: DerivableBlock, values: Float32Array | Int32Array): boolean {
    const column = { columns: impossible, features: () => 'data', scores: () => 'sums' }[kind]('columns are put apart');
    return this.#put(damaged, () =>
      this.#run(`UPDATE "${damaged.part.table}" SET ${column} = ? WHERE id = ?`, bytesOf(values), Number(damaged.key)),
    );
  }

  /**
   * Makes checksums fit what is as it was written, and lets the case be opened again. Returns what is still damaged, one
   * sentence each, and what is taken as it is because no digest says how it was.
   */
  finish(): { readonly left: readonly string[]; readonly taken: readonly string[] } {
    return this.#guard(() => {
      const damaged = this.#damaged();
      for (const { part, table, key, checksum } of checksummed) {
        const keys = damaged.filter((each) => each.part.part === part).map((each) => Number(each.key));
        this.#run(
          `UPDATE ${table} SET checksum = ${checksum}
           WHERE checksum IS NOT ${checksum} AND ${key} NOT IN (SELECT value FROM json_each(?))`,
          JSON.stringify(keys),
        );
      }
      const texts = damaged.filter(({ part }) => part.part === 'texts').map(({ key }) => Number(key));
      this.#run(
        `UPDATE "column" SET texts_checksum = ${textsChecksum} WHERE id NOT IN (SELECT value FROM json_each(?))`,
        JSON.stringify(texts),
      );
      const taken = changedSinceLeft(this.#connection);
      forgetLeftBehind(this.#connection);
      return { left: [...evidenceProblems(this.#connection), ...this.#forestsInWords()], taken };
    });
  }

  #damaged(): readonly OtherThanWritten[] {
    return otherThanWritten(this.#connection).filter((damaged) => damaged.sha256 !== null);
  }

  #take(damaged: OtherThanWritten): readonly string[] {
    const { part, key, words, isGone, sha256: written } = damaged;
    const other = this.#connection
      .prepare<[string, Uint8Array | null], { key: OtherThanWritten['key'] }>(
        'SELECT key FROM other.evidence WHERE part = ? AND sha256 = ?',
      )
      .get(part.part, written);
    if (other === undefined) return [];
    const isOne = part.order === undefined;
    const columns = (isOne && !isGone ? part.columns : this.#commonColumns(part.table)).map((name) => `"${name}"`);
    const list = columns.join(', ');
    // Rows of many under one key get numbers of their own; what is one row keeps its number.
    const named = columns.filter((name) => (isOne || name !== '"id"') && name !== `"${part.key}"`).join(', ');
    const isPut = this.#put(damaged, () => {
      if (isOne && !isGone)
        this.#run(
          `UPDATE main."${part.table}" SET (${list}) = (SELECT ${list} FROM other."${part.table}" WHERE ${part.key} = ?)
           WHERE ${part.key} = ?`,
          parameterOf(other.key),
          parameterOf(key),
        );
      else {
        this.#run(`DELETE FROM main."${part.table}" WHERE ${part.key} = ?`, parameterOf(key));
        this.#run(
          `INSERT INTO main."${part.table}" (${part.key}, ${named})
           SELECT ?, ${named} FROM other."${part.table}" WHERE ${part.key} = ? ORDER BY ${part.order ?? part.key}`,
          parameterOf(key),
          parameterOf(other.key),
        );
      }
    });
    return isPut ? [words] : [];
  }

  /** What the table has here and in the backup, which may have an older layout. */
  #commonColumns(table: string): readonly string[] {
    return this.#connection
      .prepare<[string, string], { name: string }>(
        `SELECT name FROM pragma_table_info(?, 'main') WHERE name IN (SELECT name FROM pragma_table_info(?, 'other'))`,
      )
      .all(table, table)
      .map(({ name }) => name);
  }

  #takeForests(): readonly string[] {
    return this.#brokenForests().flatMap(({ id, name, sha }) => {
      const other = this.#connection
        .prepare<[string], { forest: Uint8Array }>('SELECT forest FROM other.model WHERE forest_sha256 = ?')
        .get(sha);
      if (other === undefined || sha256(other.forest) !== sha) return [];
      this.#run('UPDATE model SET forest = ? WHERE id = ?', other.forest, id);
      return [`the forest of model "${name}"`];
    });
  }

  #brokenForests(): readonly { readonly id: number; readonly name: string; readonly sha: string }[] {
    const models = this.#connection.prepare<[], { id: number; name: string; sha: string; forest: Uint8Array }>(
      'SELECT id, name, forest_sha256 AS sha, forest FROM model',
    );
    return models.all().filter(({ forest, sha }) => sha256(forest) !== sha);
  }

  #forestsInWords(): readonly string[] {
    return this.#brokenForests().map(({ name }) => `The forest of model "${name}" was altered.`);
  }

  /** Keeps a change where what stands there then is what was written. */
  #put(damaged: OtherThanWritten, change: () => void): boolean {
    return this.#guard(() => {
      this.#connection.exec('SAVEPOINT mending');
      let isRight = false;
      try {
        change();
        isRight = isAsWritten(this.#connection, damaged);
      } finally {
        this.#connection.exec(isRight ? 'RELEASE mending' : 'ROLLBACK TO mending; RELEASE mending');
      }
      return isRight;
    });
  }

  #run(sql: string, ...parameters: readonly Parameter[]): void {
    this.#connection.prepare<unknown[]>(sql).run(...parameters);
  }

  #guard<T>(work: () => T): T {
    return guarded(this.#path, work);
  }
}

function parameterOf(key: OtherThanWritten['key']): Parameter {
  return typeof key === 'bigint' ? Number(key) : key;
}
