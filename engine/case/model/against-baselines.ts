import { FRAUD } from '../../domain/label.ts';
import { anomalyOfSums, type Anomaly, type RowWeights } from '../../evaluation/ranking.ts';
import { averagePrecisionByKind } from '../../evaluation/precision-by-kind.ts';
import type { AgainstBaselines } from '../../../preload/contract/evaluations.ts';
import { UNKNOWN_CODE, type CaseArrays, type CodedColumn } from '../case-arrays.ts';
import { trivialBaselines } from './baselines.ts';

/** Of fewer frauds a kind tells nothing of who is better. */
const fewestFrauds = 5;

/**
 * A model's average precision beside that of the trivial baselines: over all frauds, and for each kind of fraud that a column of
 * scenarios names. What it loses to is named; a kind with fewer than five frauds is told and not judged.
 * @param labels FRAUD, GENUINE, UNLABELLED
 * @param weights for how many transactions each labelled one stands; null where each stands for itself
 */
export function againstBaselines(
  arrays: CaseArrays,
  labels: Uint8Array,
  sums: Int32Array,
  weights: RowWeights | null,
): AgainstBaselines {
  const { rowCount, amounts, times, entity } = arrays;
  const scenarios = scenarioColumn(arrays);
  const names = scenariosOf(scenarios, labels);
  const kindOfCode = new Map(names.map(({ code }, kind) => [code, kind]));
  const kindOf = (row: number): number => kindOfCode.get(scenarios?.codes[row] ?? UNKNOWN_CODE) ?? -1;
  const figuresOf = (anomaly: Anomaly): readonly (number | null)[] => {
    const { all, byKind } = averagePrecisionByKind(labels, anomaly, names.length, kindOf, weights ?? undefined);
    return [all, ...byKind];
  };
  const own = figuresOf(anomalyOfSums(sums));
  const others = trivialBaselines({
    ...{ rowCount, amounts, times },
    entity: entity === null ? null : { role: entity.column.role, codes: entity.codes },
  }).map(({ name, values }) => ({ name, figures: figuresOf(values) }));
  const frauds = labels.reduce((count, label) => count + (label === FRAUD ? 1 : 0), 0);
  return [{ text: null, frauds }, ...names].map(({ text, frauds: count }, index) => {
    const model = own[index];
    const baselines = others.flatMap(({ name, figures }) => {
      const averagePrecision = figures[index];
      return averagePrecision === null ? [] : [{ name, averagePrecision }];
    });
    const isJudged = model !== null && count >= fewestFrauds;
    return {
      scenario: text,
      frauds: count,
      averagePrecision: model,
      baselines,
      losesTo: isJudged
        ? baselines.filter(({ averagePrecision }) => averagePrecision > model).map(({ name }) => name)
        : [],
    };
  });
}

/** One sentence for each set of frauds of which something trivial finds more. */
export function lossSentences(compared: AgainstBaselines): readonly string[] {
  return compared.flatMap(({ scenario, frauds, averagePrecision, baselines, losesTo }) => {
    if (losesTo.length === 0 || averagePrecision === null) return [];
    const better = baselines
      .filter(({ name }) => losesTo.includes(name))
      .map((each) => `${each.name} (${each.averagePrecision.toPrecision(3)})`)
      .join(', ');
    const where = scenario === null ? '' : `, of the ${frauds.toLocaleString('en-US')} frauds of scenario ${scenario}`;
    return [
      `The model loses to something trivial${where}: average precision ${averagePrecision.toPrecision(3)} against ${better}.`,
    ];
  });
}

/** The column that names the kind of fraud: called so, and kept from the features. */
function scenarioColumn(arrays: CaseArrays): CodedColumn | null {
  const column = arrays.decodedColumns.find(
    ({ name, role, kind }) => /scenario/iu.test(name) && role === 'ignored' && kind === 'category',
  );
  return column === undefined || !arrays.dictionaries.has(column.name) ? null : arrays.coded(column.name);
}

function scenariosOf(
  column: CodedColumn | null,
  labels: Uint8Array,
): readonly { readonly code: number; readonly text: string; readonly frauds: number }[] {
  if (column === null) return [];
  const frauds = new Map<number, number>();
  for (let row = 0; row < labels.length; row++) {
    const code = column.codes[row];
    if (labels[row] === FRAUD && code >= 0) frauds.set(code, (frauds.get(code) ?? 0) + 1);
  }
  return Array.from(frauds, ([code, count]) => ({ code, text: column.dictionary.textOf(code), frauds: count })).sort(
    (left, right) => (left.text < right.text ? -1 : 1),
  );
}
