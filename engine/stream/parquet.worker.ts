import { parentPort, workerData } from 'node:worker_threads';
import { impossible } from '../domain/error.ts';
import type { ParquetTask } from './parquet-messages.ts';
import { serveParquet } from './parquet-thread.ts';

await serveParquet(
  parentPort ?? impossible('a Parquet reader is started as a worker thread'),
  workerData as ParquetTask,
);
