import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { temporaryFolder } from '../../command-line/run-assay.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { startRegistryDouble, type RegistryDouble } from './schema-registry-double.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { followTopicOf, sendTo } from './topic-fixture.ts';

const login = { username: 'reader', password: 'open sesame' } as const;
const avroId = 7;
const jsonId = 8;
const protobufId = 300;
const keyId = 9;

const schemas = {
  [avroId]: {
    schema: JSON.stringify({
      type: 'record',
      name: 'Payment',
      fields: [
        { name: 'id', type: 'long' },
        { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 } },
        { name: 'account_balance', type: ['null', 'double'], default: null },
      ],
    }),
  },
  [jsonId]: {
    schemaType: 'JSON',
    schema: JSON.stringify({ type: 'object', required: ['id', 'amount'], properties: { amount: { type: 'number' } } }),
  },
  [protobufId]: {
    schemaType: 'PROTOBUF',
    schema: `syntax = "proto3"; package shop;
      message Other { string note = 1; }
      message Payment { int64 id = 1; double amount = 2; double account_balance = 3; }`,
  },
  [keyId]: { schema: '"string"' },
} as const;

// What the serializers of each format write, by hand, so that no reader is tested against its own writer.
function framed(schemaId: number, ...parts: readonly Buffer[]): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(schemaId, 1);
  return Buffer.concat([prefix, ...parts]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function avroPayment(id: bigint, cents: number, balance: number): Buffer {
  const unscaled = Buffer.alloc(4);
  unscaled.writeInt32BE(cents);
  const amount = Buffer.concat([Buffer.from([8]), unscaled]);
  return framed(avroId, varint(id << 1n), amount, Buffer.from([2]), double(balance));
}

/** The second message of its file: the indexes before it are their count 1 and the index 1, as zigzag. */
function protobufPayment(id: bigint, amount: number, balance: number): Buffer {
  const fields = [Buffer.from([0x08]), varint(id), Buffer.from([0x11]), double(amount)];
  const last = balance === 0 ? [] : [Buffer.from([0x19]), double(balance)];
  return framed(protobufId, Buffer.from([2, 2]), ...fields, ...last);
}

function jsonPayment(id: number, amount: unknown, balance: number): Buffer {
  return framed(jsonId, Buffer.from(JSON.stringify({ id, amount, account_balance: balance })));
}

function rawText(casePath: string, sequences: readonly number[]): readonly string[] {
  const openedCase = openCaseReadOnly(casePath);
  try {
    return openedCase.readRawMany(sequences).map(({ bytes }) => new TextDecoder().decode(bytes));
  } finally {
    openedCase.close();
  }
}

function quarantineReasons(casePath: string): readonly string[] {
  const openedCase = openCaseReadOnly(casePath);
  try {
    return openedCase.quarantined({ limit: 100 }).rows.map(({ reason }) => reason);
  } finally {
    openedCase.close();
  }
}

describeWithKafka('messages whose schemas lie in a registry', () => {
  let broker: Broker;
  let registry: RegistryDouble;
  beforeAll(async () => {
    broker = await startKafka();
    registry = await startRegistryDouble(schemas);
  });
  afterEach(() => {
    registry.isAway = false;
    vi.unstubAllEnvs();
  });
  afterAll(async () => {
    await registry.close();
    await broker.stop();
  });

  async function topicWith(topic: string, messages: readonly Message[]): Promise<string> {
    await broker.createTopic(topic, 1);
    await sendTo(broker, topic, messages);
    return topic;
  }

  test('become rows from Avro, JSON Schema and Protobuf, exact to the last digit', async () => {
    const beyondDouble = 2n ** 53n + 1n;
    const topic = await topicWith('three-formats', [
      ...Array.from({ length: 150 }, (_, id) => ({ value: avroPayment(BigInt(id), -1995 + id, 10.5) })),
      ...Array.from({ length: 150 }, (_, id) => ({ value: jsonPayment(id, id / 8, 10.5) })),
      ...Array.from({ length: 150 }, (_, id) => ({ value: protobufPayment(BigInt(id), id / 8, 10.5) })),
      { value: avroPayment(beyondDouble, 5, 1), key: framed(keyId, Buffer.from([6]), Buffer.from('abc')) },
      { value: protobufPayment(beyondDouble, 0.25, 0), key: 'plain' },
    ]);
    const casePath = join(temporaryFolder(), 'formats.assay');
    const result = await followTopicOf(broker, topic, casePath, { schemaRegistry: registry.url });
    expect(result).toMatchObject({ messages: 452, rows: 452, quarantined: 0 });
    const [avro, json, protobuf, lastAvro, lastProtobuf] = rawText(casePath, [0, 151, 301, 450, 451]);
    expect(avro).toContain('"payload":{"id":0,"amount":-19.95,"account_balance":10.5}}');
    expect(json).toContain('"payload":{"id":1,"amount":0.125,"account_balance":10.5}}');
    expect(protobuf).toContain('"payload":{"id":"1","amount":0.125,"accountBalance":10.5}}');
    expect(lastAvro).toContain('"key":"\\"abc\\"","payload":{"id":"9007199254740993","amount":0.05');
    // A zero is not on the wire of Proto3, and is a value all the same.
    expect(lastProtobuf).toContain(
      '"key":"plain","payload":{"id":"9007199254740993","amount":0.25,"accountBalance":0}}',
    );
    // One question for each schema, however many messages name it.
    expect([...registry.asked].sort((a, b) => a - b).slice(0, 4)).toEqual([avroId, jsonId, keyId, protobufId]);
  });

  test('go to quarantine with the reason where the schema is unknown or the bytes do not fit it', async () => {
    const good = Array.from({ length: 250 }, (_, id) => ({ value: jsonPayment(id, id / 8, 10.5) }));
    const topic = await topicWith('odd-bytes', [
      ...good,
      { value: framed(99, Buffer.from('{}')) },
      { value: '{"id":1,"amount":2}' },
      { value: Buffer.from([0, 0]) },
      { value: jsonPayment(1, 'much', 3) },
      { value: framed(avroId, Buffer.from([1])) },
      { value: framed(protobufId, Buffer.from([2, 2, 0xff])) },
      { value: framed(protobufId, Buffer.from([2, 8])) },
      { value: null },
      { value: jsonPayment(300, 4, 5) },
    ]);
    const casePath = join(temporaryFolder(), 'odd.assay');
    const result = await followTopicOf(broker, topic, casePath, { schemaRegistry: registry.url });
    expect(result).toMatchObject({ messages: 259, rows: 251, quarantined: 8 });
    expect(quarantineReasons(casePath)).toEqual([
      'The payload names schema 99, which the registry does not know.',
      'The payload does not begin with the id of a schema.',
      'The payload does not begin with the id of a schema.',
      expect.stringContaining('does not fit its schema 8: invalid payload at /amount'),
      expect.stringContaining('does not fit its schema 7'),
      expect.stringContaining('does not fit its schema 300'),
      expect.stringContaining('does not fit its schema 300: the schema has no such message type'),
      expect.stringContaining('tombstone'),
    ]);
  });

  test('wait while the registry is away, and none is lost or sent to quarantine', async () => {
    const topic = await topicWith(
      'absent-registry',
      Array.from({ length: 250 }, (_, id) => ({ value: jsonPayment(id, id / 8, 10.5) })),
    );
    const away = await startRegistryDouble(schemas);
    onTestFinished(() => away.close());
    const casePath = join(temporaryFolder(), 'away.assay');
    const following = followTopicOf(broker, topic, casePath, {
      schemaRegistry: away.url,
      untilIdleMs: 600_000,
      maxMessages: 251,
    });
    await vi.waitFor(() => expect(away.asked).toContain(jsonId), { timeout: 120_000, interval: 20 });
    away.isAway = true;
    await sendTo(broker, topic, [{ value: avroPayment(1n, 100, 2) }]);
    await sleep(1500);
    away.isAway = false;
    const result = await following;
    expect(result).toMatchObject({ rows: 251, quarantined: 0 });
  });

  test('are not begun with where the registry is not there, refuses, or is something else', async () => {
    const topic = await topicWith('no-registry', [{ value: jsonPayment(1, 2, 3) }]);
    const folder = temporaryFolder();
    const follow = (schemaRegistry: string): Promise<unknown> =>
      followTopicOf(broker, topic, join(folder, 'none.assay'), { schemaRegistry });
    await expect(follow('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    await expect(follow('ftp://registry')).rejects.toMatchObject({ code: 'WRONG_USE' });
    await expect(follow('http://me:secret@127.0.0.1:1')).rejects.toMatchObject({
      code: 'WRONG_USE',
      message: expect.not.stringContaining('secret'),
    });
    const guarded = await startRegistryDouble(schemas, login);
    onTestFinished(() => guarded.close());
    await expect(follow(guarded.url)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
    vi.stubEnv('ASSAY_SCHEMA_REGISTRY_USERNAME', login.username);
    vi.stubEnv('ASSAY_SCHEMA_REGISTRY_PASSWORD', login.password);
    const result = await followTopicOf(broker, topic, join(folder, 'in.assay'), { schemaRegistry: guarded.url });
    expect(result.rows).toBe(1);
    expect(JSON.stringify(result)).not.toContain(login.password);
  });
});
