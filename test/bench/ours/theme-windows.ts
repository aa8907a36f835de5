// The features over time of the default set, on the long recording, from decoded columns in memory, with the memory of the engine.
import { readFileSync } from 'node:fs';
import type { ColumnKind, ColumnRole, Profile } from '../../../engine/domain/profile.ts';
import { proposeThemes } from '../../../engine/features/windows/propose-themes.ts';
import { WindowEngine } from '../../../engine/features/windows/window-engine.ts';
import { windowThreads } from '../../../engine/jobs/window-threads.ts';
import { printReport, Stopwatch } from './program.ts';

const columns: readonly (readonly [string, ColumnKind, ColumnRole])[] = [
  ['TX_DATETIME', 'time', 'event_time'],
  ['CUSTOMER_ID', 'category', 'customer'],
  ['TERMINAL_ID', 'category', 'terminal'],
  ['TX_AMOUNT', 'number', 'amount'],
  ['TX_FRAUD', 'category', 'label'],
  // The recording has no such columns; a full default set does.
  ['country', 'category', 'feature'],
  ['merchant_category', 'category', 'feature'],
];
const said = { confidence: 1, reason: 'given', inferred: false } as const;
const profile: Profile = {
  version: 1,
  timeZone: 'Europe/Brussels',
  columns: columns.map(([name, kind, role]) => ({ name, kind, role, ...said })),
};
const { windows } = proposeThemes(profile);

const engine = new WindowEngine(windows, windowThreads(Number(process.argv[3])));
// Threads start while the recording is read, as those of the peers do.
engine.expectRows(Infinity);

const [header, ...lines] = readFileSync(process.argv[2], 'utf8').trimEnd().split('\n');
const places = new Map(header.split(',').map((name, place) => [name, place]));
const cells = (name: string): readonly string[] => {
  const place = places.get(name) ?? -1;
  return lines.map((line) => line.split(',')[place]);
};
const codesOf = (name: string): Int32Array => Int32Array.from(cells(name), Number);
const terminals = codesOf('TERMINAL_ID');
const times = Float64Array.from(cells('TX_DATETIME'), (text) => Date.parse(`${text.replace(' ', 'T')}Z`));
const amounts = Float64Array.from(cells('TX_AMOUNT'), Number);
const labels = Uint8Array.from(cells('TX_FRAUD'), Number);
const customers = codesOf('CUSTOMER_ID');
const codes = new Map([
  ['CUSTOMER_ID', customers],
  ['TERMINAL_ID', terminals],
  ['country', terminals.map((code) => code % 23)],
  ['merchant_category', terminals.map((code) => code % 12)],
]);

/** As rows are decoded: a segment at a time. */
const rowsPerBlock = 4096;
const rowCount = lines.length;
const stride = windows.features.length;
const values = new Float32Array(rowCount * stride);
const stopwatch = new Stopwatch();
await stopwatch.time('windows', () => {
  for (let first = 0; first < rowCount; first += rowsPerBlock) {
    const end = Math.min(first + rowsPerBlock, rowCount);
    const block = {
      rowCount: end - first,
      times: times.subarray(first, end),
      codes: new Map([...codes].map(([name, all]) => [name, all.subarray(first, end)])),
      amounts: amounts.subarray(first, end),
      labels: labels.subarray(first, end),
    };
    engine.append(block, { values, firstRow: first, stride, firstColumn: 0 });
  }
});
printReport(stopwatch, {
  threads: engine.threadCount,
  rows: rowCount,
  features: windows.features.map(({ name }) => name),
  stateBytes: engine.snapshot().byteLength,
});
engine.close();
