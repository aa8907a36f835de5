import type { MessagePort } from 'node:worker_threads';
import { openCase } from './open-case.ts';
import { encodeAppend, type EncodedAppend } from './segment-encoding.ts';
import type { WritableCase } from './writable-case.ts';
import {
  plainErrorOf,
  type WriterInput,
  type WriterReply,
  type WriterRequest,
  type WriterStart,
  type WriterTotals,
} from './writer-messages.ts';

const TRANSACTION_BYTES = 16 * 1024 * 1024; // one flush to disk per so many encoded bytes
/** And at the latest after this time, so that a slow stream is on disk too. */
const TRANSACTION_AGE_MS = 250;
/** A disk that is slow to flush is not asked again at once: at most this part of the time is spent flushing. */
const MOST_COMMITTING = 1 / 4;

/** Something encoded that waits for the next transaction. */
interface PendingWrite {
  readonly bytes: number;
  readonly append: EncodedAppend | null;
  readonly store: (open: WritableCase) => void;
}

/** Encodes and stores what arrives at the port until told to finish; the first failure closes the case. */
export function serveWriter(
  port: MessagePort,
  { path, isFirstFill, transactionAgeMs = TRANSACTION_AGE_MS }: Omit<WriterStart, 'slowMs'>,
): void {
  const answer = (reply: WriterReply): void => port.postMessage(reply);
  let store: WritableCase | undefined;
  let pending: PendingWrite[] = [];
  let pendingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let lastCommitMs = 0;
  let committed: WriterTotals = { rows: 0, quarantined: 0, busyMs: 0 };

  const stop = (): void => {
    clearTimeout(timer);
    store?.close();
    store = undefined;
    port.close();
  };
  const attempt = (work: (open: WritableCase) => void): void => {
    if (store === undefined) return;
    const startedMs = performance.now();
    try {
      work(store);
      committed = { ...committed, busyMs: committed.busyMs + performance.now() - startedMs };
    } catch (error) {
      answer({ type: 'failed', error: plainErrorOf(error) });
      stop();
    }
  };
  const commit = (open: WritableCase): void => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.length === 0) return;
    const startedMs = performance.now();
    open.inTransaction(() => {
      for (const write of pending) write.store(open);
    });
    lastCommitMs = performance.now() - startedMs;
    const appends = pending.flatMap((write) => write.append ?? []);
    committed = {
      ...committed,
      rows: appends.reduce((sum, append) => sum + append.rowCount, committed.rows),
      quarantined: appends.reduce((sum, append) => sum + append.rejected.length, committed.quarantined),
    };
    pending = [];
    pendingBytes = 0;
    answer({ type: 'committed', committed });
  };
  const take = (open: WritableCase, input: WriterInput): void => {
    const write = pendingWriteOf(input);
    pending.push(write);
    pendingBytes += write.bytes;
    timer ??= setTimeout(() => attempt(commit), Math.max(transactionAgeMs, lastCommitMs / MOST_COMMITTING));
    if (pendingBytes >= TRANSACTION_BYTES) commit(open);
  };
  const serve = (request: WriterRequest): void => {
    attempt((open) => {
      if (request.type !== 'flush' && request.type !== 'finish' && request.type !== 'abort') take(open, request);
      else if (request.type !== 'abort') commit(open);
      if (request.type === 'finish' || request.type === 'abort') open.close();
    });
    if (store === undefined) return;
    if (store.isOpen) return answer({ type: 'done', committed });
    answer({ type: 'closed', committed });
    stop();
  };

  try {
    store = openCase(path);
    if (isFirstFill) store.writeWithoutLog();
  } catch (error) {
    answer({ type: 'failed', error: plainErrorOf(error) });
    port.close();
    return;
  }
  port.on('message', serve);
  answer({ type: 'ready' });
}

function pendingWriteOf(input: WriterInput): PendingWrite {
  switch (input.type) {
    case 'append': {
      const append = encodeAppend(input.append);
      return { bytes: append.storedBytes, append, store: (open) => open.appendEncoded([append]) };
    }
    case 'live': {
      const append = encodeAppend(input.append);
      const bytes = append.storedBytes + (input.live.scored?.features.byteLength ?? 0);
      return { bytes, append, store: (open) => open.appendLiveEncoded(append, input.live) };
    }
    case 'features':
      return {
        bytes: input.features.byteLength,
        append: null,
        store: (open) => open.writeFeatures(input.featureSetId, input.rows, input.features),
      };
    case 'scores':
      return {
        bytes: input.sums.byteLength,
        append: null,
        store: (open) => open.writeScores(input.modelId, input.rows, input.sums),
      };
    case 'setting':
      return { bytes: 0, append: null, store: (open) => open.setSetting(input.key, input.value) };
  }
}
