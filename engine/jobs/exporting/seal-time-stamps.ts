import { randomUUID, type X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { AssayError, usageError } from '../../domain/error.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { askForTimeStamp, parseTimeStampServer } from '../../export/sealing/ask-for-time-stamp.ts';
import { stampedDigest, timeStampOrderSchema, timeStampsOf, withTimeStamp } from '../../export/sealing/case-seal.ts';
import {
  certificatesInPem,
  checkedTimeStamp,
  RefusedTimeStamp,
  type TimeStamp,
} from '../../export/sealing/time-stamp.ts';
import { proxiesFrom } from '../../network/transport.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { OutboxEntry } from '../../store/outbox.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { textKind } from './output-kind.ts';
import { claimFile } from './output.ts';

export const sealKind = textKind('a seal of a case', '{"payload":"');

/** What is stamped, as it waits in a case. */
const orderNotesSchema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/u) });
const answerSchema = z.object({ response: z.base64() });
const authorityFile = 'authority.pem';

/** A time-stamp that was asked for. */
export type Stamped = NonNullable<JobResult<'seal'>['timeStamp']>;

/** From whom a time-stamp is wanted. */
export interface TimeStampOrder {
  readonly server: string;
  /** Certificates of the authority, in PEM. */
  readonly authority: string;
}

/** The seal of a case lies beside it. */
export function sealPath(casePath: string): string {
  return `${resolve(casePath).replace(/\.assay$/u, '')}.seal.json`;
}

/** @throws AssayError WRONG_USE for an address or certificates that cannot be used, FILE_NOT_FOUND */
export async function timeStampOrder({
  timeStampServer,
  timeStampAuthority,
}: Pick<ParsedJobInput<'seal'>, 'timeStampServer' | 'timeStampAuthority'>): Promise<TimeStampOrder | null> {
  if (timeStampServer === undefined) return null;
  parseTimeStampServer(timeStampServer);
  if (timeStampAuthority === undefined)
    throw usageError(
      'WRONG_USE',
      'It was not said whose time-stamp is to be believed.',
      "Name the authority's certificates in PEM: --time-stamp-authority FILE.",
    );
  const authority = await readPem(timeStampAuthority);
  authoritiesIn(authority, timeStampAuthority);
  return { server: timeStampServer, authority };
}

/** Puts a time-stamp that is wanted into the outbox, and into the history. What is sent later is the digest alone. */
export function putTimeStampOrder(
  openedCase: WritableCase,
  doing: Doing,
  modelId: number,
  seal: string,
  { server, authority }: TimeStampOrder,
): OutboxEntry {
  const sha256 = Buffer.from(stampedDigest(seal) ?? []).toString('hex');
  return openedCase.change(doing, () => {
    const result = openedCase.outbox.put({
      publishId: randomUUID(),
      modelId,
      identity: JSON.stringify(['time-stamp', server, sha256]),
      destination: { timeStampServer: server },
      notes: { sha256 },
      files: new Map([[authorityFile, Buffer.from(authority)]]),
      createdAtMs: doing.atMs,
    });
    return { what: 'time-stamp asked for', details: { timeStampServer: server, seal: sha256 }, result };
  });
}

/** Whether an entry of the outbox waits for a time-stamp; every other one is a model for a tracking server. */
export function isTimeStampOrder({ destination }: Pick<OutboxEntry, 'destination'>): boolean {
  return timeStampOrderSchema.safeParse(destination).success;
}

/**
 * Asks for a time-stamp that waits in the outbox. The answer is kept in the case, and in the seal where that is still there.
 * @param path where the seal lies, if it was not moved
 * @throws AssayError FORBIDDEN where the authority refuses, or its answer does not hold; the entry waits on then, too
 */
export async function sendTimeStampOrder(
  openedCase: WritableCase,
  entry: OutboxEntry,
  path: string,
  context: WorkContext,
): Promise<Stamped> {
  const { timeStampServer: server } = timeStampOrderSchema.parse(entry.destination);
  const { sha256 } = orderNotesSchema.parse(entry.notes);
  const authority = Buffer.from(openedCase.outbox.files(entry.id).get(authorityFile) ?? []).toString('utf8');
  const waiting = { server, atMs: null, authority: null, seal: null };
  try {
    const { response, timeStamp } = await askForTimeStamp(
      server,
      Buffer.from(sha256, 'hex'),
      authoritiesIn(authority, authorityFile),
      proxiesFrom(process.env),
      context.signal,
    );
    const { atMs, authority: name } = timeStamp;
    openedCase.change(doingOf(context), () => {
      openedCase.outbox.sent(entry.id, { response: Buffer.from(response).toString('base64') }, Date.now());
      const details = { timeStampServer: server, seal: sha256, atMs, authority: name };
      return { what: 'time-stamp received', details, result: undefined };
    });
    const seal = (await addToSeal(path, sha256, response, openedCase.path)) ? path : null;
    return { server, state: 'received', atMs, authority: name, seal, reason: null };
  } catch (error) {
    throwIfCancelled(context.signal);
    if (!(error instanceof AssayError)) throw error;
    openedCase.outbox.failed(entry.id, error.message);
    if (error.code === 'SERVER_UNAVAILABLE') return { ...waiting, state: 'waiting', reason: error.message };
    throw error;
  }
}

/** Whether the seal that was stamped lies there, and now carries its time-stamp. */
async function addToSeal(path: string, sha256: string, response: Uint8Array, casePath: string): Promise<boolean> {
  const seal = await readFile(path, 'utf8').catch(() => '');
  if (Buffer.from(stampedDigest(seal) ?? []).toString('hex') !== sha256) return false;
  const output = await claimFile(path, sealKind, { reads: [casePath], force: false });
  await output.write(withTimeStamp(seal, response));
  return true;
}

/**
 * The time-stamps of a seal that hold, and a sentence for each that does not: those that it carries, and those that arrived in the
 * case while the seal lay elsewhere.
 * @param authorityPath certificates in PEM of whom to trust; without it nobody is, and each says so
 */
export async function timeStampsOfSeal(
  seal: string,
  { outbox }: Pick<ReadableCase, 'outbox'>,
  authorityPath: string | undefined,
): Promise<{ readonly timeStamps: readonly TimeStamp[]; readonly problems: readonly string[] }> {
  const digest = stampedDigest(seal) ?? new Uint8Array();
  const authorities = authorityPath === undefined ? null : authoritiesIn(await readPem(authorityPath), authorityPath);
  const sha256 = Buffer.from(digest).toString('hex');
  const arrived = outbox.entries().flatMap((entry) => {
    const answer = answerSchema.safeParse(entry.result);
    const notes = orderNotesSchema.safeParse(entry.notes);
    return answer.success && notes.success && notes.data.sha256 === sha256 ? [answer.data.response] : [];
  });
  const responses = new Set([...timeStampsOf(seal).map((each) => Buffer.from(each).toString('base64')), ...arrived]);
  const timeStamps: TimeStamp[] = [];
  const problems: string[] = [];
  for (const response of responses) {
    try {
      timeStamps.push(checkedTimeStamp(Buffer.from(response, 'base64'), { digest, nonce: null, authorities }));
    } catch (error) {
      if (!(error instanceof RefusedTimeStamp)) throw error;
      problems.push(`A time-stamp of the seal does not hold: ${error.message}.`);
    }
  }
  if (authorities !== null && responses.size === 0) problems.push('The seal has no time-stamp.');
  return { timeStamps, problems };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `The certificates in ${path} cannot be read.`, {
      nextStep: 'Name a readable file in PEM.',
      cause,
    });
  }
}

function authoritiesIn(text: string, path: string): readonly X509Certificate[] {
  try {
    return certificatesInPem(text);
  } catch (error) {
    if (!(error instanceof RefusedTimeStamp)) throw error;
    throw usageError('WRONG_USE', `${path} cannot be used: ${error.message}.`, 'Name a file of certificates in PEM.');
  }
}
