// Fifteen features over time of the long recording, from decoded columns in memory.
import { readFileSync } from 'node:fs';
import type { WindowFeature } from '../../../engine/domain/window-feature.ts';
import { WindowEngine } from '../../../engine/features/windows/window-engine.ts';
import { windowThreads } from '../../../engine/jobs/window-threads.ts';
import { printReport, Stopwatch } from './program.ts';

const dayMs = 86_400_000;
const features = [1, 7, 30].flatMap((days): WindowFeature[] => {
  const shared = {
    description: 'for the benchmark',
    windowMs: days * dayMs,
    scale: 'linear',
    usesLabels: false,
  } as const;
  const now = { delayMs: 0, includeCurrent: true } as const;
  const customer = { ...shared, ...now, entity: ['CUSTOMER_ID'] } as const;
  const terminal = { ...shared, entity: ['TERMINAL_ID'], delayMs: 7 * dayMs } as const;
  return [
    { ...customer, kind: 'count', name: `customer count ${days}` },
    { ...customer, kind: 'mean', amount: 'TX_AMOUNT', name: `customer mean ${days}` },
    { ...customer, kind: 'max', amount: 'TX_AMOUNT', name: `customer max ${days}` },
    { ...terminal, kind: 'count', includeCurrent: true, name: `terminal count ${days}` },
    { ...terminal, kind: 'risk', usesLabels: true, label: 'TX_FRAUD', name: `terminal risk ${days}` },
  ];
});

const engine = new WindowEngine({ amountDecimals: 2, latenessMs: 0, features }, windowThreads(Number(process.argv[3])));
// Threads start while the recording is read, as those of the peers do.
engine.expectRows(Infinity);

const [header, ...lines] = readFileSync(process.argv[2], 'utf8').trimEnd().split('\n');
const column = (name: string): ((line: string) => string) => {
  const position = header.split(',').indexOf(name);
  return (line) => line.split(',')[position];
};
const rowCount = lines.length;
const block = {
  rowCount,
  times: Float64Array.from(lines, (line) => Date.parse(`${column('TX_DATETIME')(line).replace(' ', 'T')}Z`)),
  codes: new Map(
    ['CUSTOMER_ID', 'TERMINAL_ID'].map((name) => [name, Int32Array.from(lines, (line) => Number(column(name)(line)))]),
  ),
  amounts: Float64Array.from(lines, (line) => Number(column('TX_AMOUNT')(line))),
  labels: Uint8Array.from(lines, (line) => Number(column('TX_FRAUD')(line))),
};
const values = new Float32Array(rowCount * features.length);
const stopwatch = new Stopwatch();
await stopwatch.time('windows', () =>
  engine.append(block, { values, firstRow: 0, stride: features.length, firstColumn: 0 }),
);
const sums = features.map((_, feature) => {
  let sum = 0;
  for (let row = 0; row < rowCount; row++) sum += values[row * features.length + feature];
  return sum;
});
printReport(stopwatch, {
  threads: engine.threadCount,
  rows: rowCount,
  features: features.map(({ name }) => name),
  sums,
});
engine.close();
