import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { impossible, usageError } from '../../domain/error.ts';
import { columnsOfSpec } from '../../domain/feature-spec.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import type { WorkContext } from '../../domain/progress.ts';
import { CaseSession } from '../../case/case-session.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { bringSample } from '../../case/model/brought-sample.ts';
import { chosenModel, type ChosenModel } from '../../case/model/chosen-model.ts';
import { alertsAndFlags } from '../../case/model/model-list.ts';
import { openCaseToRead } from '../../case/opening.ts';
import type { CaseModel } from '../../export/mlflow/case-model.ts';
import { digestAt, fetchCaseModel, isModelUri, notPublished } from '../../export/mlflow/fetch-model.ts';
import { encodeForest } from '../../forest/compile.ts';
import { openCase } from '../../store/open-case.ts';
import type { StoredModel } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { sampleToBring } from '../retraining/training-sample.ts';
import { trackingClientOf, type ModelPlace } from '../scoring/exported-model.ts';
import { storeCaseFeatures } from './case-features.ts';
import { scoreCase } from './train-model.ts';

/** A model of another case, or of a tracking server, with all that a case keeps of one. */
export interface ModelElsewhere {
  readonly kind: 'elsewhere';
  /** Where it comes from, for the history. */
  readonly from: string;
  readonly model: CaseModel;
}

/** A model that scores in a case: one that it holds, by number or digest, or one that it is to take over. */
export type NamedModel = { readonly kind: 'held'; readonly choice: string } | ModelElsewhere;

/** A model as it is named for a case. */
export interface ModelForCase extends ModelPlace {
  readonly casePath: string;
}

/**
 * What an address at a tracking server, or another case, names for a case. The server is asked for the digest, and for the files only
 * where the case
 * does not hold the model. What is no address is another case where `isCase` says so, else a number or digest of this one.
 *
 * @throws AssayError WRONG_USE where a server is needed and none named, NO_MODEL where there is none that can be taken over,
 * MODEL_MISMATCH where a file is not the one that was published, and those of the server.
 */
export async function namedModel(
  { casePath, model, trackingUri }: ModelForCase,
  signal: AbortSignal,
  isCase = false,
): Promise<NamedModel> {
  if (!isModelUri(model)) return isCase ? modelOfCase(model) : { kind: 'held', choice: model };
  const client = await trackingClientOf(model, trackingUri, signal);
  const digest = await digestAt(client, model);
  if (digest === null) throw notPublished(model);
  if (holds(casePath, digest)) return { kind: 'held', choice: digest };
  const { place, ...fetched } = await fetchCaseModel(client, model);
  return { kind: 'elsewhere', from: `${model} (${place}) of ${client.address}`, model: fetched };
}

function holds(casePath: string, digest: string): boolean {
  if (!existsSync(casePath)) return false;
  const openedCase = openCaseToRead(casePath);
  try {
    return openedCase.model(digest) !== undefined;
  } finally {
    openedCase.close();
  }
}

function modelOfCase(path: string): ModelElsewhere {
  const session = new CaseSession(openCaseToRead(path));
  try {
    const model = caseModelOf(session, chosenModel(session.openCase, undefined));
    return { kind: 'elsewhere', from: path, model };
  } finally {
    session.close();
  }
}

/** A model with all that a case keeps of it, so that another can take it over. */
export function caseModelOf(session: CaseSession, { stored, forest }: ChosenModel): CaseModel {
  const { name, parameters, threshold, trainedRows } = stored;
  const { units, rule, details } = threshold;
  return {
    name,
    parameters,
    threshold: {
      units,
      rule,
      details: Object.fromEntries(
        Object.entries(details).flatMap(([key, value]) =>
          typeof value === 'number' || typeof value === 'string' ? [[key, value] as const] : [],
        ),
      ),
    },
    trainedRows,
    profile: session.openCase.profile() ?? impossible('a case with a model has no profile'),
    spec: session.openCase.featureSpec(stored.featureSetId),
    forest,
    training: sampleToBring(session, stored),
  };
}

/** The model of a case that was named. */
export interface UsedModel {
  readonly stored: StoredModel;
  /** Where it was taken over from; null where the case held it. */
  readonly from: string | null;
  readonly notices: readonly string[];
}

/**
 * The model of a case that is named, taken over where the case does not hold it. An empty case is given its profile too; where there
 * are rows, all of them are scored by its features and line, beside the champion.
 *
 * @throws AssayError MODEL_MISMATCH where the case lacks columns that it needs, NO_MODEL where a number names none
 */
export async function takeOver(openedCase: WritableCase, named: NamedModel, context: WorkContext): Promise<UsedModel> {
  if (named.kind === 'held') return { stored: chosenModel(openedCase, named.choice).stored, from: null, notices: [] };
  const { from, model } = named;
  const { digest } = model.forest;
  const own = openedCase.model(digest);
  if (own !== undefined) return { stored: own, from: null, notices: [] };
  const known = openedCase.profile();
  if (known !== undefined) refuseOtherColumns(known, model, openedCase.path, from);
  const profile = known ?? model.profile;
  const features = await storeCaseFeatures(openedCase, profile, model.spec, context);
  const sums = await scoreCase(openedCase, features, model.forest, context);
  openedCase.letGoOfFeatures();
  const doing = doingOf(context);
  const { name, parameters, threshold, trainedRows, training } = model;
  const id = openedCase.inTransaction(() => {
    if (known === undefined) openedCase.saveProfile(profile, doing);
    const { featureSetId } = features;
    const forest = encodeForest(model.forest);
    const kept = openedCase.saveModel(
      { digest, name, parameters, threshold, trainedRows, featureSetId, forest, takenOverFrom: from },
      doing,
    );
    if (sums.length > 0) openedCase.writeScores(kept, { firstSequence: 0, rowCount: sums.length }, sums);
    bringSample(openedCase, digest, from, training);
    return kept;
  });
  const { stored } = chosenModel(openedCase, String(id));
  const unknownTraining = `What ${stored.name} was trained on did not come with it: drift is not measured until it is trained again.`;
  return { stored, from, notices: training === null ? [unknownTraining] : [] };
}

/** Roles by which features over time find what they count. */
const rolesOverTime = ['event_time', 'amount', 'label'] as const;

/** @throws AssayError MODEL_MISMATCH where a column that a model is fed from is not there, or means something else */
function refuseOtherColumns(
  profile: Profile,
  { spec, profile: theirs }: CaseModel,
  casePath: string,
  from: string,
): void {
  const kindIn = ({ columns }: Profile, name: string): string | undefined =>
    columns.find((column) => column.name === name)?.kind;
  const absent = columnsOfSpec(spec).filter((name) => kindIn(profile, name) !== kindIn(theirs, name));
  const roles = spec.windows === undefined ? [] : rolesOverTime;
  const others = roles.flatMap((role) => {
    const wanted = columnWithRole(theirs, role)?.name;
    return wanted === undefined || wanted === columnWithRole(profile, role)?.name ? [] : [`${wanted} as ${role}`];
  });
  if (absent.length + others.length > 0)
    throw usageError(
      'MODEL_MISMATCH',
      `${from} needs ${[...absent, ...others].join(', ')}, which ${casePath} does not have.`,
      'Name a new case, or a model of the same columns.',
    );
}

/** How a case knows the model that a job names, taken over where it was not there. Errors as `namedModel` and `takeOver`. */
export async function choiceInCase(input: ModelForCase, context: WorkContext): Promise<string> {
  const named = await namedModel(input, context.signal);
  if (named.kind === 'held') return named.choice;
  const openedCase = openCase(input.casePath);
  try {
    return (await takeOver(openedCase, named, context)).stored.digest;
  } finally {
    openedCase.close();
  }
}

/**
 * The `takeOver` job: a model of a tracking server, or the champion of another case, as a model of this one beside its champion. The
 * case's own model where it holds it already.
 */
export async function takeOverModel(
  input: ParsedJobInput<'takeOver'>,
  context: WorkContext,
): Promise<JobResult<'takeOver'>> {
  const named = await namedModel(input, context.signal, true);
  const session = new CaseSession(openCase(input.casePath));
  try {
    const { stored, from, notices } = await takeOver(session.writableCase, named, context);
    session.modelsChanged();
    return {
      from,
      model: session.modelSummary(stored.id),
      ...alertsAndFlags(session, stored),
      threshold: session.view(stored.id).scoreOf(stored.threshold.units),
      thresholdUnits: stored.threshold.units,
      isChampion: stored.isChampion,
      notices: [...notices],
      case: resolve(input.casePath),
    };
  } finally {
    session.close();
  }
}
