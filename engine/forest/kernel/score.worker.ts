import { parentPort } from 'node:worker_threads';
import { impossible } from '../../domain/error.ts';
import { openLane, type SlotTask, type ThreadTask } from './lanes.ts';

const port = parentPort ?? impossible('the scoring worker was started without a thread to answer.');
let scoreSlot: ((task: SlotTask) => void) | null = null;

port.on('message', (task: ThreadTask) => {
  switch (task.kind) {
    case 'open':
      scoreSlot = openLane(task.set, task.lane);
      // Tells that this thread is ready.
      return port.postMessage(null);
    case 'score':
      (scoreSlot ?? impossible('rows came before their forest'))(task);
      return port.postMessage(task);
    case 'rest':
      // The memory of the forest is free for whatever comes next.
      scoreSlot = null;
  }
});
