import { AssayError } from '../../domain/error.ts';
import type { TopicAddress } from '../../domain/topic-address.ts';
import { openSocket } from '../../network/door.ts';
import { peekTopic } from './browse.ts';
import { createKafkaClient, kafkaError, type KafkaAccess } from './connection.ts';

export const probeSteps = ['reach', 'encryption', 'login', 'topic', 'permission'] as const;
export type ProbeStep = (typeof probeSteps)[number];

/** What one step of trying a connection came to, in words. */
export interface ProbeFinding {
  readonly step: ProbeStep;
  readonly isGood: boolean;
  readonly sentence: string;
  readonly nextStep?: string;
}

const connectLimitMs = 5_000;
const peekLimitMs = 8_000;

/**
 * Tries a connection step by step and says what each came to; the first bad step is the last. `topic` may be empty:
 * then only brokers and login are tried. Never throws for what a broker or network does.
 */
export async function probeTopic(address: TopicAddress, access: KafkaAccess): Promise<readonly ProbeFinding[]> {
  const findings: ProbeFinding[] = [];
  for (const step of probeSteps) {
    if (address.topic === '' && (step === 'topic' || step === 'permission')) break;
    const finding = await steps[step](address, access);
    findings.push({ step, ...finding });
    if (!finding.isGood) break;
  }
  return findings;
}

type Finding = Omit<ProbeFinding, 'step'>;
type Try = (address: TopicAddress, access: KafkaAccess) => Promise<Finding>;

const good = (sentence: string): Finding => ({ isGood: true, sentence });
const bad = (sentence: string, nextStep: string): Finding => ({ isGood: false, sentence, nextStep });

const reach: Try = async ({ brokers }) => {
  const answers = await Promise.all(brokers.map(async (broker) => ({ broker, fault: await plainFault(broker) })));
  const there = answers.filter(({ fault }) => fault === null);
  if (there.length > 0) return good(`${there.map(({ broker }) => broker).join(', ')} answers.`);
  return bad(
    answers.map(({ broker, fault }) => faultWords(broker, fault ?? '')).join(' '),
    'Check host and port, that the broker runs, and that no firewall lies between.',
  );
};

const encryption: Try = async ({ brokers }, { tls }) => {
  if (tls === null) return good('Without TLS, as asked: everything is readable on the way.');
  const fault = await tlsFault(brokers[0], tls);
  if (fault === null) return good('TLS is agreed on, and the certificate is trusted.');
  const known = tlsWords(brokers[0], fault);
  return bad(known.sentence, known.nextStep);
};

const login: Try = async (address, access) => {
  const admin = createKafkaClient(address, access, { retries: 0 }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
    return good(access.sasl === null ? 'Nobody asked for a login.' : `Logged in as ${access.sasl.username}.`);
  } catch (cause) {
    const error = kafkaError(cause, address);
    if (error instanceof AssayError && error.code === 'BROKER_REFUSED' && access.sasl !== null)
      return bad(
        `${address.brokers.join(', ')} refused the login of ${access.sasl.username} by ${access.sasl.mechanism}.`,
        'Check user name, password and mechanism.',
      );
    return closedConnection(address, access);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

/** A broker that hangs up without a word: what it would rather have is found by trying. */
async function closedConnection({ brokers }: TopicAddress, access: KafkaAccess): Promise<Finding> {
  const [broker] = brokers;
  if (access.tls === null && (await tlsFault(broker, { rejectUnauthorized: false })) === null)
    return bad(`${broker} speaks TLS only, and TLS is off.`, 'Turn TLS on.');
  if (access.sasl === null)
    return bad(
      `${broker} answers, but hangs up before it says anything.`,
      'It may want a login: choose a mechanism. Or it is not a Kafka broker.',
    );
  return bad(
    `${broker} does not take a login by ${access.sasl.mechanism} on this port.`,
    'Try another mechanism, another port, or no login.',
  );
}

const topic: Try = async (address, access) => {
  const admin = createKafkaClient(address, access, { retries: 1, initialRetryTime: 200 }).admin();
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [address.topic] });
    const partitions = topics[0]?.partitions.length ?? 0;
    return good(`'${address.topic}' is there, with ${partitions} partition${partitions === 1 ? '' : 's'}.`);
  } catch (cause) {
    return badOfError(kafkaError(cause, address));
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

const permission: Try = async (address, access) => {
  try {
    const messages = await peekTopic(address, access, { limit: 1, waitMs: peekLimitMs });
    return good(messages.length === 0 ? 'May be read; no message is in it yet.' : 'May be read; a message came.');
  } catch (error) {
    return badOfError(error);
  }
};

const steps: Readonly<Record<ProbeStep, Try>> = { reach, encryption, login, topic, permission };

function badOfError(error: unknown): Finding {
  if (error instanceof AssayError) return bad(error.message, error.nextStep ?? 'Look at the log of the broker.');
  throw error;
}

/** The code of what went wrong with a plain connection, or null. */
function plainFault(broker: string): Promise<string | null> {
  return faultOf((done) => openSocket('Kafka', { ...hostAndPort(broker), tls: null }, () => done(null)));
}

function tlsFault(
  broker: string,
  options: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly rejectUnauthorized?: false },
): Promise<string | null> {
  return faultOf((done) => openSocket('Kafka', { ...hostAndPort(broker), tls: options }, () => done(null)));
}

interface Connecting {
  setTimeout(timeoutMs: number, listener: () => void): unknown;
  once(event: 'error', listener: (error: Error & { readonly code?: string }) => void): unknown;
  destroy(): unknown;
}

function faultOf(open: (done: (fault: string | null) => void) => Connecting): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = open((fault) => {
      resolve(fault);
      socket.destroy();
    });
    socket.setTimeout(connectLimitMs, () => {
      resolve('ETIMEDOUT');
      socket.destroy();
    });
    socket.once('error', (error) => resolve(error.code ?? error.message));
  });
}

function hostAndPort(broker: string): { readonly host: string; readonly port: number } {
  const at = broker.lastIndexOf(':');
  return { host: broker.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(broker.slice(at + 1)) };
}

function faultWords(broker: string, code: string): string {
  if (code === 'ECONNREFUSED') return `Nothing listens at ${broker}.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The host of ${broker} is not known here.`;
  if (code === 'ETIMEDOUT') return `${broker} does not answer within ${connectLimitMs / 1000} seconds.`;
  return `${broker} cannot be reached (${code}).`;
}

function tlsWords(broker: string, code: string): { readonly sentence: string; readonly nextStep: string } {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      sentence: `The certificate of ${broker} is for another host.`,
      nextStep: 'Write the host as the certificate names it.',
    };
  if (code === 'CERT_HAS_EXPIRED')
    return { sentence: `The certificate of ${broker} has expired.`, nextStep: 'Ask for it to be renewed.' };
  if (/SELF_SIGNED|UNABLE_TO_|UNKNOWN_CA|CERT/.test(code))
    return {
      sentence: `The certificate of ${broker} is signed by an authority that is not known here.`,
      nextStep: 'Name the PEM file of that authority.',
    };
  return { sentence: `${broker} does not speak TLS on this port.`, nextStep: 'Turn TLS off, or name its TLS port.' };
}
