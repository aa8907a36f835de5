import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { impossible } from '../domain/error.ts';
import { serveWindowShare, type WindowRequest } from '../features/windows/window-share.ts';
import { answeredCount, askedCount, readyFlag, type WindowReply, type WindowThreadData } from './window-threads.ts';

// One thread of `window-threads.ts`. It waits for the next request without a turn of the event loop: a round of rows is a few
// milliseconds, and whoever asked waits for it.
const { port, control } = workerData as WindowThreadData;
const answerTo = serveWindowShare();

function replyTo(request: WindowRequest): WindowReply {
  try {
    return { answer: answerTo(request) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

Atomics.store(control, readyFlag, 1);
for (let answered = 0; ; answered += 1) {
  Atomics.wait(control, askedCount, answered);
  const received = receiveMessageOnPort(port) ?? impossible('a thread was woken without a request');
  const reply = replyTo(received.message as WindowRequest);
  const saved = 'answer' in reply ? reply.answer.saved : [];
  port.postMessage(
    reply,
    saved.map(({ buffer }) => buffer as ArrayBuffer),
  );
  Atomics.store(control, answeredCount, answered + 1);
  Atomics.notify(control, answeredCount);
}
