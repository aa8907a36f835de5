import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { impossible } from '../domain/error.ts';
import { serveWindows, type SharedWindows } from '../features/kernel/window-kernel.ts';
import { askedCount, readyFlag, type WindowThreadData } from './window-threads.ts';

// One thread of `window-threads.ts`. It waits for the next stream, and within it for the next round, without a turn of the event
// loop: whoever asked waits for it. Where it cannot go on, the stream knows (`serveWindows`), and the thread ends.
const { port, control } = workerData as WindowThreadData;

Atomics.store(control, readyFlag, 1);
for (let streams = 0; ; streams += 1) {
  Atomics.wait(control, askedCount, streams);
  helpWithNext();
}

/** A function of its own, so that a thread that waits holds on to no stream's memory. */
function helpWithNext(): void {
  const received = receiveMessageOnPort(port) ?? impossible('a thread was woken without a stream');
  serveWindows(received.message as SharedWindows);
}
