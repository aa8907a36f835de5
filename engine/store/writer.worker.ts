import { parentPort, workerData } from 'node:worker_threads';
import { impossible } from '../domain/error.ts';
import { serveWriter, TRANSACTION_AGE_MS } from './writer-thread.ts';

const { path, transactionAgeMs } = workerData as { path: string; transactionAgeMs?: number };
serveWriter(
  parentPort ?? impossible('the writer is started as a worker thread'),
  path,
  transactionAgeMs ?? TRANSACTION_AGE_MS,
);
