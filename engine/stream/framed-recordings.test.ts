import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { MessageFrame } from '../domain/message-frame.ts';
import { temporaryFolder } from '../../test/command-line/run-assay.ts';
import { openRecording } from './open-recording.ts';
import { batchesOfStored } from './stored-batches.ts';

const rows = Array.from({ length: 12 }, (_, id) => ({
  id,
  amount: id * 1.5,
  account: 9_007_199_254_740_993n + BigInt(id),
}));
const textOf = (row: object): string =>
  JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `#${String(value)}#` : value)).replaceAll(
    /"#|#"/gu,
    '',
  );
const bare = rows.map(textOf);

/** How tools write a record: what Assay makes of it where nothing is said, and by which choice it is read. */
const forms: readonly {
  readonly name: string;
  readonly wrap: (record: string, index: number) => string;
  /** Absent: the records come out as they are, nothing needs to be said. */
  readonly refusal?: string;
  readonly frame?: MessageFrame;
}[] = [
  { name: 'a bare record', wrap: (record) => record },
  { name: 'a row that Debezium flattened', wrap: (record) => record },
  { name: 'binary CloudEvents: attributes are headers', wrap: (record) => record },
  {
    name: 'Debezium',
    wrap: (record) => `{"before":null,"after":${record},"source":{"lsn":24023128},"op":"c","ts_ms":1}`,
    refusal: 'Debezium',
    frame: 'debezium',
  },
  {
    name: 'Debezium with its schema',
    wrap: (record) =>
      `{"schema":{"type":"struct"},"payload":{"before":null,"after":${record},"source":{"lsn":1},"op":"r"}}`,
    refusal: 'Debezium',
    frame: 'debezium',
  },
  {
    name: 'Maxwell',
    wrap: (record) =>
      `{"database":"shop","table":"payments","type":"insert","ts":1449786310,"xid":940752,"data":${record}}`,
    refusal: 'Maxwell',
    frame: 'maxwell',
  },
  {
    name: 'GoldenGate',
    wrap: (record) =>
      `{"table":"SHOP.PAYMENTS","op_type":"I","op_ts":"2026-03-02 08:00:00","pos":"00000000","after":${record}}`,
    refusal: 'GoldenGate',
    frame: 'goldengate',
  },
  {
    name: 'AWS DMS',
    wrap: (record) =>
      `{"data":${record},"metadata":{"record-type":"data","operation":"insert","table-name":"payments"}}`,
    refusal: 'AWS DMS',
    frame: 'dms',
  },
  {
    name: 'Kafka Connect with its schema',
    wrap: (record) => `{"schema":{"type":"struct","optional":false},"payload":${record}}`,
    refusal: 'Kafka Connect',
    frame: 'connect',
  },
  {
    name: 'structured CloudEvents',
    wrap: (record, index) => `{"specversion":"1.0","id":"${index}","source":"/shop","type":"payment","data":${record}}`,
    refusal: 'CloudEvents',
    frame: 'cloudevents',
  },
  {
    name: 'Canal: several rows a message',
    wrap: (record) => `{"data":[${record}],"database":"shop","table":"payments","type":"INSERT","isDdl":false,"ts":1}`,
    refusal: 'Canal',
  },
];

const envelope = (payload: string, index: number, more = ''): string =>
  `{"topic":"payments","partition":0,"offset":${index},"tstype":"create","ts":1772441800000,"key":null,"payload":${payload}${more}}`;

async function cellsOf(lines: readonly string[], frame?: MessageFrame): Promise<readonly string[]> {
  const path = join(temporaryFolder(), 'recording.json');
  writeFileSync(path, `${lines.join('\n')}\n`);
  const reader = await openRecording(path, frame === undefined ? {} : { stated: { frame } });
  try {
    const cells: string[] = [];
    const stored: Uint8Array[] = [];
    for await (const batch of reader.batches()) {
      expect(batch.rejected.map(({ reason }) => reason)).toEqual([]);
      const own = ['id', 'amount', 'account'].map((name) => batch.columnNames.indexOf(name));
      for (let row = 0; row < batch.rowCount; row++) {
        cells.push(own.map((column) => batch.text(row, column)).join(' '));
        stored.push(Uint8Array.from(batch.bytes.subarray(batch.rawStart[row], batch.rawEnd[row])));
      }
    }
    // Read again from what a case keeps of it, as retries and audits do.
    const again = [...batchesOfStored(reader.format, reader.columnNames, stored)].flatMap((batch) => {
      const own = ['id', 'amount', 'account'].map((name) => batch.columnNames.indexOf(name));
      return Array.from({ length: batch.rowCount }, (_, row) => own.map((column) => batch.text(row, column)).join(' '));
    });
    expect(again).toEqual(cells);
    return cells;
  } finally {
    await reader.close();
  }
}

const expected = rows.map(({ id, amount, account }) => `${id} ${amount} ${String(account)}`);

it.each(forms)('in a file: $name', async ({ wrap, refusal, frame }) => {
  const written = bare.map(wrap);
  const layouts = [
    written,
    written.map((text, index) => envelope(JSON.stringify(text), index)),
    written.map((text, index) => envelope(text, index)),
  ];
  for (const lines of layouts) {
    if (refusal === undefined) expect(await cellsOf(lines)).toEqual(expected);
    else
      await expect(cellsOf(lines)).rejects.toMatchObject({
        message: expect.stringContaining(refusal) as string,
        nextStep: expect.stringContaining(`--frame ${frame ?? 'none'}`) as string,
      });
    if (frame !== undefined) expect(await cellsOf(lines, frame)).toEqual(expected);
  }
});

it('lists in messages, and bytes that name a schema, are refused by name; a byte order mark is passed over', async () => {
  await expect(cellsOf(bare.map((text, index) => envelope(JSON.stringify(`[${text}]`), index)))).rejects.toThrow(
    'lists',
  );
  const wire = bare.map((text, index) => {
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.from(text)]);
    return envelope(JSON.stringify(bytes.toString()), index, `,"payloadBase64":"${bytes.toString('base64')}"`);
  });
  await expect(cellsOf(wire)).rejects.toMatchObject({
    nextStep: expect.stringContaining('--schema-registry') as string,
  });
  expect(await cellsOf([`\ufeff${bare[0]}`, ...bare.slice(1)])).toEqual(expected);
  // A list of records is a recording as it is.
  expect(await cellsOf([`[${bare.join(',\n')}]`])).toEqual(expected);
});

it('what a frame holds that is no transaction is rejected with its reason, and a frame around CSV is refused', async () => {
  const path = join(temporaryFolder(), 'changes.ndjson');
  const change = (op: string, after: string): string => `{"before":null,"after":${after},"source":{},"op":"${op}"}`;
  writeFileSync(
    path,
    [change('c', '{"id":1}'), change('u', '{"id":2}'), change('d', 'null'), change('c', '"{}"')].join('\n'),
  );
  const reader = await openRecording(path, { stated: { frame: 'debezium' } });
  const reasons: string[] = [];
  for await (const { rejected } of reader.batches()) reasons.push(...rejected.map(({ reason }) => reason));
  await reader.close();
  expect(reasons).toEqual([
    expect.stringContaining('an update'),
    expect.stringContaining('the deletion'),
    expect.stringContaining('is a text'),
  ]);
  writeFileSync(path, 'id,amount\n1,2\n');
  await expect(openRecording(path, { stated: { frame: 'connect' } })).rejects.toMatchObject({ code: 'WRONG_USE' });
});
