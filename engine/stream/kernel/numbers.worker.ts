import { parentPort } from 'node:worker_threads';
import { impossible } from '../../domain/error.ts';
import type { NumbersMessage } from './number-threads.ts';
import { columnsReader, type ColumnsTask } from './reading-kernel.ts';

const port = parentPort ?? impossible('the reading worker was started without a thread to answer.');
let readers: readonly ((task: ColumnsTask) => void)[] = [];

port.on('message', (message: NumbersMessage) => {
  switch (message.kind) {
    case 'open': {
      const { module, memories } = message;
      readers = memories.map((memory) => columnsReader(module, memory));
      // Tells that this thread is ready.
      return port.postMessage(null);
    }
    case 'read':
      readers[message.kernel](message.task);
      return port.postMessage(message.kernel);
    case 'rest':
      readers = [];
  }
});
