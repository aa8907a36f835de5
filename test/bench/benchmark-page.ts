import type { Machine } from './machine.ts';
import { markdownTable } from './markdown.ts';
import { verdictOf, type BenchRow, type Side, type Target, type Unit } from './row.ts';
import type { Spread } from './statistics.ts';

/** One group of rows with the load of the machine around it. */
export interface MeasuredGroup {
  readonly name: string;
  readonly rows: readonly BenchRow[];
  readonly pairs: number;
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly measuredAt: string;
}

/** What docs/benchmarks.json holds. */
export interface BenchmarkRecord {
  readonly machine: Machine;
  readonly groups: readonly MeasuredGroup[];
}

/** The table of all groups, as Markdown. */
export function benchmarkPage({ machine, groups }: BenchmarkRecord): string {
  const notes = groups.flatMap(({ rows }) =>
    rows.flatMap(({ what, note }) => (note === undefined ? [] : [`- ${what}: ${note}`])),
  );
  const missed = groups.flatMap(({ rows }) => rows.filter((row) => verdictOf(row) === 'missed'));
  return [
    '# Benchmarks',
    'Written by `npm run bench`. Assay and its peers run in turn (ours, peer, ours, peer), each in a process of its own; ' +
      'the figures are medians, with the least and the greatest in parentheses. Ratios are of neighbouring runs; above 1 ' +
      'Assay is better. 100 trees of 256 rows unless said.',
    `Machine: ${machine.cores} cores (${machine.processor}), ${machine.memoryGigabytes} GB, ${machine.system}, Node ${machine.node}.`,
    markdownTable(
      ['what', 'ours', 'peer', 'ratio', 'bar', 'aim', 'met?'],
      groups.flatMap(({ rows }) => rows.map(cellsOf)),
    ),
    '## Peak memory',
    markdownTable(
      ['what', 'ours', 'MB', 'peer', 'peer, MB'],
      groups.flatMap(({ rows }) => rows.filter(({ peer }) => peer !== null).map(memoryCells)),
    ),
    '## Notes',
    notes.length === 0 ? 'None.' : notes.join('\n'),
    '## When and under which load',
    markdownTable(
      ['group', 'pairs', 'load before', 'load after', 'at'],
      groups.map((group) => [
        group.name,
        String(group.pairs),
        group.loadBefore.toFixed(2),
        group.loadAfter.toFixed(2),
        group.measuredAt,
      ]),
    ),
    ...(missed.length === 0
      ? []
      : ['## Missed', missed.map(({ what, ours }) => `- ${what} (${ours.name})`).join('\n')]),
  ].join('\n\n');
}

function cellsOf(row: BenchRow): readonly string[] {
  return [
    row.what,
    sideCell(row.ours, row.unit),
    row.peer === null
      ? ''
      : 'missing' in row.peer
        ? `${row.peer.name}: missing (${row.peer.missing})`
        : sideCell(row.peer, row.unit),
    row.ratio === null
      ? ''
      : `${spreadText(row.ratio, (value) => (value < 10 ? value.toFixed(2) : value.toFixed(1)))}×`,
    targetText(row.target, 'bar', row.unit),
    targetText(row.target, 'aim', row.unit),
    verdictOf(row),
  ];
}

function sideCell(side: Side, unit: Unit): string {
  return `${side.name}: ${spreadText(side.value, (value) => valueText(value, unit))} ${unit}`;
}

function spreadText({ median, least, greatest }: Spread, text: (value: number) => string): string {
  return least === greatest ? text(median) : `${text(median)} (${text(least)} to ${text(greatest)})`;
}

function valueText(value: number, unit: Unit): string {
  if (unit === 'rows/s' || unit === 'MB') return Math.round(value).toLocaleString('en');
  return value < 10 ? value.toFixed(2) : value.toFixed(1);
}

function targetText(target: Target, which: 'bar' | 'aim', unit: Unit): string {
  if (target.kind === 'none') return '';
  const value = target[which];
  if (value === null) return '';
  return target.kind === 'ratio' ? `${Number(value.toFixed(2))}×` : `${value} ${unit}`;
}

function memoryCells(row: BenchRow): readonly string[] {
  const megabytes = (bytes: number | undefined): string =>
    bytes === undefined ? '' : Math.round(bytes / 1e6).toLocaleString('en');
  const { peer } = row;
  return [
    row.what,
    row.ours.name,
    megabytes(row.ours.peakMemoryBytes),
    peer?.name ?? '',
    peer === null || 'missing' in peer ? 'missing' : megabytes(peer.peakMemoryBytes),
  ];
}
