import { randomBytes, type X509Certificate } from 'node:crypto';
import { AssayError, usageError } from '../../domain/error.ts';
import { openTransport, reasonOfFailure, type HttpAnswer, type Route } from '../../network/transport.ts';
import { checkedTimeStamp, RefusedTimeStamp, timeStampRequest, type TimeStamp } from './time-stamp.ts';

const answerTimeoutMs = 60_000;

/** @throws AssayError WRONG_USE for an address that is not http or https, or that would give a login away wherever it is kept. */
export function parseTimeStampServer(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw usageError(
      'WRONG_USE',
      `'${address}' is not the address of a time-stamp server.`,
      'Give it as http://HOST/PATH or https://HOST/PATH.',
    );
  if (url.username !== '' || url.password !== '')
    throw usageError('WRONG_USE', 'The address of the time-stamp server holds a user or a password.');
  return url;
}

/**
 * Asks an authority once, by HTTP (RFC 3161, section 3.4), and checks what it answers.
 * @param digest SHA-256 of what is to be stamped; nothing else is sent
 * @returns the answer in DER, and what it says
 * @throws AssayError SERVER_UNAVAILABLE where it cannot be reached; FORBIDDEN where it refuses, or its answer does not hold
 */
export async function askForTimeStamp(
  server: string,
  digest: Uint8Array,
  authorities: readonly X509Certificate[],
  route: Route,
  signal: AbortSignal,
): Promise<{ readonly response: Uint8Array; readonly timeStamp: TimeStamp }> {
  const url = parseTimeStampServer(server);
  // Below 2^64 and never negative: some servers take no longer one.
  const nonce = randomBytes(8).readBigUInt64BE() | 1n;
  let answer: HttpAnswer;
  try {
    answer = await openTransport(
      'Time-stamp',
      route,
    )({
      method: 'POST',
      url,
      headers: { 'Content-Type': 'application/timestamp-query', Accept: 'application/timestamp-reply' },
      body: timeStampRequest(digest, nonce),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw unavailable(`The time-stamp server at ${url.origin} cannot be reached: ${reasonOfFailure(cause)}.`, cause);
  }
  if (answer.status >= 500)
    throw unavailable(`The time-stamp server at ${url.origin} could not answer (HTTP ${answer.status}).`);
  if (answer.status !== 200)
    throw new AssayError(
      'FORBIDDEN',
      'failure',
      `The time-stamp server at ${url.origin} refused (HTTP ${answer.status}).`,
      {
        nextStep: 'Check the address with whoever runs it.',
      },
    );
  try {
    return { response: answer.body, timeStamp: checkedTimeStamp(answer.body, { digest, nonce, authorities }) };
  } catch (cause) {
    if (!(cause instanceof RefusedTimeStamp)) throw cause;
    throw new AssayError(
      'FORBIDDEN',
      'failure',
      `The answer of ${url.origin} is not the time-stamp that was asked for: ${cause.message}.`,
      { nextStep: 'Nothing was kept. Ask whoever runs the server, or check its certificates.', cause },
    );
  }
}

function unavailable(message: string, cause?: unknown): AssayError {
  return new AssayError('SERVER_UNAVAILABLE', 'failure', message, {
    nextStep: 'The seal waits in the case: `assay push --case FILE` asks again.',
    cause,
  });
}
