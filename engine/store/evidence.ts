import { createHash, type Hash } from 'node:crypto';
import { impossible } from '../domain/error.ts';
import { schemaVersion } from './migrations/migrations.ts';
import type { Connection } from './sqlite.ts';

/** Rows of a table that stand under one digest: each by itself, or all with one `key`, one after the other. */
export interface EvidencePart {
  readonly part: string;
  readonly table: string;
  readonly key: string;
  readonly columns: readonly string[];
  /** How many of the columns, the last ones, are blocks of bytes that a writer offers (`offeringBlocks`). */
  readonly blocks?: number;
  /** Where several rows share a key: the order in which they come. They are then never changed, only taken away. */
  readonly order?: string;
  /** What a person calls it. */
  readonly words: string;
}

/**
 * Everything that flags, figures and reports follow from. Decisions are under digests of their own, in the audit chain;
 * a forest is under its SHA-256, which is part of its model here.
 */
const parts: readonly EvidencePart[] = [
  {
    part: 'source',
    table: 'source',
    key: 'id',
    columns: [
      'kind',
      'uri',
      'fingerprint',
      'format',
      'column_names',
      'complete',
      'row_count',
      'stored_bytes',
      'sha256',
    ],
    words: 'a recording',
  },
  {
    part: 'received',
    table: 'segment',
    key: 'id',
    columns: ['row_count', 'source_id', 'first_byte_offset', 'next_byte_offset', 'raw', 'row_layout'],
    blocks: 2,
    words: 'the bytes as received of transactions',
  },
  {
    part: 'columns',
    table: 'segment_column',
    key: 'segment_id',
    columns: ['column_id', 'kind', 'encoding', 'data'],
    blocks: 1,
    order: 'id',
    words: 'the values of transactions',
  },
  { part: 'column', table: 'column', key: 'id', columns: ['name', 'kind'], words: 'a column' },
  {
    part: 'texts',
    table: 'dictionary_entry',
    key: 'column_id',
    columns: ['code', 'text'],
    order: 'code',
    words: 'the texts of a column',
  },
  {
    part: 'quarantine',
    table: 'quarantine',
    key: 'source_id',
    columns: ['line', 'byte_offset', 'reason', 'raw'],
    order: 'id',
    words: 'the quarantine',
  },
  { part: 'profile', table: 'profile', key: 'id', columns: ['content'], words: 'a profile' },
  { part: 'feature set', table: 'feature_set', key: 'id', columns: ['digest', 'spec'], words: 'a feature set' },
  {
    part: 'features',
    table: 'feature_segment',
    key: 'id',
    columns: ['feature_set_id', 'segment_id', 'data'],
    blocks: 1,
    words: 'the features of transactions',
  },
  {
    part: 'model',
    table: 'model',
    key: 'id',
    columns: [
      'digest',
      'name',
      'parameters',
      'feature_set_id',
      'threshold',
      'trained_rows',
      'is_champion',
      'forest_sha256',
    ],
    words: 'a model or its threshold',
  },
  {
    part: 'promotion',
    table: 'promotion',
    key: 'id',
    columns: ['model_id', 'reason', 'done_at_ms', 'done_by', 'undone_at_ms'],
    words: 'a promotion',
  },
  {
    part: 'scores',
    table: 'score_segment',
    key: 'id',
    columns: ['model_id', 'segment_id', 'sums'],
    blocks: 1,
    words: 'the scores of transactions',
  },
  { part: 'setting', table: 'setting', key: 'key', columns: ['value'], words: 'a setting' },
  {
    part: 'row numbers',
    table: 'row_numbering',
    key: 'first_sequence',
    columns: ['first_number'],
    words: 'the numbers of rows',
  },
  {
    part: 'control totals',
    table: 'reading_totals',
    key: 'id',
    columns: ['next_sequence', 'columns', 'state'],
    words: 'the control totals',
  },
];

type Value = string | number | bigint | Uint8Array | null;

/** Under this name the digest over all others and the newest link of the history stands, as the last writer left it. */
const SEAL = 'all';

/** The first layout that has a table for them. */
const FIRST_LAYOUT = 9;

/** Whether the layout of a case keeps evidence. */
export function hasEvidence(connection: Connection): boolean {
  return schemaVersion(connection) >= FIRST_LAYOUT;
}

/**
 * Keeps the digests of a case up to date from now on, whatever writes through this connection: by triggers of the
 * connection itself, which are no part of the file. Call it outside a transaction.
 * @returns how often anything under a digest was changed through this connection
 */
export function keepEvidence(connection: Connection): () => number {
  let changes = 0;
  addDigestFunctions(connection, () => changes++);
  for (const part of parts) for (const trigger of triggersOf(part)) connection.exec(trigger);
  return () => changes;
}

/** The blocks of the row that is being written over a connection. */
const offered = new WeakMap<Connection, readonly Uint8Array[]>();

/**
 * Writes one row, the blocks of which are among the parameters in the order of its columns: they are digested where they are. SQLite
 * would give its functions a copy of each, which costs half as much as the digest.
 * @param write a single statement
 */
export function offeringBlocks(connection: Connection, parameters: readonly unknown[], write: () => void): void {
  offered.set(
    connection,
    parameters.filter((each) => each instanceof Uint8Array),
  );
  try {
    write();
  } finally {
    offered.delete(connection);
  }
}

/** Digests everything anew: of a case that an older layout kept without. */
export function gatherEvidence(connection: Connection): void {
  addDigestFunctions(connection, () => undefined);
  connection.exec('DELETE FROM evidence');
  for (const part of parts)
    connection.exec(
      `INSERT INTO evidence (part, key, sha256) SELECT '${part.part}', key, digest FROM (${digestsOf(part)})`,
    );
}

/** SHA-256 in hexadecimal over all digests, and over the order in which rows stand. */
export function evidenceDigest(connection: Connection): string {
  const hash = createHash('sha256');
  const digests = connection
    .prepare<[], [string, Value, Uint8Array]>(
      `SELECT part, key, sha256 FROM evidence WHERE part <> '${SEAL}' ORDER BY part, key`,
    )
    .raw();
  for (const values of digests.iterate()) updateWith(hash, values);
  const order = connection.prepare<[], [number]>('SELECT id FROM segment ORDER BY first_sequence').raw();
  for (const values of order.iterate()) updateWith(hash, values);
  return hash.digest('hex');
}

/** Says that everything is as this writer left it: `digest` is over all others, and the newest link of the history. */
export function sealEvidence(connection: Connection, digest: string): void {
  connection
    .prepare<[string, Uint8Array]>(
      `INSERT INTO evidence (part, key, sha256) VALUES (?, 0, ?) ON CONFLICT (part, key) DO UPDATE SET sha256 = excluded.sha256`,
    )
    .run(SEAL, Buffer.from(digest, 'hex'));
}

/** Whether everything is as the last writer left it; also where nobody wrote anything yet. */
export function isSealed(connection: Connection, digest: string): boolean {
  const seal = connection.prepare<[string], { sha256: Buffer }>('SELECT sha256 FROM evidence WHERE part = ?').get(SEAL);
  if (seal !== undefined) return seal.sha256.toString('hex') === digest;
  return connection.prepare('SELECT 1 FROM evidence LIMIT 1').get() === undefined;
}

/** Something under evidence that is not as it was written. */
export interface OtherThanWritten {
  readonly part: EvidencePart;
  readonly key: Value;
  /** What a person calls it. */
  readonly words: string;
  /** Null where it came without Assay. */
  readonly sha256: Uint8Array | null;
  readonly isGone: boolean;
}

/** One sentence for each thing that is not as it was written, or that came or went without Assay. */
export function evidenceProblems(connection: Connection): readonly string[] {
  return otherThanWritten(connection).map(({ words, sha256, isGone }) => {
    const how =
      sha256 === null ? 'came without Assay' : isGone ? 'went without Assay' : 'changed after Assay wrote them';
    return `${words.charAt(0).toUpperCase()}${words.slice(1)} ${how}.`;
  });
}

/** Everything that is not as it was written, or that came or went without Assay. */
export function otherThanWritten(connection: Connection): readonly OtherThanWritten[] {
  addDigestFunctions(connection, () => undefined);
  return parts.flatMap((part) =>
    connection
      .prepare<[string], { key: Value; sha256: Uint8Array | null; found: number }>(
        `SELECT coalesce(found.key, stored.key) AS key, stored.sha256 AS sha256, digest IS NOT NULL AS found
         FROM (${digestsOf(part)}) AS found
         FULL JOIN (SELECT key, sha256 FROM evidence WHERE part = ?) AS stored ON stored.key = found.key
         WHERE stored.sha256 IS NOT digest`,
      )
      .all(part.part)
      .map(({ key, sha256, found }) => ({
        part,
        key,
        words: `${part.words}${nameOf(connection, part, key)}`,
        sha256,
        isGone: found === 0,
      })),
  );
}

/** Whether what stands under a key now is what was written there. */
export function isAsWritten(connection: Connection, { part, key, sha256 }: OtherThanWritten): boolean {
  const found = connection
    .prepare<[Value], { digest: Buffer }>(`SELECT digest FROM (${digestsOf(part)}) WHERE key = ?`)
    .get(key);
  return sha256 !== null && found !== undefined && found.digest.equals(sha256);
}

/** Something under evidence, with the digest of what the tables hold now, whatever was noted of it. */
export interface HeldEvidence {
  /** The same as long as it is the same thing, as `scores/12`. */
  readonly name: string;
  /** What a person calls it. */
  readonly words: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Everything that flags, figures and reports follow from, digested anew. Reads the whole case. */
export function heldEvidence(connection: Connection): readonly HeldEvidence[] {
  addDigestFunctions(connection, () => undefined);
  return parts.flatMap((part) =>
    connection
      .prepare<[], { key: Value; digest: Buffer }>(`SELECT * FROM (${digestsOf(part)}) ORDER BY key`)
      .all()
      .map(({ key, digest }) => ({
        name: `${part.part}/${String(key)}`,
        words: `${part.words}${nameOf(connection, part, key)}`,
        sha256: digest.toString('hex'),
      })),
  );
}

function nameOf(connection: Connection, { table, key: keyColumn }: EvidencePart, key: Value): string {
  if (!['segment', 'segment_column', 'feature_segment', 'score_segment'].includes(table)) return ` (${String(key)})`;
  const isSegment = table === 'segment' || keyColumn === 'segment_id';
  const rows = connection
    .prepare<[Value], { first: number; last: number }>(
      `SELECT first_sequence + 1 AS first, first_sequence + row_count AS last FROM segment
       WHERE id = ${isSegment ? '?' : `(SELECT segment_id FROM ${table} WHERE id = ?)`}`,
    )
    .get(key);
  return rows === undefined
    ? ' that are gone'
    : ` ${rows.first.toLocaleString('en')} to ${rows.last.toLocaleString('en')}`;
}

/** A query of `key` and `digest` of what the tables hold now. */
function digestsOf({ table, key, columns, order }: EvidencePart): string {
  const values = columns.join(', ');
  return order === undefined
    ? `SELECT ${key} AS key, evidence_digest(NULL, ${values}) AS digest FROM "${table}"`
    : `SELECT ${key} AS key, evidence_chain(${values} ORDER BY ${order}) AS digest FROM "${table}" GROUP BY ${key}`;
}

function triggersOf({ part, table, key, columns, order, blocks = 0 }: EvidencePart): readonly string[] {
  const name = `evidence of ${part}`;
  const before =
    order === undefined ? 'NULL' : `(SELECT sha256 FROM evidence WHERE part = '${part}' AND key = NEW.${key})`;
  const values = columns.map((column) => `NEW.${column}`);
  const whole = `evidence_digest(${[before, ...values].join(', ')})`;
  const lengths = values.slice(columns.length - blocks).map((value) => `length(${value})`);
  const others = [blocks, before, ...values.slice(0, columns.length - blocks), ...lengths].join(', ');
  // What comes second is looked at only where nothing was offered.
  const digest = blocks === 0 ? whole : `coalesce(evidence_of_offered(${others}), ${whole})`;
  const keep = `INSERT INTO evidence (part, key, sha256) VALUES ('${part}', NEW.${key}, ${digest})
     ON CONFLICT (part, key) DO UPDATE SET sha256 = excluded.sha256;`;
  const on = (event: string, work: string): string =>
    `CREATE TEMP TRIGGER "${name}: ${event}" AFTER ${event} ON main."${table}" BEGIN ${work} END`;
  const forget = `DELETE FROM evidence WHERE part = '${part}' AND key = OLD.${key}; SELECT evidence_digest(NULL);`;
  return [
    on('INSERT', keep),
    ...(order === undefined ? [on(`UPDATE OF ${columns.join(', ')}`, keep)] : []),
    on('DELETE', forget),
  ];
}

function addDigestFunctions(connection: Connection, changed: () => void): void {
  connection.function('evidence_digest', { varargs: true }, (...values: Value[]) => {
    changed();
    return digestOf(values);
  });
  connection.function('evidence_of_offered', { varargs: true }, (count: Value, ...values: Value[]) => {
    const blocks = offered.get(connection);
    if (blocks?.length !== count) return null;
    const place = values.length - blocks.length;
    if (!blocks.every(({ byteLength }, index) => values[place + index] === byteLength))
      impossible('other blocks are written than were offered');
    changed();
    return digestOf([...values.slice(0, place), ...blocks]);
  });
  connection.aggregate('evidence_chain', {
    varargs: true,
    start: (): Uint8Array | null => null,
    step: (digest: Uint8Array | null, ...values: Value[]) => digestOf([digest, ...values]),
  });
}

function digestOf(values: readonly Value[]): Buffer {
  const hash = createHash('sha256');
  updateWith(hash, values);
  return hash.digest();
}

/** Each value with its kind and length, so that no two lists of values give the same bytes. */
function updateWith(hash: Hash, values: readonly Value[]): void {
  for (const value of values) {
    const bytes = value instanceof Uint8Array ? value : Buffer.from(String(value));
    hash.update(
      `${value === null ? 'null' : value instanceof Uint8Array ? 'bytes' : typeof value}:${bytes.byteLength}:`,
    );
    hash.update(bytes);
  }
}
