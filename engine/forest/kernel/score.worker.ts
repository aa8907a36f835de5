import { parentPort, workerData } from 'node:worker_threads';
import { impossible } from '../../domain/error.ts';
import { openLane, type LanePlace, type LaneSet, type SlotTask } from './lanes.ts';

const port = parentPort ?? impossible('the scoring worker was started without a thread to answer.');
const { set, lane } = workerData as { readonly set: LaneSet; readonly lane: LanePlace };
const scoreSlot = openLane(set, lane);

port.on('message', (task: SlotTask) => {
  scoreSlot(task);
  port.postMessage(task);
});
// The first message tells that this thread is ready.
port.postMessage(null);
