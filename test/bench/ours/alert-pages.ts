// Pages of the flagged table of a case, at depths from the first row to the last.
import { parseArgs } from 'node:util';
import { randomStream } from '../../../engine/forest/random.ts';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import type { Alert } from '../../../engine/store/types.ts';
import { printReport, Stopwatch } from './program.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { page: { type: 'string', default: '100' }, pages: { type: 'string', default: '100' } },
});
const limit = Number(options.page);
const openedCase = openCaseReadOnly(positionals[0]);
const model = openedCase.models().at(-1);
if (model === undefined) throw new Error('The case has no model.');
const cursors: Alert[] = [];
for (let after: Alert | undefined; ;) {
  const { rows, next } = openedCase.alertsPage(model.id, { limit: 500, ...(after === undefined ? {} : { after }) });
  const last = rows.at(-1);
  if (last !== undefined) cursors.push(last);
  if (next === undefined || next === null) break;
  after = next;
}
const random = randomStream(4, 0, 'simulation');
const stopwatch = new Stopwatch();
for (let page = 0; page < Number(options.pages); page++) {
  const after = cursors[random.nextInteger(cursors.length)];
  const { rows } = await stopwatch.time('page', () => openedCase.alertsPage(model.id, { after, limit }));
  await stopwatch.time('pageAsReceived', () => openedCase.readRawMany(rows.map(({ sequence }) => sequence)));
}
const flagged = openedCase.alertCount(model.id);
openedCase.close();
printReport(stopwatch, { flagged });
