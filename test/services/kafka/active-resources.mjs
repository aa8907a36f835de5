// Loaded into a process before its program: writes what keeps Node's event loop busy, by kind, beside the heap, into a file every second.
import { renameSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const path = new URL(import.meta.url).searchParams.get('to');
if (isMainThread && path !== null)
  setInterval(() => {
    const counts = {};
    for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
    writeFileSync(`${path}.part`, JSON.stringify({ heapBytes: process.memoryUsage().heapUsed, counts }));
    renameSync(`${path}.part`, path);
  }, 1_000).unref();
