import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { smallRecording } from '../../test/command-line/small-recording.ts';
import { featureNames } from '../domain/feature-spec.ts';
import { openCaseReadOnly } from '../store/open-case.ts';
import { createCommandLineEngine } from './command-line-engine.ts';
import { startScoringService, type ScoringService } from './scoring-service.ts';

const rows = 4000;
const context = { signal: new AbortController().signal, report: () => undefined };
const engine = createCommandLineEngine();
const folder = mkdtempSync(join(tmpdir(), 'assay-scoring-'));
const recording = join(folder, 'payments.csv');
const withWindows = join(folder, 'windows.assay');
const plain = join(folder, 'plain.assay');
const onnxFolder = join(folder, 'exported');
const records = smallRecordsOf(smallRecording({ rows, missing: 0.05 }));

interface Score {
  readonly id: string;
  readonly score: number;
  readonly sum: number;
  readonly flagged: boolean;
}
type Cells = Readonly<Record<string, unknown>>;

/** The lines of a CSV text as records: numbers as numbers, empty cells as null. */
function smallRecordsOf(csv: string): readonly Cells[] {
  const [header, ...lines] = csv.trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(
      names.map((name, at) => [name, cells[at] === '' ? null : name === 'amount' ? Number(cells[at]) : cells[at]]),
    );
  });
}

beforeAll(async () => {
  writeFileSync(recording, smallRecording({ rows, missing: 0.05 }));
  const forest = { trees: 60 };
  await done(engine.runJob('run', { recordings: [recording], casePath: withWindows, forest }, context));
  await done(engine.runJob('run', { recordings: [recording], casePath: plain, forest, windows: false }, context));
  await done(engine.runJob('exportOnnx', { casePath: withWindows, output: onnxFolder }, context));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function done<T>(answer: Promise<{ readonly ok: true; readonly data: T } | { readonly ok: false }>): Promise<T> {
  const outcome = await answer;
  if (!outcome.ok) throw new Error(JSON.stringify(outcome));
  return outcome.data;
}

async function started(model: string, mostBodyBytes = 2 ** 24): Promise<ScoringService> {
  const service = await startScoringService({ model, hostname: '127.0.0.1', port: 0, mostBodyBytes }, context.signal);
  onTestFinished(() => service.close());
  return service;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

async function post(address: string, body: unknown): Promise<Reply> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const scoresOf = ({ body }: Reply): readonly Score[] => (body as { readonly scores: readonly Score[] }).scores;

/** What `assay score` digests: id, sum and flag of every row, in order. */
function digestOf(scores: readonly Score[]): string {
  const hash = createHash('sha256');
  for (const { id, sum, flagged } of scores) hash.update(`${id}\n${sum}\n${flagged ? 1 : 0}\n`);
  return hash.digest('hex');
}

describe('the scoring service answers as `assay score` does', () => {
  it.each([
    ['a case', withWindows],
    ['an exported folder', onnxFolder],
    ['an ONNX file', join(onnxFolder, 'model.onnx')],
    ['a case without features over time', plain],
  ])('to the last sum and flag over %s', async (_, model) => {
    const { address } = await started(model);
    const output = join(folder, 'scores.csv');
    const expected = await done(engine.runJob('score', { model, recordings: [recording], output }, context));
    const reply = await post(`${address}/score`, { inputs: records, featuresOverTime: 'from-inputs' });
    expect(reply.status).toBe(200);
    const scores = scoresOf(reply);
    expect({ rows: scores.length, digest: digestOf(scores) }).toEqual({
      rows: expected.rows,
      digest: expected.flagsDigest,
    });
    expect(scores.filter(({ flagged }) => flagged).length).toBe(expected.flagged);
    expect(expected.flagged).toBeGreaterThan(0);
    const lines = readFileSync(output, 'utf8').trimEnd().split('\n').slice(1);
    expect(scores.map(({ id, score, flagged }) => `${id},${score},${flagged ? 1 : 0}`)).toEqual(lines);
  });

  it.each([
    ['the case', withWindows],
    ['the exported model', onnxFolder],
  ])('with finished features over time, in any batches and one by one: %s', async (_, model) => {
    const { address } = await started(model);
    const openedCase = openCaseReadOnly(withWindows);
    const [stored] = openedCase.models();
    const spec = openedCase.featureSpec(stored.featureSetId);
    const names = featureNames(spec);
    const first = spec.features.length;
    expect(names.length).toBeGreaterThan(first);
    const sums: number[] = [];
    const inputs: Cells[] = [];
    for (const segment of openedCase.segments()) {
      const features = openedCase.readFeatures(stored.featureSetId, segment) ?? new Float32Array(0);
      sums.push(...(openedCase.readScores(stored.id, segment) ?? []));
      for (let row = 0; row < segment.rowCount; row++)
        inputs.push({
          ...records[inputs.length],
          ...Object.fromEntries(
            names.slice(first).map((name, at) => [name, features[row * names.length + first + at]]),
          ),
        });
    }
    openedCase.close();
    const answers: number[] = [];
    for (let from = 0; from < inputs.length; from += 1500)
      answers.push(
        ...scoresOf(await post(`${address}/score`, { inputs: inputs.slice(from, from + 1500) })).map(({ sum }) => sum),
      );
    expect(answers).toEqual(sums);
    for (const row of [0, 17, rows - 1])
      expect((await post(`${address}/score/single`, inputs[row])).body).toMatchObject({ sum: sums[row] });
  });

  it('to odd cells too, and refuses what `assay score` puts in quarantine', async () => {
    const { address } = await started(plain);
    const cell = fc.oneof(
      fc.constantFrom(null, '', 'NULL', 'nan', '-', true, false, '1e3', ' 12.5 ', '１２', 0, -0, 1e308, 5e-324),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }).map((big) => ({ digits: String(big) })),
    );
    const odd = fc.record({
      payment_id: cell,
      event_time: fc.oneof(fc.constantFrom(null, '2026-01-05T10:00:00Z', '2026-01-05 10:00'), cell),
      card_id: cell,
      channel: fc.oneof(fc.constantFrom('pos', 'web'), cell),
      merchant_category: cell,
      amount: cell,
      is_fraud: fc.constant('0'),
    });
    const texts = fc
      .sample(odd, { numRuns: 600, seed: 7 })
      .map((record) => JSON.stringify(record).replace(/\{"digits":"(\d+)"\}/g, '$1'));
    const accepted: { readonly text: string; readonly score: Score }[] = [];
    const refused: string[] = [];
    for (const text of texts) {
      const { status, body } = await post(`${address}/score/single`, text);
      if (status === 200) accepted.push({ text, score: body as Score });
      else {
        expect({ status, body }).toMatchObject({ status: 400, body: { error: { code: 'INVALID_RECORDS' } } });
        refused.push(text);
      }
    }
    expect(accepted.length).toBeGreaterThan(20);
    expect(refused.length).toBeGreaterThan(20);
    const output = join(folder, 'odd.csv');
    const score = async (name: string, lines: readonly string[]): Promise<{ rows: number; quarantined: number }> => {
      const path = join(folder, name);
      // A first line with every key, so that the recording has all columns whatever is missing below.
      writeFileSync(path, `${JSON.stringify(records[0])}\n${lines.join('\n')}\n`);
      return done(engine.runJob('score', { model: plain, recordings: [path], output }, context));
    };
    expect(await score('refused.ndjson', refused)).toMatchObject({ rows: 1, quarantined: refused.length });
    expect(
      await score(
        'accepted.ndjson',
        accepted.map(({ text }) => text),
      ),
    ).toMatchObject({ quarantined: 0 });
    const flags = readFileSync(output, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((line) => line.split(',').slice(-2).join(','));
    expect(accepted.map(({ score: { score: value, flagged } }) => `${value},${flagged ? 1 : 0}`)).toEqual(flags);
  });
});

describe('the scoring service refuses by name', () => {
  it('any JSON at all that is no batch, and never fails on it', async () => {
    const { address } = await started(withWindows);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((inputs) => `{"inputs":[${inputs}]}`),
        ),
        async (body) => {
          for (const path of ['/score', '/score/single']) {
            const { status, body: answer } = await post(address + path, body);
            expect(status).toBe(400);
            const { error } = answer as { error: { code: string; message: string } };
            expect(['WRONG_USE', 'INVALID_RECORDS', 'MODEL_MISMATCH']).toContain(error.code);
            expect(error.message).toMatch(/\.$/);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('records that lack a key, and says how to go on', async () => {
    const { address } = await started(withWindows);
    const { amount: _, ...withoutAmount } = records[0];
    const reply = await post(`${address}/score`, {
      inputs: [records[0], withoutAmount],
      featuresOverTime: 'from-inputs',
    });
    expect(reply).toMatchObject({ status: 400, body: { error: { code: 'MODEL_MISMATCH' } } });
    expect(JSON.stringify(reply.body)).toContain('Record 1 lacks amount');
    const given = await post(`${address}/score`, { inputs: [records[0]] });
    expect(given).toMatchObject({ status: 400, body: { error: { code: 'MODEL_MISMATCH' } } });
    expect(JSON.stringify(given.body)).toContain('from-inputs');
  });

  it('records in which a key stands twice, by the sentence of the quarantine', async () => {
    const { address } = await started(plain);
    const { amount, ...others } = records[0];
    const twice = JSON.stringify(records[0]).replace('}', `,"amount":${JSON.stringify(amount)}}`);
    const reason = 'The key "amount" stands twice in the record, and which of its values holds is not known.';
    const refused = (row: number): object => ({
      status: 400,
      body: {
        error: { code: 'INVALID_RECORDS', message: `1 of the records cannot be read: record ${row}: ${reason}` },
      },
    });
    expect(await post(`${address}/score/single`, twice)).toMatchObject(refused(0));
    const both = `{"inputs":[${JSON.stringify(records[0])},${twice}]}`;
    expect(await post(`${address}/score`, both)).toMatchObject(refused(1));
    const inputs = JSON.stringify([{ ...others, amount }]);
    expect(await post(`${address}/score`, `{"inputs":${inputs},"inputs":${inputs}}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'WRONG_USE' } },
    });
  });

  it('bodies that are too long, by length and by what really comes, and goes on', async () => {
    const { address } = await started(plain, 20_000);
    const long = JSON.stringify({ inputs: records.slice(0, 1000) });
    expect(await post(`${address}/score`, long)).toMatchObject({ status: 413, body: { error: { code: 'TOO_LARGE' } } });
    const chunked = httpRequest(`${address}/score`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
    });
    chunked.on('error', () => undefined);
    const answered = once(chunked, 'response') as Promise<[IncomingMessage]>;
    chunked.write(long.slice(0, 15_000));
    chunked.write(long.slice(15_000, 60_000));
    expect((await answered)[0].statusCode).toBe(413);
    chunked.destroy();
    expect((await post(`${address}/score`, { inputs: records.slice(0, 20) })).status).toBe(200);
  });

  it('too many records', async () => {
    const { address } = await started(plain);
    const inputs = new Array<object>(10_001).fill({});
    expect(await post(`${address}/score`, { inputs })).toMatchObject({
      status: 413,
      body: { error: { code: 'TOO_LARGE' } },
    });
  });

  it.each([
    ['another path', '/scores', { method: 'GET' }, 404],
    ['another method', '/score', { method: 'GET' }, 405],
    ['a form of a web page', '/score', { method: 'POST', body: 'inputs=1' }, 415],
    [
      'bytes that are not UTF-8',
      '/score',
      { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: new Uint8Array([0x22, 0xff, 0x22]) },
      400,
    ],
  ])('%s', async (_, path, options, status) => {
    const { address } = await started(plain);
    const response = await fetch(address + path, options);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code: 'WRONG_USE' } });
  });

  it('a name that is not this machine, as a page of another site would send it', async () => {
    const { address } = await started(plain);
    const asked = httpRequest(`${address}/openapi.json`, { headers: { Host: 'evil.example' } }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(403);
  });
});

it('describes itself so that real requests and answers are what it says', async () => {
  const { address } = await started(withWindows);
  const text = await (await fetch(`${address}/openapi.json`)).text();
  const document = JSON.parse(text) as {
    openapi: string;
    paths: Record<string, object>;
    components: { schemas: object };
  };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths).sort()).toEqual(
    ['/health/live', '/health/ready', '/metrics', '/openapi.json', '/score', '/score/single'].sort(),
  );
  const { schemas } = (JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as typeof document).components;
  const accepts = (name: string, value: unknown): boolean =>
    z
      .fromJSONSchema({ $ref: `#/$defs/${name}`, $defs: schemas } as Parameters<typeof z.fromJSONSchema>[0])
      .safeParse(value).success;

  const request = { inputs: records.slice(0, 30), featuresOverTime: 'from-inputs' };
  const reply = await post(`${address}/score`, request);
  expect(reply.status).toBe(200);
  expect(accepts('Batch', request)).toBe(true);
  expect(accepts('Scores', reply.body)).toBe(true);
  for (const wrong of [{ inputs: [{}] }, { inputs: records.slice(0, 1) }, { records: [] }, []]) {
    const refused = await post(`${address}/score`, wrong);
    expect(refused.status).toBe(400);
    expect(accepts('Batch', wrong)).toBe(false);
    expect(accepts('Problem', refused.body)).toBe(true);
  }
  const ready = (await (await fetch(`${address}/health/ready`)).json()) as object;
  expect(ready).toMatchObject({ state: 'ready' });
  const metrics = await (await fetch(`${address}/metrics`)).text();
  expect(metrics).toContain('iforest_records_scored_total{topic="http",model=');
  expect(metrics).toContain('iforest_requests_total{route="/score",status="400"} 4');
});

it('answers what is under way when it is told to stop, and takes nothing more', async () => {
  const service = await startScoringService(
    { model: plain, hostname: '127.0.0.1', port: 0, mostBodyBytes: 2 ** 24 },
    context.signal,
  );
  const { address } = service;
  const { port } = new URL(address);
  const body = JSON.stringify({ inputs: records.slice(0, 50) });
  const socket = connect(Number(port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
  socket.write(
    `POST /score HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 100)}`,
  );
  // The service has the beginning of the request once another one, sent later, has been answered.
  await fetch(`${address}/health/live`);
  const closed = service.close();
  socket.write(body.slice(100));
  await once(socket, 'close');
  await closed;
  expect(answer).toContain('HTTP/1.1 200');
  expect(answer).toContain('Connection: close');
  expect(answer).toContain('"flagged"');
  await expect(fetch(`${address}/health/live`)).rejects.toThrow();
});

it('answers every request that was sent over an open connection before it was told to stop', async () => {
  const service = await started(plain);
  const { port } = new URL(service.address);
  const body = JSON.stringify({ inputs: records.slice(0, 5) });
  const request = `POST /score HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const sockets = Array.from({ length: 20 }, () => {
    const socket = connect(Number(port), '127.0.0.1')
      .setEncoding('utf8')
      .on('error', () => undefined);
    return { socket, answers: [] as string[] };
  });
  for (const { socket, answers } of sockets) {
    socket.write(request);
    answers.push(String(((await once(socket, 'data')) as [string])[0]));
    socket.on('data', (part: string) => answers.push(part));
  }
  // Sent, and not read yet: nothing was waited for between.
  for (const { socket } of sockets) socket.write(request);
  const ended = Promise.all(sockets.map(({ socket }) => once(socket, 'close')));
  await service.close();
  await ended;
  const answered = sockets.filter(({ answers }) => answers.join('').match(/HTTP\/1\.1 200/gu)?.length === 2);
  expect(answered).toHaveLength(20);
});

it('parses no body in the thread that answers whether the service is well', async () => {
  const { address } = await started(plain);
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => parse.mockRestore());
  const body = `{"inputs":[${'1,'.repeat(200_000)}1]}`;
  const replied = await fetch(`${address}/score`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  expect(replied.status).toBe(413);
  expect(parse.mock.calls.filter(([text]) => text.length >= body.length)).toEqual([]);
});
