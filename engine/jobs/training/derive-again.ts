import type { CaseSession } from '../../case/case-session.ts';
import { isBrought, takenOverFrom } from '../../case/model/brought-sample.ts';
import { rowsOfTraining } from '../../case/model/recent-rows.ts';
import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import { originWords } from '../../domain/model.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { SegmentSummary, StoredModel } from '../../store/types.ts';
import type { DerivedModel } from '../../../preload/contract/history.ts';
import { withStreamFeatures } from '../window-threads.ts';
import { computerOfCase } from './case-features.ts';
import { growForest, scoreCase } from './train-model.ts';

/** What making a case's models anew came to: how far each could be, and a sentence for each thing that is another. */
export interface DerivedAgain {
  readonly models: readonly DerivedModel[];
  readonly problems: readonly string[];
}

/**
 * Makes features, forests and scores of a case anew, from its rows, parameters and seeds, and compares them with what is
 * stored, to the last bit. Takes about as long as training every model again. Changes nothing.
 */
export async function deriveAgain(session: CaseSession, context: WorkContext): Promise<DerivedAgain> {
  const problems: string[] = [];
  const models: DerivedModel[] = [];
  const lookedAt = new Set<number>();
  for (const model of session.models) {
    throwIfCancelled(context.signal);
    const { featureSetId } = model;
    const withheld = whyNotFeatures(session, model);
    if (withheld === null && !lookedAt.has(featureSetId))
      problems.push(...(await featureProblems(session, featureSetId, context)));
    lookedAt.add(featureSetId);
    const derived = await deriveForest(session, model, context);
    problems.push(...derived.problems, ...(await scoreProblems(session, model, context)));
    const notes = [derived.reason, withheld].filter((note) => note !== null);
    models.push({
      id: model.id,
      digest: model.digest,
      forest: derived.forest,
      featuresAgain: withheld === null,
      notes,
    });
  }
  return { models, problems };
}

/** Why the features of a model are taken as they are stored; null where they can be made anew. */
function whyNotFeatures({ openCase }: CaseSession, { trainedRows }: StoredModel): string | null {
  if (openCase.rowNumbers().removed > 0) return 'features as stored: older rows were removed';
  return trainedRows === openCase.nextSequence() ? null : 'features as stored: rows came after training';
}

async function featureProblems(
  session: CaseSession,
  featureSetId: number,
  context: WorkContext,
): Promise<readonly string[]> {
  const { openCase, arrays } = session;
  const spec: FeatureSpec = openCase.featureSpec(featureSetId);
  const count = featureNames(spec).length;
  const dictionaries = openCase.dictionaries();
  return withStreamFeatures(arrays.profile, spec, dictionaries, async (features) => {
    const compute = await computerOfCase(openCase, arrays.profile, spec, features, dictionaries, context);
    const problems: string[] = [];
    for (const segment of openCase.segments()) {
      throwIfCancelled(context.signal);
      const values = new Float32Array(segment.rowCount * count);
      compute(openCase.readSegmentColumns(segment), values);
      const stored = openCase.readFeatures(featureSetId, segment);
      if (stored === undefined || !areSameBits(values, stored))
        problems.push(`The features ${ofRows(segment)} are not those that their values give.`);
      context.report({ phase: 'features', done: segment.firstSequence, total: openCase.nextSequence(), unit: 'rows' });
      await new Promise(setImmediate);
    }
    return problems;
  });
}

interface DerivedForest {
  readonly forest: DerivedModel['forest'];
  /** Why it was taken as it is stored. */
  readonly reason: string | null;
  readonly problems: readonly string[];
}

async function deriveForest(session: CaseSession, model: StoredModel, context: WorkContext): Promise<DerivedForest> {
  const { openCase } = session;
  const { id, parameters, featureSetId, trainedRows, digest } = model;
  // A forest that was put in the place of another comes with a digest of its own, beside the one that the model has.
  const lying = session.view(id).forest.digest;
  const namesAnother =
    lying === digest ? [] : [`Model ${id} names the forest ${short(digest)}, and ${short(lying)} lies there.`];
  const asStored = (reason: string): DerivedForest => ({ forest: 'not derived', reason, problems: namesAnother });
  if (parameters.learning !== undefined) return asStored('forest as stored: it learned from verdicts');
  if (parameters.imported !== undefined)
    return asStored(`forest as stored: it was ${originWords(parameters.imported)}`);
  if (isBrought(openCase, digest)) {
    const from = takenOverFrom(openCase, digest) ?? 'another case';
    return asStored(`forest as stored: it was taken over from ${from}, from whose rows it was grown`);
  }
  if (openCase.rowNumbers().removed > 0) return asStored('forest as stored: rows that it was grown from were removed');
  const rows = parameters.retrained === undefined ? undefined : rowsOfTraining(session, model);
  if (rows === null) return asStored('forest as stored: other rows are known to be fraud than when it was grown');
  const featureCount = featureNames(openCase.featureSpec(featureSetId)).length;
  const features = { featureSetId, featureCount, rowCount: trainedRows };
  const grown = await growForest(openCase, features, parameters, context, [], rows);
  if (grown.digest === lying) return { forest: 'same', reason: null, problems: namesAnother };
  const other = `Rows, parameters and seed of model ${id} give the forest ${short(grown.digest)}; another one, ${short(lying)}, is stored.`;
  return { forest: 'other', reason: null, problems: [...namesAnother, other] };
}

const short = (digest: string): string => digest.slice(0, 12);

async function scoreProblems(
  session: CaseSession,
  model: StoredModel,
  context: WorkContext,
): Promise<readonly string[]> {
  const { openCase } = session;
  const { forest } = session.view(model.id);
  const { featureSetId } = model;
  const stored = openCase.readLeadingScores(model.id);
  const features = { featureSetId, featureCount: forest.featureCount, rowCount: stored.length };
  const sums = await scoreCase(openCase, features, forest, context);
  return openCase
    .segments()
    .filter(({ firstSequence }) => firstSequence < stored.length)
    .flatMap((segment) => {
      const differing = rowsThatDiffer(segment, stored, sums);
      if (differing.count === 0) return [];
      const first = differing.first;
      return [
        `The scores ${ofRows(segment)} by model ${model.id} are not those that its forest gives: ${differing.count.toLocaleString('en')} differ, the first of transaction ${(first + 1).toLocaleString('en')}, whose sum is stored as ${stored[first]} and is ${sums[first]}.`,
      ];
    });
}

function rowsThatDiffer(
  { firstSequence, rowCount }: SegmentSummary,
  stored: Int32Array,
  sums: Int32Array,
): { readonly count: number; readonly first: number } {
  let [count, first] = [0, -1];
  for (let row = firstSequence; row < Math.min(firstSequence + rowCount, stored.length); row++) {
    if (stored[row] === sums[row]) continue;
    if (count === 0) first = row;
    count++;
  }
  return { count, first };
}

function ofRows({ firstSequence, rowCount }: SegmentSummary): string {
  return `of transactions ${(firstSequence + 1).toLocaleString('en')} to ${(firstSequence + rowCount).toLocaleString('en')}`;
}

function areSameBits(one: Float32Array, other: Float32Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  return Buffer.compare(bytes(one), bytes(other)) === 0;
}
