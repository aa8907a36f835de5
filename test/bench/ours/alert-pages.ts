// Pages of the list of alerts of a case, at depths from the first alert to the last.
import { parseArgs } from 'node:util';
import { alertsPage } from '../../../engine/case/alerts/alert-list.ts';
import { CaseSession } from '../../../engine/case/case-session.ts';
import { randomStream } from '../../../engine/forest/random.ts';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { printReport, Stopwatch } from './program.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { page: { type: 'string', default: '100' }, pages: { type: 'string', default: '100' } },
});
const limit = Number(options.page);
const session = new CaseSession(openCaseReadOnly(positionals[0]));
const { id: modelId } = session.chosenModel(undefined);
const sort = [{ by: 'score', descending: true } as const];
const pageAfter = (after: string | undefined, rows: number) =>
  alertsPage(
    session,
    { modelId, filter: {}, columns: [], sort, limit: rows, ...(after === undefined ? {} : { after }) },
    0,
    () => 0,
  );
const cursors: string[] = [];
for (let after: string | undefined; ;) {
  const { next } = pageAfter(after, 500);
  if (next === null) break;
  cursors.push(next);
  after = next;
}
const random = randomStream(4, 0, 'simulation');
const stopwatch = new Stopwatch();
for (let page = 0; page < Number(options.pages); page++) {
  const after = cursors.length === 0 ? undefined : cursors[random.nextInteger(cursors.length)];
  const { rows } = await stopwatch.time('page', () => pageAfter(after, limit));
  await stopwatch.time('pageAsReceived', () =>
    session.openCase.readRawMany(rows.map(({ topSequence }) => topSequence)),
  );
}
const { groups } = session.alerts(modelId);
session.close();
printReport(stopwatch, { flagged: groups.rows.length, alerts: groups.count });
