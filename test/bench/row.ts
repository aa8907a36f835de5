import { spreadOf, type Spread } from './statistics.ts';

/** What a row is held to: a ratio over the peer (more is better), or a value of ours (less is better). */
export type Target =
  | { readonly kind: 'ratio'; readonly bar: number | null; readonly aim: number | null }
  | { readonly kind: 'at-most'; readonly bar: number; readonly aim: number }
  | { readonly kind: 'none' };

export type Unit = 'rows/s' | 's' | 'ms' | 'MB';

/** Values of one side over all runs. */
export interface Side {
  readonly name: string;
  readonly value: Spread;
  readonly peakMemoryBytes?: number;
}

/** One line of the benchmark table. */
export interface BenchRow {
  readonly what: string;
  readonly unit: Unit;
  readonly ours: Side;
  /** Null where there is nobody to compare with. */
  readonly peer: Side | { readonly name: string; readonly missing: string } | null;
  /** Over pairs of runs made one after the other; above 1 we are better. Null without a peer's value. */
  readonly ratio: Spread | null;
  readonly target: Target;
  readonly note?: string;
}

export type Verdict = 'aim met' | 'bar met' | 'missed' | 'not measured' | '';

export function verdictOf(row: BenchRow): Verdict {
  const { target } = row;
  if (target.kind === 'none') return '';
  if (target.kind === 'at-most') {
    if (row.ours.value.median <= target.aim) return 'aim met';
    return row.ours.value.median <= target.bar ? 'bar met' : 'missed';
  }
  if (row.ratio === null) return 'not measured';
  if (target.aim !== null && row.ratio.median >= target.aim) return 'aim met';
  if (target.bar === null) return 'missed';
  return row.ratio.median >= target.bar ? 'bar met' : 'missed';
}

/** What one side's run gave. */
export interface Sample {
  readonly value: number;
  readonly peakMemoryBytes: number;
}

/** Runs made in pairs: entry i of both sides ran one after the other. */
export interface Pairs<Ours, Theirs> {
  readonly ours: readonly Ours[];
  /** Or why the peer could not run. */
  readonly theirs: readonly Theirs[] | { readonly missing: string };
}

/** Ours, peer, ours, peer, ... A peer that fails at its first run is left out from then on. */
export async function runPairs<Ours, Theirs>(
  count: number,
  ours: () => Promise<Ours>,
  theirs: () => Promise<Theirs>,
): Promise<Pairs<Ours, Theirs>> {
  const ourRuns: Ours[] = [];
  const theirRuns: Theirs[] = [];
  let missing: string | null = null;
  for (let pair = 0; pair < count; pair++) {
    ourRuns.push(await ours());
    if (missing === null) {
      try {
        theirRuns.push(await theirs());
      } catch (error) {
        if (pair > 0) throw error;
        missing = reasonOf(error);
      }
    }
  }
  return { ours: ourRuns, theirs: missing === null ? theirRuns : { missing } };
}

/** Why a peer did not run, in one line without paths. */
function reasonOf(error: unknown): string {
  const message = String(error instanceof Error ? error.message : error);
  return message.includes('ENOENT') ? 'not installed' : (message.trimEnd().split('\n').at(-1) ?? 'unknown');
}

/** Rows a second, or times: which of two values is better. */
const moreIsBetter: Readonly<Record<Unit, boolean>> = { 'rows/s': true, s: false, ms: false, MB: false };

/** The line of a comparison in pairs. */
export function compareRow(
  row: Pick<BenchRow, 'what' | 'unit' | 'target' | 'note'>,
  oursName: string,
  peerName: string,
  pairs: Pairs<Sample, Sample>,
): BenchRow {
  const { theirs } = pairs;
  const peer = 'missing' in theirs ? { name: peerName, missing: theirs.missing } : sideOf(peerName, theirs);
  const ratio =
    'missing' in theirs
      ? null
      : spreadOf(
          theirs.map(({ value }, index) =>
            moreIsBetter[row.unit] ? pairs.ours[index].value / value : value / pairs.ours[index].value,
          ),
        );
  return { ...row, ours: sideOf(oursName, pairs.ours), peer, ratio };
}

/** The line of something measured alone. */
export function aloneRow(
  row: Pick<BenchRow, 'what' | 'unit' | 'target' | 'note'>,
  oursName: string,
  samples: readonly Sample[],
): BenchRow {
  return { ...row, ours: sideOf(oursName, samples), peer: null, ratio: null };
}

function sideOf(name: string, samples: readonly Sample[]): Side {
  return {
    name,
    value: spreadOf(samples.map(({ value }) => value)),
    peakMemoryBytes: Math.max(...samples.map(({ peakMemoryBytes }) => peakMemoryBytes)),
  };
}

/** The pairs seen through one figure of each side. */
export function viewPairs<Ours, Theirs>(
  pairs: Pairs<Ours, Theirs>,
  ours: (run: Ours) => Sample,
  theirs: (run: Theirs) => Sample,
): Pairs<Sample, Sample> {
  return {
    ours: pairs.ours.map(ours),
    theirs: 'missing' in pairs.theirs ? pairs.theirs : pairs.theirs.map(theirs),
  };
}
