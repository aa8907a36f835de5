import { parentPort, workerData } from 'node:worker_threads';
import { impossible } from '../domain/error.ts';
import { serveWriter } from './writer-thread.ts';

serveWriter(
  parentPort ?? impossible('the writer is started as a worker thread'),
  (workerData as { path: string }).path,
);
