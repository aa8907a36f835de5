import { setTimeout as wait } from 'node:timers/promises';
import type { BigQueryOptions, Table } from '@google-cloud/bigquery';
import { z } from 'zod';
import { AssayError, usageError } from '../../domain/error.ts';
import { addressOfUrl, noteAttempt } from '../../network/ledger.ts';
import type { TableLayout, TableRow } from './bigquery-rows.ts';

/** A row that BigQuery did not take, and why in its own words. */
export interface RefusedRow {
  readonly insertId: string;
  readonly reason: string;
  readonly message: string;
}

/** A table that rows are streamed into. */
export interface TableStream {
  /** The columns there; made by the layout where the table is missing. */
  prepare(layout: TableLayout): Promise<'made' | 'found'>;
  /** Sends rows, some hundred a request. `taken` hears of each request's rows as soon as BigQuery has them. */
  send(rows: readonly TableRow[], taken: (insertIds: readonly string[]) => void): Promise<readonly RefusedRow[]>;
}

export interface TableAddress {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

export interface StreamOptions {
  /** Another server than Google's, such as an emulator. Over plain http no login is sent. */
  readonly endpoint?: string;
  readonly signal: AbortSignal;
  /** Before a repetition where a table that was just made is not known everywhere yet. */
  readonly pauseMs?: number;
}

/** BigQuery advises 500 rows a request, and takes 10 MB. */
const mostRows = 500;
const mostBytes = 8_000_000;
/** A table that was just made may be unknown to the streaming door for a while. */
const repetitions = 6;
const serverRetries = 4;

/** Asked for headers it gives none: a login is never sent over plain http, and none is looked for on the machine. */
const noLogin = { getRequestHeaders: () => Promise.resolve(new Headers()) };

/** @throws AssayError WRONG_USE for what is not project.dataset.table. */
export function parseTableAddress(address: string): TableAddress {
  // A project may hold dots after a domain, as in example.com:fraud.
  const match = /^([\w.:-]+)\.(\w+)\.([\w-]+)$/.exec(address);
  if (match === null)
    throw usageError(
      'WRONG_USE',
      `'${address}' is not the address of a table.`,
      'Write PROJECT.DATASET.TABLE, such as my-project.fraud.flagged.',
    );
  const [, project, dataset, table] = match;
  return { project, dataset, table };
}

/** Opens a table by Google's own client, which is loaded only now. Logins are those of Google's own tools. */
export async function openTableStream(
  { project, dataset, table }: TableAddress,
  options: StreamOptions,
): Promise<TableStream> {
  const { BigQuery } = await import('@google-cloud/bigquery');
  const { endpoint, signal, pauseMs = 5_000 } = options;
  const isPlain = endpoint?.startsWith('http:') === true;
  const client = new BigQuery({
    projectId: project,
    maxRetries: serverRetries,
    userAgent: 'assay',
    ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }),
    ...(isPlain ? { authClient: noLogin as unknown as NonNullable<BigQueryOptions['authClient']> } : {}),
    ...(endpoint !== undefined && !isPlain ? { useAuthWithCustomEndpoint: true } : {}),
  });
  noteAttempt('BigQuery', 'opened', addressOfUrl(new URL(endpoint ?? 'https://bigquery.googleapis.com')));
  const found: Table = client.dataset(dataset).table(table);
  const name = `${project}.${dataset}.${table}`;
  return {
    prepare: (layout) => prepare(found, name, layout),
    send: async (rows, taken) => {
      const refused: RefusedRow[] = [];
      for (const part of requests(rows)) {
        signal.throwIfAborted();
        const failures = await untilKnown(() => insert(found, part, name), pauseMs, signal);
        const failed = new Set(failures.map(({ insertId }) => insertId));
        refused.push(...failures);
        taken(part.map(({ insertId }) => insertId).filter((insertId) => !failed.has(insertId)));
      }
      return refused;
    },
  };
}

async function prepare(table: Table, name: string, layout: TableLayout): Promise<'made' | 'found'> {
  const existing = await columnsOf(table, name);
  if (existing !== null) {
    refuseOtherColumns(existing, layout, name);
    return 'found';
  }
  try {
    await table.create({
      schema: { fields: layout.columns.map((column) => ({ ...column })) },
      timePartitioning: { type: 'DAY', field: layout.partitionedBy },
      clustering: { fields: [layout.clusteredBy] },
    });
    return 'made';
  } catch (error) {
    // Another one made it in the meantime.
    if (statusOf(error) === 409) return 'found';
    throw failureOf(error, `make the table ${name}`);
  }
}

const metadataSchema = z.object({
  schema: z.object({ fields: z.array(z.object({ name: z.string(), type: z.string() })) }).optional(),
});

/** Type by column name; null where there is no such table. */
async function columnsOf(table: Table, name: string): Promise<ReadonlyMap<string, string> | null> {
  try {
    const [metadata] = await table.getMetadata();
    const fields = metadataSchema.parse(metadata as unknown).schema?.fields ?? [];
    return new Map(fields.map((field) => [field.name, field.type]));
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw failureOf(error, `look at the table ${name}`);
  }
}

/** BigQuery answers with older names of the same types. */
const sameTypes: Readonly<Record<string, string>> = { INTEGER: 'INT64', FLOAT: 'FLOAT64', BOOLEAN: 'BOOL' };

function refuseOtherColumns(existing: ReadonlyMap<string, string>, layout: TableLayout, name: string): void {
  const wrong = layout.columns.filter((column) => {
    const type = existing.get(column.name);
    return type === undefined || (sameTypes[type] ?? type) !== column.type;
  });
  if (wrong.length === 0) return;
  throw usageError(
    'MODEL_MISMATCH',
    `The table ${name} lacks ${wrong.map(({ name: column, type }) => `${column} (${type})`).join(', ')}.`,
    'Name another table; one that does not exist is made.',
  );
}

/** Rows in parts that one request may hold. */
function* requests(rows: readonly TableRow[]): Generator<readonly TableRow[]> {
  let part: TableRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = JSON.stringify(row).length * 2;
    if (part.length > 0 && (part.length === mostRows || bytes + size > mostBytes)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(row);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

const partialFailure = z.object({
  name: z.literal('PartialFailureError'),
  errors: z.array(
    z.object({
      row: z.object({ insertId: z.string() }),
      errors: z.array(z.object({ reason: z.string().optional(), message: z.string().optional() })),
    }),
  ),
});

/** One request. Rows that BigQuery refuses do not keep back the others, and are not sent again here. */
async function insert(table: Table, rows: readonly TableRow[], name: string): Promise<readonly RefusedRow[]> {
  try {
    await table.insert(
      rows.map(({ insertId, cells }) => ({ insertId, json: streamed(cells) })),
      { raw: true, skipInvalidRows: true, partialRetries: 0 },
    );
    return [];
  } catch (error) {
    const partial = partialFailure.safeParse(error instanceof Error ? { ...error, name: error.name } : error);
    if (!partial.success) throw failureOf(error, `take rows into ${name}`);
    return partial.data.errors.map(({ row, errors }) => ({
      insertId: row.insertId,
      reason: errors.at(0)?.reason ?? 'unknown',
      message: errors.map(({ message }) => message ?? '').join('; '),
    }));
  }
}

/** The streaming door takes a JSON column as text. */
function streamed(cells: TableRow['cells']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(cells).map(([name, value]) => {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      return [name, isObject ? JSON.stringify(value) : value];
    }),
  );
}

async function untilKnown<T>(work: () => Promise<T>, pauseMs: number, signal: AbortSignal): Promise<T> {
  for (let repetition = 0; ; repetition++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== 'FILE_NOT_FOUND' || repetition >= repetitions) throw error;
      await wait(pauseMs, undefined, { signal });
    }
  }
}

const serverError = z.object({
  code: z.union([z.number(), z.string()]).optional(),
  message: z.string().default(''),
  errors: z
    .array(z.object({ reason: z.string().optional(), message: z.string().optional() }))
    .optional()
    .catch(undefined),
});

function statusOf(error: unknown): number | null {
  const parsed = serverError.safeParse(described(error));
  return parsed.success && typeof parsed.data.code === 'number' ? parsed.data.code : null;
}

/** An error's own fields, its message among them. */
function described(error: unknown): unknown {
  return error instanceof Error ? { ...error, message: error.message } : error;
}

/** What BigQuery said, with its reason and a way on. */
function failureOf(error: unknown, what: string): AssayError {
  const parsed = serverError.safeParse(described(error));
  const { code, message, errors } = parsed.success
    ? parsed.data
    : { code: undefined, message: String(error), errors: [] };
  const reason = errors?.at(0)?.reason ?? null;
  const text = errors?.at(-1)?.message ?? message;
  const said = `BigQuery would not ${what}${reason === null ? '' : ` (${reason})`}: ${text.trim()}`;
  const sentence = said.endsWith('.') ? said : `${said}.`;
  const fail = (errorCode: AssayError['code'], nextStep: string): AssayError =>
    new AssayError(errorCode, 'failure', sentence, { nextStep, cause: error });
  if (reason === 'quotaExceeded' || reason === 'rateLimitExceeded' || code === 429)
    return fail(
      'SERVER_UNAVAILABLE',
      'Wait until the quota is renewed, then give the same command: what was taken is not sent again.',
    );
  if (code === 401 || code === 403)
    return fail(
      'FORBIDDEN',
      'Log in with `gcloud auth application-default login` as someone with the role BigQuery Data Editor.',
    );
  if (code === 404) return fail('FILE_NOT_FOUND', 'Check the project and the dataset; the dataset must exist.');
  if (code === 413) return fail('TOO_LARGE', 'Report this: a request was made larger than BigQuery takes.');
  return fail(
    'SERVER_UNAVAILABLE',
    'Check the address and the network, then give the same command: what was taken is not sent again.',
  );
}
