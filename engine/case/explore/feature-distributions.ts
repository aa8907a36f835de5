import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { usageError } from '../../domain/error.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { CaseSession } from '../case-session.ts';
import { edgesBetween, featureBin, FEATURE_BINS } from '../model/feature-bins.ts';
import { rowFilter } from './filtered-rows.ts';

/** Values of stored features that one answer reads: tens of milliseconds, however wide the recording is. */
const valuesAPage = 4_000_000;

/**
 * How some features are distributed among the flagged transactions and among the rest, over the segments from `after` on that one
 * answer reads. Features are stored row by row, so reading few of them takes as long as reading all.
 * @throws AssayError WRONG_USE where the model has no such feature.
 */
export function featureDistributions(
  session: CaseSession,
  input: ParsedRequestInput<'explore.features'>,
): RequestOutput<'explore.features'> {
  const { arrays } = session;
  const view = session.view(input.modelId);
  const { units } = session.model(input.modelId).threshold;
  const names = featureNames(view.spec);
  const features = (input.names ?? names).map((name) => {
    const position = names.indexOf(name);
    if (position < 0)
      throw usageError('WRONG_USE', `The model has no feature named '${name}'.`, `It has: ${names.join(', ')}.`);
    const { least, greatest } = view.backgroundOf(position);
    return {
      name,
      position,
      edges: edgesBetween(least, greatest),
      rest: new Uint32Array(FEATURE_BINS),
      flagged: new Uint32Array(FEATURE_BINS),
    };
  });
  const passes = rowFilter(arrays, input.filter);
  const segments = arrays.segments.filter(({ firstSequence }) => firstSequence > (input.after ?? -1));
  let values = 0;
  let last = -1;
  for (const segment of segments) {
    if (values > 0 && values + segment.rowCount * view.featureCount > valuesAPage) break;
    values += segment.rowCount * view.featureCount;
    last = segment.firstSequence;
    const stored = view.featuresOfSegment(segment);
    for (let row = 0; row < segment.rowCount; row++) {
      const sequence = segment.firstSequence + row;
      if (!passes(sequence)) continue;
      const isOfFlagged = isFlagged(view.sums[sequence], units);
      for (const { position, edges, rest, flagged } of features) {
        const bin = featureBin(stored[row * view.featureCount + position], edges);
        if (bin < FEATURE_BINS) (isOfFlagged ? flagged : rest)[bin]++;
      }
    }
  }
  return {
    features: features.map(({ name, edges, rest, flagged }) => ({ name, edges, rest, flagged })),
    next: last === (arrays.segments.at(-1)?.firstSequence ?? -1) ? null : last,
  };
}
