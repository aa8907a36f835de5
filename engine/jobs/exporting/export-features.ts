import { resolve } from 'node:path';
import { historyMark } from '../../domain/history-mark.ts';
import { FRAUD, GENUINE } from '../../domain/label.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { withCase } from '../../case/opening.ts';
import { numberAt } from '../../case/alerts/alert-list.ts';
import { MAXIMUM_PAGE_ROWS } from '../../store/types.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { csvCell } from './csv-cell.ts';
import { claimFile, writeChunk } from './output.ts';
import { textKind } from './output-kind.ts';

const leading = 'id,time_ms,known_fraud,history,';
/** Digits that tell any two numbers of single precision apart. */
const singlePrecisionDigits = 9;

/**
 * The `export features` job: the features of every transaction that a model scored, in stream order, with its event time (epoch milliseconds)
 * and what is known of it (1, 0 or nothing), and the head of the case's history: what another program trains on, and names its columns by.
 */
export async function exportFeatures(
  input: ParsedJobInput<'exportFeatures'>,
  context: WorkContext,
): Promise<JobResult<'exportFeatures'>> {
  const kind = textKind('a CSV of features', leading);
  const output = await claimFile(input.output, kind, { reads: [input.casePath], force: input.force });
  return withCase(input.casePath, 'read', async (session) => {
    const { arrays } = session;
    const view = session.view(session.chosenModel(input.model).id);
    const names = view.words.map(({ name }) => name);
    const labels = session.labels.rows;
    const rows = view.sums.length;
    const history = historyMark(session.openCase.decisions.head());
    await output.stream(async (file) => {
      await writeChunk(file, `${leading}${names.map(csvCell).join(',')}\n`);
      for (let first = 0; first < rows; first += MAXIMUM_PAGE_ROWS) {
        throwIfCancelled(context.signal);
        const page = Uint32Array.from(
          { length: Math.min(MAXIMUM_PAGE_ROWS, rows - first) },
          (_, place) => first + place,
        );
        const ids = arrays.ids(page);
        const lines = Array.from(page, (row, place) => {
          const known = labels?.[row];
          return [
            csvCell(ids[place]),
            numberAt(arrays.times, row) ?? '',
            known === FRAUD ? 1 : known === GENUINE ? 0 : '',
            history,
            ...Array.from(view.featureRow(row), (value) => Number(value.toPrecision(singlePrecisionDigits))),
          ].join(',');
        });
        await writeChunk(file, `${lines.join('\n')}\n`);
        context.report({ phase: 'export', done: first + page.length, total: rows, unit: 'rows' });
      }
    });
    return { output: output.path, files: [output.path], rows, digest: view.digest, case: resolve(input.casePath) };
  });
}
