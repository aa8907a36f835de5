import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, openSync, closeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import kafkajs, { Kafka, logLevel, type Admin } from 'kafkajs';
import { kafkaClassPath, missingForKafka } from './java.ts';

const run = promisify(execFile);
const readyTimeoutMs = 60_000;

/** A real Apache Kafka on loopback, with its own data folder. */
export interface Broker {
  /** `127.0.0.1:PORT`, without a password. */
  readonly address: string;
  /** `127.0.0.1:PORT` that wants SASL (`analyst` / `correct horse`), PLAIN or SCRAM-SHA-256. */
  readonly saslAddress: string;
  /** Wants TLS and SASL; its certificate is its own authority. Empty texts where TLS was not asked for. */
  readonly tls: { readonly address: string; readonly certificatePath: string };
  /** A listener that names `listenPort` as its own, where whoever starts it may pass connections on to `targetPort`. */
  readonly proxied: { readonly listenPort: number; readonly targetPort: number };
  readonly admin: Admin;
  createTopic(topic: string, partitions: number, config?: Readonly<Record<string, string>>): Promise<void>;
  /** From now on only nameless users, those of the address without a password, may see this topic. */
  forbidTopic(topic: string): Promise<void>;
  /** Runs a Java file of this folder with the Java client on its class path, and returns what it prints. */
  runJava(file: string, parameters: readonly string[]): Promise<string>;
  /** Ends the process as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same data and ports. */
  restart(): Promise<void>;
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
}

export const saslUser = { username: 'analyst', password: 'correct horse' } as const;

/** Formats a data folder and starts a single broker (KRaft, 256 MB of heap); settles when it answers. */
export async function startKafka({
  withTls = false,
  port: wantedPort,
}: { readonly withTls?: boolean; readonly port?: number } = {}): Promise<Broker> {
  if (missingForKafka !== null) throw new Error(`No Kafka broker can be started here: ${missingForKafka}.`);
  const classPath = await kafkaClassPath();
  const folder = mkdtempSync(join(tmpdir(), 'assay-kafka-'));
  const [freePort, saslPort, controllerPort, tlsPort, listenPort, targetPort] = await freePorts(6);
  const port = wantedPort ?? freePort;
  const certificatePath = withTls ? await makeCertificate(folder) : '';
  const configPath = join(folder, 'server.properties');
  const ports = { port, saslPort, controllerPort, tlsPort: withTls ? tlsPort : null, listenPort, targetPort };
  writeFileSync(configPath, serverProperties(folder, ports));
  writeFileSync(
    join(folder, 'log4j2.properties'),
    'rootLogger.level = ERROR\nrootLogger.appenderRef.c.ref = c\nappender.c.type = Console\nappender.c.name = c\n',
  );
  const scram = `SCRAM-SHA-256=[name=${saslUser.username},password=${saslUser.password}]`;
  await run('java', [
    '-cp',
    classPath,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId(),
    '-c',
    configPath,
    '--add-scram',
    scram,
  ]);

  const address = `127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const launch = async (): Promise<void> => {
    const log = openSync(join(folder, 'broker.log'), 'a');
    server = spawn('java', [...javaFlags(folder), '-cp', classPath, 'kafka.Kafka', configPath], {
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    await ready(port, server, join(folder, 'broker.log'));
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  };

  await launch();
  const admin = new Kafka({ clientId: 'test', brokers: [address], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return {
    address,
    saslAddress: `127.0.0.1:${saslPort}`,
    tls: { address: withTls ? `127.0.0.1:${tlsPort}` : '', certificatePath },
    proxied: { listenPort, targetPort },
    admin,
    createTopic: async (topic, partitions, config = {}) => {
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
      await admin.createTopics({
        topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
        waitForLeaders: false,
      });
      await leadersKnown(admin, topic);
    },
    forbidTopic: async (topic) => {
      // Plain Node finds no named exports for these.
      const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
      const { TOPIC } = AclResourceTypes;
      const rule = { resourceType: TOPIC, resourceName: topic, resourcePatternType: ResourcePatternTypes.LITERAL };
      const right = { principal: 'User:ANONYMOUS', host: '*', operation: AclOperationTypes.ALL };
      await admin.createAcls({ acl: [{ ...rule, ...right, permissionType: AclPermissionTypes.ALLOW }] });
    },
    runJava: async (file, parameters) => {
      const source = join(import.meta.dirname, file);
      const { stdout } = await run('java', [
        '-Xmx192m',
        '-XX:+UseSerialGC',
        `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`,
        '-cp',
        classPath,
        source,
        ...parameters,
      ]);
      return stdout;
    },
    kill: () => end('SIGKILL'),
    restart: launch,
    stop: async () => {
      await admin.disconnect().catch(() => undefined);
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const keyStorePassword = 'only for tests';

/** A key with a certificate that it signs itself, in the broker's store, and the certificate as a PEM file. */
async function makeCertificate(folder: string): Promise<string> {
  const store = ['-alias', 'broker', '-keystore', join(folder, 'broker.p12'), '-storetype', 'PKCS12'];
  const secret = ['-storepass', keyStorePassword];
  const names = ['-dname', 'CN=broker', '-ext', 'san=ip:127.0.0.1'];
  await run('keytool', ['-genkeypair', '-keyalg', 'EC', '-validity', '2', ...store, ...secret, ...names]);
  const path = join(folder, 'broker.pem');
  await run('keytool', ['-exportcert', '-rfc', '-file', path, ...store, ...secret]);
  return path;
}

function javaFlags(folder: string): readonly string[] {
  return [
    '-Xms256m',
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`,
  ];
}

/** A random cluster id in Kafka's form; one that begins with a dash would be read as an option. */
function clusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}

async function ready(port: number, broker: ChildProcess, logPath: string): Promise<void> {
  const deadlineMs = Date.now() + readyTimeoutMs;
  const client = new Kafka({
    clientId: 'ready-check',
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  while (Date.now() < deadlineMs) {
    if (broker.exitCode !== null) throw new Error(`The broker ended at start:\n${readFileSync(logPath, 'utf8')}`);
    if (await listens(port)) {
      const admin = client.admin();
      try {
        await admin.connect();
        await admin.listTopics();
        return;
      } catch {
        // It listens before it can answer.
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    }
    await sleep(100);
  }
  throw new Error(`The broker did not answer within ${readyTimeoutMs / 1000} s:\n${readFileSync(logPath, 'utf8')}`);
}

/** kafkajs would wait itself, but gives up where the broker has not heard of the new topic yet. */
async function leadersKnown(admin: Admin, topic: string): Promise<void> {
  const deadlineMs = Date.now() + readyTimeoutMs;
  for (;;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
      await sleep(50);
    }
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('A listening server has an address.');
    return address.port;
  });
  await Promise.all(servers.map((server) => promisify(server.close.bind(server))()));
  return ports;
}

interface Ports {
  readonly port: number;
  readonly saslPort: number;
  readonly controllerPort: number;
  /** Null where TLS is not wanted: its certificate takes seconds. */
  readonly tlsPort: number | null;
  readonly listenPort: number;
  readonly targetPort: number;
}

function serverProperties(
  folder: string,
  { port, saslPort, controllerPort, tlsPort, listenPort, targetPort }: Ports,
): string {
  const plainLogin = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${saslUser.username}="${saslUser.password}";`;
  const scramLogin = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const tlsListener = tlsPort === null ? '' : `,SASL_SSL://127.0.0.1:${tlsPort}`;
  const tlsSettings =
    tlsPort === null
      ? ''
      : `listener.name.sasl_ssl.plain.sasl.jaas.config=${plainLogin}
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=${scramLogin}
listener.name.sasl_ssl.ssl.keystore.type=PKCS12
listener.name.sasl_ssl.ssl.keystore.location=${join(folder, 'broker.p12')}
listener.name.sasl_ssl.ssl.keystore.password=${keyStorePassword}
listener.name.sasl_ssl.ssl.key.password=${keyStorePassword}
`;
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://127.0.0.1:${saslPort},PROXIED://127.0.0.1:${targetPort}${tlsListener},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://127.0.0.1:${saslPort},PROXIED://127.0.0.1:${listenPort}${tlsListener}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,PROXIED:PLAINTEXT,SASL_SSL:SASL_SSL
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256
listener.name.sasl_plaintext.plain.sasl.jaas.config=${plainLogin}
listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config=${scramLogin}
${tlsSettings}authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=true
log.dirs=${join(folder, 'data')}
num.partitions=4
message.max.bytes=8388608
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=4194304
num.io.threads=2
num.network.threads=2
log.retention.check.interval.ms=10000
auto.create.topics.enable=false
`;
}
