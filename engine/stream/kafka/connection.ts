import { readFileSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { AssayError, usageError } from '../../domain/error.ts';
import {
  formatTopicAddress,
  saslMechanisms,
  type SaslMechanism,
  type TopicAddress,
} from '../../domain/topic-address.ts';
import { openSocket } from '../../network/door.ts';
import { registerCodecs } from './codecs.ts';
import { setTimersInTheFuture } from './request-timers.ts';

/** How to enter a broker. Held in memory only: never in a case, a log or an error. */
export interface KafkaAccess {
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | null;
  readonly sasl: { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string } | null;
}

/**
 * Access from the environment: ASSAY_KAFKA_TLS=1, ASSAY_KAFKA_TLS_CA, _CERT and _KEY (PEM files), ASSAY_KAFKA_SASL
 * (plain, scram-sha-256, scram-sha-512), ASSAY_KAFKA_USERNAME and ASSAY_KAFKA_PASSWORD.
 * @throws AssayError WRONG_USE where these do not fit together, FILE_NOT_FOUND for a PEM file that cannot be read.
 */
export function kafkaAccess(environment: NodeJS.ProcessEnv = process.env): KafkaAccess {
  const pem = (name: string): string | undefined => {
    const path = environment[name];
    if (path === undefined || path === '') return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (cause) {
      throw new AssayError('FILE_NOT_FOUND', 'usage', `The file named by ${name} cannot be read.`, {
        nextStep: 'Name a PEM file that you may read.',
        cause,
      });
    }
  };
  const ca = pem('ASSAY_KAFKA_TLS_CA');
  const cert = pem('ASSAY_KAFKA_TLS_CERT');
  const key = pem('ASSAY_KAFKA_TLS_KEY');
  const wantsTls = ['1', 'true', 'yes'].includes(environment['ASSAY_KAFKA_TLS'] ?? '') || ca !== undefined;
  const tls = wantsTls
    ? {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      }
    : null;
  return { tls, sasl: saslOf(environment) };
}

function saslOf(environment: NodeJS.ProcessEnv): KafkaAccess['sasl'] {
  const name = environment['ASSAY_KAFKA_SASL']?.toLowerCase();
  const username = environment['ASSAY_KAFKA_USERNAME'];
  const password = environment['ASSAY_KAFKA_PASSWORD'];
  if (name === undefined && username === undefined && password === undefined) return null;
  const mechanism = saslMechanisms.find((known) => known === (name ?? 'plain'));
  if (mechanism === undefined)
    throw usageError('WRONG_USE', 'ASSAY_KAFKA_SASL names no known way.', `Choose from ${saslMechanisms.join(', ')}.`);
  if (username === undefined || password === undefined)
    throw usageError(
      'WRONG_USE',
      'A login to Kafka needs a user name and a password.',
      'Set both ASSAY_KAFKA_USERNAME and ASSAY_KAFKA_PASSWORD.',
    );
  return { mechanism, username, password };
}

/** As kafkajs has it where it opens sockets itself. */
const keepAliveMs = 60_000;
let codecsAreRegistered = false;

/** When a client ends that would go on by itself. */
export interface ClientEnd {
  /** Once it says so, a broker that is away is not waited for any longer, whatever the patience. */
  readonly isOver: () => boolean;
  /** Breaks every connection and lets none be opened. */
  readonly cut: AbortSignal;
}

/** A client for the brokers of an address. Nothing is connected yet; kafkajs writes no log of its own. */
export function createKafkaClient(
  address: TopicAddress,
  access: KafkaAccess,
  patience: KafkaConfig['retry'],
  end?: ClientEnd,
): Kafka {
  if (!codecsAreRegistered) registerCodecs();
  codecsAreRegistered = true;
  setTimersInTheFuture();
  return new kafkajs.Kafka({
    clientId: 'assay',
    // To kafkajs no broker at all is the one thing that trying again cannot mend.
    brokers: () => (end?.isOver() === true || end?.cut.aborted === true ? [] : [...address.brokers]),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 5_000,
    socketFactory: ({ host, port, ssl, onConnect }) => {
      end?.cut.throwIfAborted();
      const socket = openSocket('Kafka', { host, port, tls: access.tls === null ? null : ssl }, onConnect);
      if (end !== undefined) addAbortSignal(end.cut, socket);
      return socket.setKeepAlive(true, keepAliveMs);
    },
    ...(access.tls === null ? {} : { ssl: access.tls }),
    ...(access.sasl === null ? {} : { sasl: access.sasl as SASLOptions }),
    ...(patience === undefined ? {} : { retry: patience }),
  });
}

/** Says what went wrong with a topic in words; errors that are not Kafka's come back as they are. */
export function kafkaError(error: unknown, address: TopicAddress): unknown {
  if (error instanceof AssayError || !(error instanceof Error) || !error.name.startsWith('KafkaJS')) return error;
  const brokers = address.brokers.join(', ');
  const chain = causesOf(error);
  const has = (test: (part: Error & { readonly type?: string; readonly code?: unknown }) => boolean): boolean =>
    chain.some(test);
  if (has(({ name }) => name === 'KafkaJSSASLAuthenticationError'))
    return failure('BROKER_REFUSED', `${brokers} refused the login.`, loginStep, error);
  if (has(({ type }) => type === 'UNKNOWN_TOPIC_OR_PARTITION')) return noSuchTopic(address, error);
  if (has(({ type }) => type === 'TOPIC_AUTHORIZATION_FAILED' || type === 'GROUP_AUTHORIZATION_FAILED'))
    return failure('BROKER_REFUSED', `This user may not read ${formatTopicAddress(address)}.`, rightsStep, error);
  if (has(({ message }) => message.includes('SSL') || message.includes('certificate')))
    return failure('BROKER_REFUSED', `${brokers} and Assay did not agree on TLS (${error.message}).`, tlsStep, error);
  if (
    has(
      ({ name }) =>
        name === 'KafkaJSConnectionError' ||
        name === 'KafkaJSConnectionClosedError' ||
        name === 'KafkaJSRequestTimeoutError',
    )
  )
    return failure('BROKER_UNREACHABLE', `No Kafka broker answers at ${brokers}.`, reachStep, error);
  return failure('BROKER_UNREACHABLE', `Kafka at ${brokers} failed: ${error.message}.`, reachStep, error);
}

export function noSuchTopic(address: TopicAddress, cause?: unknown): AssayError {
  return failure(
    'TOPIC_NOT_FOUND',
    `There is no topic '${address.topic}' at ${address.brokers.join(', ')}.`,
    'Check its spelling, or create it. What was stored of it before is kept.',
    cause,
  );
}

const loginStep =
  'Check mechanism, user name and password; on the command line: ASSAY_KAFKA_SASL (plain, scram-sha-256, scram-sha-512), ASSAY_KAFKA_USERNAME and ASSAY_KAFKA_PASSWORD.';
const rightsStep = 'Ask for the right to read the topic and to join consumer groups whose names begin with assay-.';
const tlsStep =
  'Turn TLS on, and name the PEM file of the authority that signed the broker; on the command line: ASSAY_KAFKA_TLS=1 and ASSAY_KAFKA_TLS_CA.';
const reachStep =
  'Check that it runs and that host and port are right; behind a login or TLS, set ASSAY_KAFKA_SASL or ASSAY_KAFKA_TLS.';

function failure(
  code: 'BROKER_REFUSED' | 'BROKER_UNREACHABLE' | 'TOPIC_NOT_FOUND',
  message: string,
  nextStep: string,
  cause: unknown,
): AssayError {
  return new AssayError(code, 'failure', message, { nextStep, cause });
}

function causesOf(error: Error): readonly Error[] {
  const chain: Error[] = [];
  for (let part: unknown = error; part instanceof Error && !chain.includes(part);) {
    chain.push(part);
    const inner: { readonly cause?: unknown; readonly originalError?: unknown } = part;
    part = inner.cause ?? inner.originalError;
  }
  return chain;
}
