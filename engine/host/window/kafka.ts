import { readFileSync } from 'node:fs';
import { AssayError, usageError } from '../../domain/error.ts';
import { parseTopicAddress } from '../../domain/topic-address.ts';
import { listTopics, peekTopic } from '../../stream/kafka/browse.ts';
import { kafkaAccess, type KafkaAccess } from '../../stream/kafka/connection.ts';
import { accessTo, forgetAccess, rememberAccess, rememberedAccess } from '../../stream/kafka/known-access.ts';
import { probeTopic } from '../../stream/kafka/probe.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';

const peekWaitMs = 8_000;
/** Longest piece of a message that is shown. */
const shownBytes = 4_096;

/** Takes over how to enter some brokers: in the memory of this process, and nowhere else. */
export function enterKafka(input: ParsedRequestInput<'kafka.signIn'>): RequestOutput<'kafka.signIn'> {
  const brokers = brokersOf(input.brokers);
  const { entry } = input;
  if (entry.kind === 'environment') forgetAccess(brokers);
  else
    rememberAccess(brokers, {
      tls: entry.tls ? { ...(entry.caPath === '' ? {} : { ca: pemFile(entry.caPath) }) } : null,
      sasl: entry.login && { ...entry.login, password: entry.login.password ?? earlierPassword(brokers, entry.login) },
    });
  return { kept: false };
}

/** The password given before for the same user, so that it need not be typed again. */
function earlierPassword(brokers: readonly string[], { username }: { readonly username: string }): string {
  const earlier = rememberedAccess(brokers)?.sasl;
  if (earlier?.username === username) return earlier.password;
  throw usageError('WRONG_USE', `No password is known for ${username}.`, 'Type the password.');
}

function pemFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `The PEM file ${path} cannot be read.`, {
      nextStep: 'Name a file that you may read.',
      cause,
    });
  }
}

export function kafkaEntry(input: ParsedRequestInput<'kafka.entry'>): RequestOutput<'kafka.entry'> {
  const remembered = rememberedAccess(brokersOf(input.brokers));
  const access: KafkaAccess = remembered ?? kafkaAccess();
  const isStated = access.tls !== null || access.sasl !== null;
  return {
    from: remembered !== undefined ? 'window' : isStated ? 'environment' : 'nowhere',
    tls: access.tls !== null,
    mechanism: access.sasl?.mechanism ?? null,
    username: access.sasl?.username ?? null,
  };
}

export function testKafka(input: ParsedRequestInput<'kafka.test'>): Promise<RequestOutput<'kafka.test'>> {
  const brokers = brokersOf(input.brokers);
  const address = input.topic === '' ? { brokers, topic: '' } : addressOf(input);
  return probeTopic(address, accessTo(address));
}

export function kafkaTopics(input: ParsedRequestInput<'kafka.topics'>): Promise<RequestOutput<'kafka.topics'>> {
  const brokers = brokersOf(input.brokers);
  return listTopics(brokers, accessTo({ brokers }));
}

export async function peekKafka(input: ParsedRequestInput<'kafka.peek'>): Promise<RequestOutput<'kafka.peek'>> {
  const address = addressOf(input);
  const messages = await peekTopic(address, accessTo(address), { limit: input.limit, waitMs: peekWaitMs });
  const shown = (bytes: Buffer): string => bytes.subarray(0, shownBytes).toString('utf8');
  return messages.map(({ partition, offset, timestampMs, key, value }) => ({
    partition,
    offset,
    timestampMs,
    key: key && shown(key),
    text: value && shown(value),
    bytes: value?.length ?? 0,
  }));
}

function addressOf(input: { readonly brokers: string; readonly topic: string }): ReturnType<typeof parseTopicAddress> {
  return parseTopicAddress(`kafka://${input.brokers.replaceAll(/\s/g, '')}/${input.topic.trim()}`);
}

function brokersOf(brokers: string): readonly string[] {
  return addressOf({ brokers, topic: 'any' }).brokers;
}
