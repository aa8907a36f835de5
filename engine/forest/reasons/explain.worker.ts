import { parentPort, workerData } from 'node:worker_threads';
import { impossible } from '../../domain/error.ts';
import { ROWS_PER_TURN } from './explain-task.ts';
import type { ExplainTask } from './explain-task.ts';
import { explainRange } from './explain-rows.ts';
import { rowExplainer } from './tree-shap.ts';

const port = parentPort ?? impossible('an explaining thread was started without a parent.');
const { forest, matrix, contributions, nextRow } = workerData as ExplainTask;
const explain = rowExplainer(forest);
for (;;) {
  const start = Atomics.add(nextRow, 0, ROWS_PER_TURN);
  if (start >= matrix.rowCount) break;
  const end = Math.min(start + ROWS_PER_TURN, matrix.rowCount);
  explainRange(explain, matrix, start, end, contributions);
  port.postMessage(end - start);
}
