import type { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { AssayError, usageError } from '../../domain/error.ts';
import { fetchNoted, httpAgents } from '../../network/door.ts';
import { readMessageIndexes, readWireFormat } from './wire-format.ts';
import type { TopicMessage } from './topic-message.ts';

/** Where schemas are looked up, and as whom. Held in memory only: never in a case, a log or an error. */
export interface SchemaRegistryAccess {
  readonly url: string;
  readonly login: { readonly username: string; readonly password: string } | null;
}

/** Reads keys and values that name their schema. */
export interface SchemaDecoder {
  /**
   * The same messages with values (and keys that have a schema) as JSON. A value that cannot be read stays as it came,
   * with `fault` saying why.
   * @throws AssayError REGISTRY_UNREACHABLE, REGISTRY_REFUSED where a schema could not be asked for: the messages can be
   * given again later.
   */
  decode(messages: readonly TopicMessage[]): Promise<readonly TopicMessage[]>;
}

/** A schema that cannot be had now may be registered, or mended, later. */
const retryMissingAfterMs = 30_000;
const answerTimeoutMs = 10_000;
/** No registry gives this id to a schema, so that the answer is known. */
const unusedSchemaId = 2 ** 31 - 1;

/**
 * The login is that of the environment: ASSAY_SCHEMA_REGISTRY_USERNAME and ASSAY_SCHEMA_REGISTRY_PASSWORD.
 * @throws AssayError WRONG_USE where the address is no HTTP address or holds a name or password, or half a login is given.
 */
export function schemaRegistryAccess(url: string, environment: NodeJS.ProcessEnv = process.env): SchemaRegistryAccess {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol))
    throw usageError(
      'WRONG_USE',
      'That is not the address of a schema registry.',
      'Write it as http://localhost:8081.',
    );
  if (parsed.username !== '' || parsed.password !== '')
    throw usageError(
      'WRONG_USE',
      'The address of a schema registry may not hold a user name or password; others could read it there.',
      'Set ASSAY_SCHEMA_REGISTRY_USERNAME and ASSAY_SCHEMA_REGISTRY_PASSWORD in the environment instead.',
    );
  const username = environment['ASSAY_SCHEMA_REGISTRY_USERNAME'];
  const password = environment['ASSAY_SCHEMA_REGISTRY_PASSWORD'];
  if ((username === undefined) !== (password === undefined))
    throw usageError(
      'WRONG_USE',
      'A login to a schema registry needs a user name and a password.',
      'Set both ASSAY_SCHEMA_REGISTRY_USERNAME and ASSAY_SCHEMA_REGISTRY_PASSWORD.',
    );
  const login = username === undefined || password === undefined ? null : { username, password };
  return { url: `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, ''), login };
}

/**
 * Makes sure that a schema registry answers, and returns what reads messages by its schemas.
 * @throws AssayError REGISTRY_UNREACHABLE, REGISTRY_REFUSED.
 */
export async function openSchemaRegistry(access: SchemaRegistryAccess): Promise<SchemaDecoder> {
  await probe(access);
  // The client brings readers of three formats with it: only who uses a registry waits for them.
  const [{ SchemaRegistry, SchemaType }, { avroOptions }] = await Promise.all([
    import('@kafkajs/confluent-schema-registry'),
    import('./avro-types.ts'),
  ]);
  const agents = httpAgents('Schema registry');
  const registry = new SchemaRegistry(
    {
      host: access.url,
      clientId: 'assay',
      agent: new URL(access.url).protocol === 'https:' ? agents.secure : agents.plain,
      retry: { retries: 1, initialRetryTimeInSecs: 0.1 },
      ...(access.login === null ? {} : { auth: access.login }),
    },
    { [SchemaType.AVRO]: avroOptions(), [SchemaType.JSON]: { strict: false, validateFormats: false } },
  );
  return schemaDecoder(access.url, registry);
}

async function probe({ url, login }: SchemaRegistryAccess): Promise<void> {
  const authorization = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  let status = 0;
  let isRegistry = false;
  try {
    const response = await fetchNoted('Schema registry', `${url}/schemas/ids/${unusedSchemaId}`, {
      headers: authorization === null ? {} : { authorization },
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    status = response.status;
    const body: unknown = await response.json().catch(() => null);
    isRegistry = typeof body === 'object' && body !== null && ('error_code' in body || 'schema' in body);
  } catch (error) {
    throw unreachable(url, error);
  }
  if (status === 401 || status === 403) throw refused(url);
  if (status >= 500 || !isRegistry) throw unreachable(url);
}

/** Reads one payload; throws with the reason where it does not fit the schema. */
type PayloadReader = (payload: Buffer) => Buffer;

interface KnownSchema {
  /** How to read its messages, or why that is impossible. */
  readonly reader: PayloadReader | string;
  readonly askAgainMs: number;
}

function schemaDecoder(url: string, registry: SchemaRegistry): SchemaDecoder {
  const known = new Map<number, KnownSchema>();

  async function learn(id: number): Promise<void> {
    const found = known.get(id);
    if (found !== undefined && performance.now() < found.askAgainMs) return;
    const reader = await askFor(url, registry, id);
    const isFinal = typeof reader !== 'string';
    known.set(id, { reader, askAgainMs: isFinal ? Infinity : performance.now() + retryMissingAfterMs });
  }

  /** The JSON of a key or value, or why there is none. */
  function read(bytes: Buffer): Buffer | string {
    const wire = readWireFormat(bytes);
    if (wire === null) return 'The payload does not begin with the id of a schema.';
    const { reader } = known.get(wire.schemaId) ?? { reader: 'not asked for' };
    if (typeof reader === 'string') return `The payload names schema ${wire.schemaId}, ${reader}.`;
    try {
      return reader(wire.payload);
    } catch (error) {
      return `The payload does not fit its schema ${wire.schemaId}: ${wordsOf(error)}.`;
    }
  }

  return {
    decode: async (messages) => {
      const wanted = new Set<number>();
      for (const { key, value } of messages)
        for (const bytes of [key, value]) {
          const wire = bytes === null ? null : readWireFormat(bytes);
          if (wire !== null) wanted.add(wire.schemaId);
        }
      for (const id of wanted) await learn(id);
      return messages.map((message) => {
        const key = message.key === null ? null : read(message.key);
        const value = message.value === null ? null : read(message.value);
        return {
          ...message,
          // Many keys are plain text or numbers; what names no schema stays as it is.
          ...(Buffer.isBuffer(key) ? { key } : {}),
          ...(typeof value === 'string' ? { fault: value } : { value }),
        };
      });
    },
  };
}

async function askFor(url: string, registry: SchemaRegistry, id: number): Promise<PayloadReader | string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unreachable(url)), answerTimeoutMs);
  });
  try {
    return payloadReader(await Promise.race([registry.getSchema(id), late]));
  } catch (error) {
    const status = error instanceof Error && 'status' in error ? error.status : undefined;
    if (status === 404) return 'which the registry does not know';
    if (status === 401 || status === 403) throw refused(url);
    if (status !== undefined || error instanceof AssayError) throw unreachable(url, error);
    return `which cannot be used (${wordsOf(error)})`;
  } finally {
    clearTimeout(timer);
  }
}

/** What is used of a schema of the client, whose three kinds have little else in common. */
interface ClientSchema {
  readonly fromBuffer: (payload: Buffer) => unknown;
}

/** What is used of a message type of protobufjs, which the client wraps. */
interface ProtobufType {
  readonly nestedArray: readonly object[];
  readonly parent: { readonly nestedArray: readonly object[] } | null;
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): unknown;
}

function payloadReader(schema: ClientSchema): PayloadReader {
  if ('message' in schema) return protobufReader(schema.message as ProtobufType);
  // JSON is handed on as it is once it is known to fit, so that no digit of it changes.
  if ('validate' in schema)
    return (payload) => {
      schema.fromBuffer(payload);
      return payload;
    };
  return (payload) => Buffer.from(JSON.stringify(schema.fromBuffer(payload), bytesAsBase64));
}

/** Enums, services and namespaces lie beside message types and are not counted. */
function isMessageType(declared: object): declared is ProtobufType {
  return 'fields' in declared && 'decode' in declared;
}

/**
 * Messages as Protobuf's own JSON mapping has them: names in lowerCamelCase, 64-bit numbers as digits in quotes. The
 * client reads every message as the first one of its file; the indexes before it tell the right one.
 */
function protobufReader(first: ProtobufType): PayloadReader {
  const typeAt = (indexes: readonly number[]): ProtobufType => {
    let within: readonly object[] = first.parent?.nestedArray ?? [first];
    let type: ProtobufType | undefined;
    for (const index of indexes) {
      type = within.filter(isMessageType)[index] as ProtobufType | undefined;
      if (type === undefined) throw new Error('the schema has no such message type');
      within = type.nestedArray;
    }
    return type ?? first;
  };
  return (payload) => {
    const indexed = readMessageIndexes(payload);
    if (indexed === null) throw new Error('it does not begin with the place of a message type');
    const type = typeAt(indexed.indexes);
    const message = type.decode(indexed.message);
    // Proto3 leaves zeros out on the wire: they are values all the same.
    const object = type.toObject(message, { longs: String, enums: String, bytes: String, defaults: true });
    return Buffer.from(JSON.stringify(object));
  };
}

function bytesAsBase64(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return original instanceof Uint8Array ? Buffer.from(original).toString('base64') : value;
}

function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const paths = error instanceof Error && 'paths' in error && Array.isArray(error.paths) ? error.paths.flat() : [];
  return paths.length === 0 ? message : `${message} at ${paths.map((path) => String(path) || '/').join(', ')}`;
}

function unreachable(url: string, cause?: unknown): AssayError {
  return new AssayError('REGISTRY_UNREACHABLE', 'failure', `No schema registry answers at ${url}.`, {
    nextStep: 'Check that it runs and that the address is right, including its path.',
    cause,
  });
}

function refused(url: string): AssayError {
  return new AssayError('REGISTRY_REFUSED', 'failure', `The schema registry at ${url} refused the login.`, {
    nextStep: 'Check ASSAY_SCHEMA_REGISTRY_USERNAME and ASSAY_SCHEMA_REGISTRY_PASSWORD.',
  });
}
