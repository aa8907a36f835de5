import type { FileHandle } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { cancelled } from '../domain/cancelled.ts';
import { AssayError, impossible, usageError } from '../domain/error.ts';
import type { RecordBatch, RecordingPosition, RecordingReader, RejectedRecord } from '../domain/record-batch.ts';
import type { Cell, RawRows } from './cell-table.ts';
import { CellBatch } from './cell-table.ts';
import { defaultRowsPerBatch } from './text-batches.ts';
import { progressPlaces, type ParquetReply, type ParquetRequest, type ParquetTask } from './parquet-messages.ts';

/** Of the thread; what it needs beyond is a fault of the file. Row groups are read in parts, which fit by far. */
const heapMegabytes = 1024;
/** The process may grow by so much while one answer is awaited; buffers are not part of the heap. */
const mostGrowthBytes = 1.5 * 2 ** 30;
const watchIntervalMs = 50;
/** Processor time for loading the reader, before it counts steps. */
const startAllowedMs = 10_000;

function renderRows(columnNames: readonly string[], columns: readonly ArrayLike<Cell>[], rowCount: number): RawRows {
  const rawStart = new Uint32Array(rowCount);
  const rawEnd = new Uint32Array(rowCount);
  const parts: Buffer[] = [];
  let length = 0;
  for (let row = 0; row < rowCount; row++) {
    const entries = columnNames.map((name, column) => {
      const cell = columns[column][row];
      return [name, typeof cell === 'bigint' ? String(cell) : (cell ?? null)] as const;
    });
    const part = Buffer.from(JSON.stringify(Object.fromEntries(entries)), 'utf8');
    parts.push(part);
    rawStart[row] = length;
    length += part.length;
    rawEnd[row] = length;
  }
  return { bytes: Buffer.concat(parts), rawStart, rawEnd };
}

/** Why the thread gives no answer, where it does not say so itself. */
function stuck(path: string, how: string, cause?: unknown): AssayError {
  return new AssayError('CORRUPT_RECORDING', 'usage', `${path} is a Parquet file that cannot be read: ${how}.`, {
    nextStep: 'It is damaged, or made to stop its reader. Get it again, or write it again with another program.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The thread that reads a file, as those see it who ask for its answers. */
interface ParquetThread {
  /** The answer to its start. */
  readonly opened: Promise<ParquetReply>;
  next(): Promise<ParquetReply>;
  end(): Promise<void>;
}

/**
 * Starts the thread and watches it while an answer is awaited: by the steps it counts, the processor time it takes and the
 * memory of the process. A thread that is stuck is ended; nothing else can end a loop in a decoder.
 */
function startThread(task: ParquetTask, signal: AbortSignal | undefined): ParquetThread {
  const thread = new Worker(new URL('./parquet.worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  const progress = new Int32Array(task.progress);
  let settle: { readonly resolve: (reply: ParquetReply) => void; readonly reject: (error: Error) => void } | undefined;
  let failure: Error | undefined;

  const fail = (error: Error): void => {
    failure ??= error;
    settle?.reject(failure);
    settle = undefined;
  };
  const end = async (): Promise<void> => {
    fail(cancelled());
    signal?.removeEventListener('abort', abort);
    await thread.terminate();
  };
  const abort = (): void => void end();
  thread.on('message', (reply: ParquetReply) => {
    settle?.resolve(reply);
    settle = undefined;
  });
  thread.on('error', (error) => fail(stuck(task.path, error.message, error)));
  thread.on('exit', () => fail(stuck(task.path, 'its reader ended')));
  signal?.addEventListener('abort', abort);

  const answer = (): Promise<ParquetReply> =>
    new Promise<ParquetReply>((resolve, reject) => {
      settle = { resolve, reject };
      if (failure !== undefined) fail(failure);
      else if (signal?.aborted === true) void end();
    });

  async function watched(reply: Promise<ParquetReply>): Promise<ParquetReply> {
    const memoryBefore = process.memoryUsage.rss();
    let steps = -1;
    let busyMsAtStep = 0;
    const look = async (): Promise<void> => {
      if (process.memoryUsage.rss() - memoryBefore > mostGrowthBytes) {
        fail(stuck(task.path, 'it needs more memory than its size explains'));
        await thread.terminate();
        return;
      }
      const { user, system } = await thread.cpuUsage();
      const busyMs = (user + system) / 1000;
      if (progress[progressPlaces.steps] !== steps) {
        steps = progress[progressPlaces.steps];
        busyMsAtStep = busyMs;
      } else if (busyMs - busyMsAtStep > progress[progressPlaces.allowedMs]) {
        fail(stuck(task.path, 'its reader comes to no end with a part of it'));
        await thread.terminate();
      }
    };
    // An ended thread has no times; its end is noticed by itself.
    const timer = setInterval(() => void look().catch(() => undefined), watchIntervalMs);
    try {
      return await reply;
    } finally {
      clearInterval(timer);
    }
  }

  return {
    opened: watched(answer()),
    next: () => {
      const reply = watched(answer());
      thread.postMessage('next' satisfies ParquetRequest);
      return reply;
    },
    end,
  };
}

/**
 * Opens a Parquet file, read in a thread of its own, a bounded number of rows at a time. Positions count rows: `byteOffset` is
 * the 0-based row and `line` the 1-based one. Timestamps are ISO 8601, with a zone only where they are adjusted to UTC;
 * whole numbers and decimals keep every digit, structs become dotted columns, lists and maps JSON text. Takes over the
 * file and closes it with the reader.
 *
 * @throws AssayError (usage) CORRUPT_RECORDING, TOO_LARGE, EMPTY_RECORDING; CANCELLED when the signal aborts.
 */
export async function openParquet(
  path: string,
  file: FileHandle,
  storedBytes: number,
  options: {
    readonly start?: RecordingPosition | undefined;
    readonly rowsPerBatch?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<RecordingReader> {
  const { start, rowsPerBatch = defaultRowsPerBatch, signal } = options;
  const firstRow = start?.byteOffset ?? 0;
  const progress = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  new Int32Array(progress)[progressPlaces.allowedMs] = startAllowedMs;
  const task: ParquetTask = { path, fd: file.fd, storedBytes, firstRow, rowsPerBatch, progress };
  const thread = startThread(task, signal);
  let storedBytesRead = 0;

  function expect<Kind extends ParquetReply['kind']>(
    reply: ParquetReply,
    ...kinds: readonly Kind[]
  ): Extract<ParquetReply, { kind: Kind }> {
    if (reply.kind === 'failed') throw new AssayError(reply.code, 'usage', reply.message, { nextStep: reply.nextStep });
    if (kinds.some((kind) => kind === reply.kind)) return reply as Extract<ParquetReply, { kind: Kind }>;
    return impossible(`a Parquet reader answered with ${reply.kind}`);
  }

  try {
    const { columnNames, rowTotal } = expect(await thread.opened, 'opened');
    if (rowTotal === 0)
      throw usageError('EMPTY_RECORDING', `${path} has no rows.`, 'Check that the recording was written completely.');

    async function* batches(): AsyncGenerator<RecordBatch, void, undefined> {
      let coming = thread.next();
      for (;;) {
        const reply = expect(await coming, 'batch', 'end');
        if (reply.kind === 'end') return;
        // The thread goes on with the next batch while this one is used; a failure is for whoever asks for that.
        coming = thread.next();
        coming.catch(() => undefined);
        storedBytesRead = reply.storedBytesRead;
        yield batchOf(columnNames, reply);
      }
    }

    return {
      path,
      format: { kind: 'parquet', compression: 'none', encoding: 'utf-8' },
      columnNames,
      storedBytes,
      notices: [],
      get storedBytesRead() {
        return storedBytesRead;
      },
      storedFile: undefined,
      batches,
      close: async () => {
        await thread.end();
        await file.close();
      },
    };
  } catch (error) {
    await thread.end();
    throw error;
  }
}

function batchOf(
  columnNames: readonly string[],
  { rows, columns, refused, nextRow }: Extract<ParquetReply, { kind: 'batch' }>,
): RecordBatch {
  const rowCount = rows.length;
  const rejected = refused.map(({ row, raw, reason }): RejectedRecord => ({
    raw,
    line: row + 1,
    byteOffset: row,
    reason,
  }));
  const places = { byteOffset: rows, line: rows.map((row) => row + 1) };
  const next = { byteOffset: nextRow, line: nextRow + 1 };
  const frame = { rowCount, columnNames, rejected, next };
  return new CellBatch(frame, columns, places, () => renderRows(columnNames, columns, rowCount));
}
