import { UNLABELLED } from '../../domain/label.ts';
import { labelOfVerdict } from '../../domain/verdict.ts';
import { FEWEST_JUDGED, standFor, type JudgedByChance } from '../../evaluation/missed-fraud.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { StoredModel } from '../../store/types.ts';
import type { CaseSession } from '../case-session.ts';
import { usualSample } from './below-line.ts';
import { drawChances, type DrawChances } from './exploration.ts';

/** A verdict of fraud or not on a transaction that was drawn from below a line. */
export interface DrawnVerdict extends JudgedByChance {
  readonly row: number;
}

/**
 * How verdicts came about: those on alerts, because a model ranked them first; those on what was drawn from below its line, by chance.
 * The latter stand for all of which nothing else is known.
 */
export interface VerdictSelection {
  /** Transactions that the drawn ones stand for. */
  readonly population: number;
  readonly drawn: readonly DrawnVerdict[];
  /** For how many transactions each row stands where it is judged: 1, or for as many as it was drawn from. */
  readonly weights: Float64Array;
}

/** What one model draws from below its line, and what of it was judged in its own queue or sample. */
interface JudgedDraw extends DrawChances {
  readonly model: StoredModel;
  readonly judged: readonly number[];
}

/**
 * One weighted sample of all verdicts, whichever model's queue they were given in, for every figure that counts them; null with too
 * few verdicts on what was drawn. A transaction that several models could draw has the chance that any of them does.
 * @param besideColumn whether the label column speaks for its transactions, which then are nobody's to stand for
 */
export function selectVerdicts(session: CaseSession, besideColumn: boolean): VerdictSelection | null {
  const column = besideColumn ? session.arrays.labels : null;
  const isInColumn = (row: number): boolean => (column?.[row] ?? UNLABELLED) !== UNLABELLED;
  const draws = judgedDraws(session, (row) => !isInColumn(row));
  const lines = draws.map(({ model }) => ({ sums: session.view(model.id).sums, units: model.threshold.units }));
  const isBelowAll = (row: number): boolean => lines.every(({ sums, units }) => !isFlagged(sums[row], units));
  const drawn = [...new Set(draws.flatMap(({ judged }) => judged))].filter(isBelowAll).map((row): DrawnVerdict => {
    const notDrawn = draws.reduce((chance, { chanceOf }) => chance * (1 - chanceOf(row)), 1);
    return { row, isFraud: labelOf(session, row) === 1, chance: 1 - notDrawn };
  });
  if (drawn.length < FEWEST_JUDGED) return null;
  const byChance = new Set(drawn.map(({ row }) => row));
  let population = 0;
  for (let row = 0; row < session.arrays.rowCount; row++)
    if (isBelowAll(row) && !isInColumn(row) && (byChance.has(row) || labelOf(session, row) === null)) population++;
  return selectionOf(population, drawn, session.arrays.rowCount);
}

/** The verdicts that were drawn, and for how many rows of all each row stands. */
export function selectionOf(population: number, drawn: readonly DrawnVerdict[], rowCount: number): VerdictSelection {
  const weights = new Float64Array(rowCount).fill(1);
  standFor(population, drawn).forEach((weight, at) => (weights[drawn[at].row] = weight));
  return { population, drawn, weights };
}

/** The draws below whose line something was judged in the model's own queue or sample, of models that scored all rows. */
function judgedDraws(session: CaseSession, counts: (row: number) => boolean): readonly JudgedDraw[] {
  const { verdicts } = session.decisions;
  return session.models.flatMap((model): JudgedDraw | readonly [] => {
    const rows = verdicts.flatMap(({ modelDigest, sequences }) =>
      modelDigest === model.digest && sequences.length === 1 ? [sequences[0]] : [],
    );
    const candidates = [...new Set(rows)].filter((row) => counts(row) && labelOf(session, row) !== null);
    if (candidates.length === 0 || session.openCase.segmentsWithoutScores(model.id).length > 0) return [];
    const { sums } = session.view(model.id);
    const below = candidates.filter((row) => !isFlagged(sums[row], model.threshold.units));
    if (below.length === 0) return [];
    const chances = drawChances({
      explored: session.exploredAtMost(model.id),
      sample: usualSample(session, model.id),
      days: session.arrays.days,
      judged: below,
    });
    const judged = below.filter(chances.isDrawn);
    return judged.length === 0 ? [] : { model, judged, ...chances };
  });
}

/** Null where nobody has judged a row, or none could. */
function labelOf({ decisions }: CaseSession, row: number): 0 | 1 | null {
  const verdict = decisions.verdictOfRow.get(row);
  return verdict === undefined ? null : labelOfVerdict(verdict.kind);
}
