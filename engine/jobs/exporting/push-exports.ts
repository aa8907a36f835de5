import { readFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { AssayError, usageError } from '../../domain/error.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { publish, type Published } from '../../export/mlflow/publish.ts';
import {
  checkFiles,
  destinationSchema,
  publicationFile,
  publicationSchema,
  type Destination,
  type Publication,
} from '../../export/mlflow/publication.ts';
import {
  openTrackingClient,
  parseTrackingUri,
  ServerUnavailable,
  type Patience,
} from '../../export/mlflow/tracking-client.ts';
import type { Doing } from '../../store/decision-log.ts';
import { oneAtATime } from '../../store/one-at-a-time.ts';
import { openCase } from '../../store/open-case.ts';
import type { NewOutboxEntry, OutboxEntry } from '../../store/outbox.ts';
import type { JsonValue } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { isTimeStampOrder, sealPath, sendTimeStampOrder } from './seal-time-stamps.ts';
import { trackingAccess } from './tracking-access.ts';

/** A server that is down for longer than about a minute is left for the next `assay push`. */
const defaultPatience: Patience = { repetitions: 6, firstPauseMs: 500 };

/** How to reach the server; kept by nobody, as passwords are not. */
type SendOptions = Pick<ParsedJobInput<'push'>, 'ca' | 'repetitions'>;

type Sent = Pick<JobResult<'exportMlflow'>, 'state' | 'alias' | 'published' | 'reason'>;

/** @throws AssayError WRONG_USE for an address or names that MLflow does not take, and for an alias of nothing. */
export function destinationOf(
  trackingUri: string,
  names: Pick<ParsedJobInput<'push'>, 'experiment' | 'register' | 'alias' | 'unlessWorse'>,
): Destination {
  // Before anything is stored: a password in it would be kept in the case.
  parseTrackingUri(trackingUri);
  const parsed = destinationSchema.safeParse({
    trackingUri,
    experiment: names.experiment ?? 'assay',
    register: names.register ?? null,
    alias: names.alias ?? null,
    unlessWorse: names.unlessWorse ?? null,
  });
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw usageError('WRONG_USE', `The ${path.join('.')} cannot be used: ${message}.`);
  }
  if (parsed.data.alias !== null && parsed.data.register === null)
    throw usageError('WRONG_USE', 'An alias belongs to a registered model.', 'Add --register NAME.');
  return parsed.data;
}

/** The `push` job: sends what waits in a case's outbox, or a folder that was carried by hand. */
export async function pushExports(input: ParsedJobInput<'push'>, context: WorkContext): Promise<JobResult<'push'>> {
  if (input.folder !== undefined) return pushFolder(input.folder, input, context);
  if (input.casePath === undefined)
    throw usageError('WRONG_USE', 'Nothing was named to push.', 'Add --case FILE, or the folder that was exported.');
  const openedCase = openCase(input.casePath);
  try {
    const waiting = openedCase.outbox
      .entries()
      .filter(
        ({ state, publishId }) =>
          state === 'waiting' && (input.publishId === undefined || input.publishId === publishId),
      );
    const entries: JobResult<'push'>['entries'] = [];
    const refusals: AssayError[] = [];
    for (const entry of waiting) {
      const { publishId } = entry;
      if (input.cancel) {
        openedCase.change(doingOf(context), () => {
          openedCase.outbox.cancel(entry.id, Date.now());
          return { what: 'export taken back', details: aboutEntry(entry), result: undefined };
        });
        const alias = isTimeStampOrder(entry) ? null : destinationSchema.parse(entry.destination).alias;
        entries.push({ publishId, state: 'cancelled', alias, published: null, reason: null, timeStamp: null });
        continue;
      }
      try {
        entries.push({ publishId, ...(await sendWhatever(openedCase, entry, input, context)) });
      } catch (error) {
        throwIfCancelled(context.signal);
        if (!(error instanceof AssayError)) throw error;
        refusals.push(error);
      }
    }
    // Those behind a refused one have gone out by now.
    if (refusals.length > 0) throw refusals[0];
    return { entries };
  } finally {
    openedCase.close();
  }
}

async function sendWhatever(
  openedCase: WritableCase,
  entry: OutboxEntry,
  options: SendOptions,
  context: WorkContext,
): Promise<Omit<JobResult<'push'>['entries'][number], 'publishId'>> {
  if (!isTimeStampOrder(entry)) return { ...(await sendEntry(openedCase, entry, options, context)), timeStamp: null };
  const timeStamp = await sendTimeStampOrder(openedCase, entry, sealPath(openedCase.path), context);
  const state = timeStamp.state === 'received' ? 'published' : 'waiting';
  return { state, alias: null, published: null, reason: timeStamp.reason, timeStamp };
}

/**
 * Puts an export into the outbox and the history. One that is there already is not made again: only its alias is asked for
 * anew, as for a roll back.
 */
export function putIntoOutbox(
  openedCase: WritableCase,
  doing: Doing,
  entry: Omit<NewOutboxEntry, 'destination'> & { readonly destination: Destination },
): OutboxEntry {
  return openedCase.inTransaction(() => {
    const stored = openedCase.outbox.put(entry);
    const isNew = stored.publishId === entry.publishId;
    // An alias that waits to be moved still does; one that was moved is not moved again unasked.
    if (!isNew && entry.destination.alias === null) {
      if (stored.state === 'sent') openedCase.outbox.redirect(stored.id, { ...entry.destination });
      return openedCase.outbox.entry(stored.id);
    }
    return openedCase.change(doing, () => {
      if (isNew) return { what: 'export put into the outbox', details: aboutEntry(stored), result: stored };
      const hasArrived = stored.state === 'sent' || destinationSchema.parse(stored.destination).asksAliasAnew;
      openedCase.outbox.redirect(stored.id, { ...entry.destination, asksAliasAnew: hasArrived });
      const redirected = openedCase.outbox.entry(stored.id);
      return { what: 'export asked for its alias', details: aboutEntry(redirected), result: redirected };
    });
  });
}

function aboutEntry({ publishId, modelId, destination }: OutboxEntry): { readonly [name: string]: JsonValue } {
  return { publishId, modelId, destination };
}

/**
 * Sends one entry of the outbox and notes what became of it. Where the server cannot be reached the entry waits on.
 * @throws AssayError FORBIDDEN and others where the server refuses; the entry waits on then, too.
 */
export async function sendEntry(
  openedCase: WritableCase,
  entry: OutboxEntry,
  options: SendOptions,
  context: WorkContext,
): Promise<Sent> {
  const publication = {
    notes: publicationSchema.parse(entry.notes),
    files: openedCase.outbox.files(entry.id),
  };
  checkFiles(publication, openedCase.path);
  const destination = destinationSchema.parse(entry.destination);
  const { alias } = destination;
  try {
    const published = await send(publication, destination, options, context, () => {
      if (openedCase.outbox.entry(entry.id).state === 'cancelled') throw new TakenBack();
    });
    openedCase.change(doingOf(context), () => {
      openedCase.outbox.sent(entry.id, { ...published }, Date.now());
      return { what: 'export sent', details: { ...aboutEntry(entry), ...published }, result: undefined };
    });
    return { state: 'published', alias, published, reason: null };
  } catch (error) {
    if (error instanceof TakenBack) return { state: 'cancelled', alias, published: null, reason: null };
    throwIfCancelled(context.signal);
    openedCase.outbox.failed(entry.id, error instanceof Error ? error.message : String(error));
    if (error instanceof ServerUnavailable) return { state: 'waiting', alias, published: null, reason: error.message };
    throw error;
  }
}

async function pushFolder(
  folder: string,
  input: ParsedJobInput<'push'>,
  context: WorkContext,
): Promise<JobResult<'push'>> {
  if (input.trackingUri === undefined)
    throw usageError(
      'WRONG_USE',
      'A folder does not know its server.',
      'Add --tracking-uri ADDRESS and --experiment NAME.',
    );
  const publication = await readFolder(resolve(folder));
  const destination = { ...destinationOf(input.trackingUri, input), asksAliasAnew: true };
  const published = await send(publication, destination, input, context, () => undefined);
  const { publishId } = publication.notes;
  return {
    entries: [{ publishId, state: 'published', alias: destination.alias, published, reason: null, timeStamp: null }],
  };
}

async function readFolder(folder: string): Promise<Publication> {
  const read = async (path: string): Promise<Uint8Array> => {
    try {
      return await readFile(join(folder, ...path.split('/')));
    } catch (cause) {
      throw new AssayError('FILE_NOT_FOUND', 'usage', `There is no file ${path} in ${folder}.`, {
        nextStep: 'Name a folder that `assay export mlflow --out` wrote.',
        cause,
      });
    }
  };
  const notes = publicationSchema.safeParse(parsedJson(await read(publicationFile)));
  if (!notes.success)
    throw usageError(
      'MODEL_MISMATCH',
      `${publicationFile} in ${folder} does not describe an export.`,
      'Name a folder that `assay export mlflow --out` wrote.',
    );
  const paths = Object.keys(notes.data.checksums);
  if (paths.some((path) => path.split('/').includes('..') || path.startsWith('/')))
    throw usageError('MODEL_MISMATCH', `${publicationFile} in ${folder} names files outside the folder.`);
  const files = new Map<string, Uint8Array>();
  for (const path of paths) files.set(path, await read(path));
  const publication = { notes: notes.data, files };
  checkFiles(publication, folder);
  return publication;
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Two processes that send the same publication would both find nothing and both make it, so the second waits. */
async function send(
  publication: Publication,
  destination: Destination,
  { ca, repetitions = defaultPatience.repetitions }: SendOptions,
  context: WorkContext,
  beforeSending: () => void,
): Promise<Published> {
  const client = openTrackingClient(destination.trackingUri, await trackingAccess(ca), context.signal);
  return oneAtATime(lockPathOf(publication), context.signal, () => {
    beforeSending();
    return publish(client, publication, destination, {
      signal: context.signal,
      patience: { ...defaultPatience, repetitions },
      onStep: (done, total) => context.report({ phase: 'export', done, total, unit: 'steps' }),
    });
  });
}

/** Lock files stay, so there are few: publications whose ids begin alike take turns, too. */
function lockPathOf({ notes }: Publication): string {
  return join(tmpdir(), `assay-push-${userInfo().uid}-${notes.publishId.slice(0, 2)}.lock`);
}

/** The export was taken back while it waited for its turn. */
class TakenBack extends Error {}
