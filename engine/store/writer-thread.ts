import type { MessagePort } from 'node:worker_threads';
import { openCase } from './open-case.ts';
import { encodeAppend, type EncodedAppend } from './segment-encoding.ts';
import type { WritableCase } from './writable-case.ts';
import { plainErrorOf, type WriterReply, type WriterRequest, type WriterTotals } from './writer-messages.ts';

const TRANSACTION_BYTES = 16 * 1024 * 1024; // one flush to disk per so many encoded bytes
const TRANSACTION_AGE_MS = 250; // and at the latest after this time, so that a slow stream is on disk too

/** Encodes and stores what arrives at the port until told to finish; the first failure closes the case. */
export function serveWriter(port: MessagePort, path: string): void {
  const answer = (reply: WriterReply): void => port.postMessage(reply);
  let store: WritableCase | undefined;
  let pending: EncodedAppend[] = [];
  let pendingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let committed: WriterTotals = { rows: 0, quarantined: 0, busyMs: 0 };

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
  const stop = (): void => {
    clearTimeout(timer);
    store?.close();
    store = undefined;
    port.close();
  };
  const commit = (open: WritableCase): void => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.length === 0) return;
    open.appendEncoded(pending);
    committed = {
      ...committed,
      rows: pending.reduce((sum, append) => sum + append.rowCount, committed.rows),
      quarantined: pending.reduce((sum, append) => sum + append.rejected.length, committed.quarantined),
    };
    pending = [];
    pendingBytes = 0;
  };
  const handle = (open: WritableCase, request: WriterRequest): void => {
    switch (request.type) {
      case 'append': {
        const encoded = encodeAppend(request.append);
        pending.push(encoded);
        pendingBytes += encoded.storedBytes;
        timer ??= setTimeout(() => attempt(commit), TRANSACTION_AGE_MS);
        if (pendingBytes >= TRANSACTION_BYTES) commit(open);
        return;
      }
      case 'features':
        commit(open);
        open.writeFeatures(request.featureSetId, request.segmentId, request.features);
        return;
      case 'scores':
        commit(open);
        open.writeScores(request.modelId, request.segmentId, request.sums);
        return;
      case 'flush':
        commit(open);
        return;
      case 'finish':
        commit(open);
        open.close();
        return;
      case 'abort':
        open.close();
    }
  };

  try {
    store = openCase(path);
  } catch (error) {
    answer({ type: 'failed', error: plainErrorOf(error) });
    port.close();
    return;
  }
  port.on('message', (request: WriterRequest) => {
    attempt((open) => {
      handle(open, request);
      answer({ type: 'done', committed });
      if (request.type === 'finish' || request.type === 'abort') stop();
    });
  });
  answer({ type: 'ready' });
}
