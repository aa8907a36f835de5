import { usageError } from './error.ts';

/** A topic and the brokers through which it is reached. Never holds a name or a password. */
export interface TopicAddress {
  /** `host:port`, one or more. */
  readonly brokers: readonly string[];
  readonly topic: string;
}

/** The logins that Assay knows. */
export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

const defaultPort = 9092;
const topicPattern = /^[\w.-]{1,249}$/;

/** True for texts that are meant as the address of a topic rather than as the path of a file. */
export function isTopicAddress(text: string): boolean {
  return /^kafka:\/\//i.test(text);
}

/**
 * Reads `kafka://host:port/topic`; several brokers are separated by commas, and a port left out is 9092.
 * @throws AssayError WRONG_USE where it is no such address, or holds a name or password.
 */
export function parseTopicAddress(text: string): TopicAddress {
  const match = /^kafka:\/\/([^/?#]+)\/([^/?#]+)$/i.exec(text.trim());
  if (match === null)
    throw usageError('WRONG_USE', 'That is not the address of a topic.', 'Write it as kafka://localhost:9092/TOPIC.');
  const [, hosts, topic] = match;
  if (hosts.includes('@'))
    throw usageError(
      'WRONG_USE',
      'The address of a topic may not hold a user name or password; others could read it there.',
      'Set ASSAY_KAFKA_USERNAME and ASSAY_KAFKA_PASSWORD in the environment instead.',
    );
  if (!topicPattern.test(topic))
    throw usageError(
      'WRONG_USE',
      `'${topic}' cannot be the name of a Kafka topic.`,
      'Topic names have letters, digits, dots, dashes and underscores.',
    );
  return { brokers: hosts.split(',').map(brokerOf), topic };
}

/** The address as text, as `parseTopicAddress` reads it. */
export function formatTopicAddress({ brokers, topic }: TopicAddress): string {
  return `kafka://${brokers.join(',')}/${topic}`;
}

function brokerOf(text: string): string {
  const match = /^(\[[\da-f:]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(text.trim());
  const port = Number(match?.[2] ?? defaultPort);
  if (match === null || port < 1 || port > 65_535)
    throw usageError('WRONG_USE', `'${text}' is not a broker.`, 'Write host:port, for example localhost:9092.');
  return `${match[1]}:${port}`;
}
