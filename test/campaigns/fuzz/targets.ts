import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { AssayError, impossible } from '../../../engine/domain/error.ts';
import type { RecordBatch } from '../../../engine/domain/record-batch.ts';
import { readOnnxNotes } from '../../../engine/export/onnx/read-onnx.ts';
import { inputsOf } from '../../../engine/export/onnx/onnx-scorer.ts';
import { createSegmentDecoder, dictionaryColumns } from '../../../engine/features/decode-segment.ts';
import { inferProfile } from '../../../engine/features/infer-profile.ts';
import { parseProfileOverrides } from '../../../engine/features/parse-profile-overrides.ts';
import { parseWindowSpec } from '../../../engine/features/parse-window-spec.ts';
import { SampleCollector } from '../../../engine/features/profile-sample.ts';
import { TextDictionary } from '../../../engine/domain/dictionary.ts';
import { decodeForest } from '../../../engine/forest/compile.ts';
import { createCommandLineEngine } from '../../../engine/host/command-line-engine.ts';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { messageBatcher } from '../../../engine/stream/kafka/message-batches.ts';
import { slicesOf } from '../../../engine/stream/kafka/message-block.ts';
import { openRecording } from '../../../engine/stream/open-recording.ts';
import { openParquetFile, parquetFailure } from '../../../engine/stream/parquet-thread.ts';
import { mutated } from './mutate.ts';
import type { Draw } from './random.ts';
import type { Seeds } from './seeds.ts';

export const targetNames = ['text', 'message', 'profile', 'parquet', 'onnx', 'case'] as const;
export type TargetName = (typeof targetNames)[number];

/** Of a hundred inputs, how many go to each. */
const shares: Readonly<Record<TargetName, number>> = {
  text: 14,
  message: 58,
  profile: 18,
  parquet: 5,
  onnx: 4,
  case: 1,
};

/** One input: read to its end, refused with a sentence, or a fault, which is thrown. */
export type Outcome = 'read' | 'refused';

interface Place {
  readonly folder: string;
  readonly seeds: Seeds;
}

type Target = (draw: Draw, place: Place) => Promise<void> | void;

const plainNumbers = { decimal: '.', group: null, decorated: false } as const;
const context = { signal: new AbortController().signal, report: () => undefined };

function pick<T>(items: readonly T[], draw: Draw): T {
  return items[draw(items.length)];
}

/** Everything that a job asks of a batch. */
function useBatch(batch: RecordBatch): void {
  const numbers = new Float64Array(batch.rowCount);
  for (let column = 0; column < batch.columnNames.length; column++) {
    batch.numbers(column, plainNumbers, numbers);
    for (let row = 0; row < batch.rowCount; row++) batch.text(row, column);
  }
  for (let row = 0; row < batch.rowCount; row++) batch.bytes.subarray(batch.rawStart[row], batch.rawEnd[row]);
}

/** Reads a recording as a case does: a profile from its rows, then its columns by the profile. */
async function readRecording(path: string, infers: boolean): Promise<void> {
  // Small batches and chunks: they cost less than large ones, and have more borders.
  const reader = await openRecording(path, { rowsPerBatch: 16, chunkBytes: 1 << 12 });
  try {
    const collector = new SampleCollector();
    for await (const batch of reader.batches()) {
      useBatch(batch);
      collector.add(batch);
      if (!infers || batch.rowCount === 0) continue;
      const profile = inferProfile(collector.finish(), {});
      const dictionaries = new Map(dictionaryColumns(profile).map((column) => [column, new TextDictionary()]));
      createSegmentDecoder(profile, dictionaries)(batch, 0);
    }
  } finally {
    await reader.close();
  }
}

const targets: Readonly<Record<TargetName, Target>> = {
  async text(draw, { folder, seeds }) {
    const seed = pick(seeds.texts, draw);
    const other = pick(seeds.texts, draw);
    const isGzip = seed[0] === 0x1f && seed[1] === 0x8b;
    // Half of the compressed inputs are damaged within, where the checksum does not give them away.
    const bytes =
      isGzip && draw(2) === 0
        ? gzipSync(mutated(Buffer.from(gunzipSync(seed)), draw, other))
        : mutated(seed, draw, other);
    const path = join(folder, 'input');
    writeFileSync(path, bytes);
    await readRecording(path, draw(6) === 0);
  },
  message(draw, { seeds }) {
    const values = Array.from({ length: 3 }, () =>
      mutated(pick(seeds.messages, draw), draw, pick(seeds.messages, draw)),
    );
    const messages = values.map((value, offset) => ({
      partition: 0,
      offset,
      timestampMs: 0,
      key: null,
      value,
      headers: [],
    }));
    useBatch(messageBatcher('payments', ['txn_id', 'amount']).batchOf(slicesOf(messages), { byteOffset: 0, line: 1 }));
  },
  profile(draw, { seeds }) {
    const text = mutated(pick(seeds.profiles, draw), draw, pick(seeds.profiles, draw)).toString('utf8');
    if (draw(4) === 0) parseWindowSpec(text, 'input.yaml');
    else parseProfileOverrides(text, 'input.yaml');
  },
  async parquet(draw, { folder, seeds }) {
    const seed = pick(seeds.parquets, draw);
    const bytes = mutated(seed, draw, pick(seeds.parquets, draw), true);
    const path = join(folder, 'input.parquet');
    writeFileSync(path, bytes);
    // Every fortieth goes through the thread that the product reads with; the others through what runs in it.
    if (draw(40) === 0) await readRecording(path, false);
    else await readParquetHere(path, bytes.length);
  },
  onnx(draw, { seeds }) {
    inputsOf(readOnnxNotes(mutated(pick(seeds.models, draw), draw, pick(seeds.models, draw))));
  },
  async case(draw, { folder, seeds }) {
    const seed = pick(seeds.cases, draw);
    const path = join(folder, 'input.assay');
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    writeFileSync(path, mutated(seed, draw, seed, true));
    if (draw(2) === 0) readCase(path);
    else await runOnCase(path, draw);
  },
};

async function readParquetHere(path: string, storedBytes: number): Promise<void> {
  const fd = openSync(path, 'r');
  try {
    const progress = new SharedArrayBuffer(8);
    const file = await openParquetFile({ path, fd, storedBytes, firstRow: 0, rowsPerBatch: 4096, progress });
    for await (const batch of file.batches()) batch.rows.fill(0);
  } catch (error) {
    const { code, message, nextStep } = parquetFailure(path, 0, error);
    throw new AssayError(code, 'usage', message, { nextStep });
  } finally {
    closeSync(fd);
  }
}

/** Asks a case for everything that is in it. */
function readCase(path: string): void {
  const opened = openCaseReadOnly(path);
  try {
    opened.profiles();
    opened.sources();
    opened.runs();
    opened.dictionaries();
    opened.quarantined({ limit: 100 });
    for (const segment of opened.segments()) {
      opened.readSegmentColumns(segment);
      opened.readRaw(segment.firstSequence);
    }
    for (const model of opened.models()) {
      opened.featureSpec(model.featureSetId);
      decodeForest(opened.readForest(model.id));
      for (const segment of opened.segments()) {
        opened.readScores(model.id, segment);
        opened.readFeatures(model.featureSetId, segment);
      }
    }
  } finally {
    opened.close();
  }
}

const engine = createCommandLineEngine();

async function runOnCase(casePath: string, draw: Draw): Promise<void> {
  const answer = await pick(
    [
      () => engine.runJob('tune', { casePath, threshold: { kind: 'contamination', value: 0.1 } }, context),
      () => engine.runJob('doctor', { casePath }, context),
      () => engine.runJob('quarantine', { casePath }, context),
      () => engine.runJob('evaluate', { casePath, overrides: {} }, context),
    ],
    draw,
  )();
  if (!answer.ok) throw new AssayError(answer.error.code, answer.error.kind, answer.error.message);
}

/** Which target the input of this draw is for. */
export function targetOf(draw: Draw): TargetName {
  let left = draw(100);
  for (const name of targetNames) {
    left -= shares[name];
    if (left < 0) return name;
  }
  return impossible('the shares of the targets are a hundred in all');
}

/** Runs one input. @throws what is neither reading nor refusing with a sentence. */
export async function runInput(name: TargetName, draw: Draw, place: Place): Promise<Outcome> {
  try {
    await targets[name](draw, place);
    return 'read';
  } catch (error) {
    if (error instanceof AssayError && error.code !== 'INTERNAL') return 'refused';
    throw error;
  }
}
