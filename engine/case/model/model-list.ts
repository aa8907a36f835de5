import { featureNames } from '../../domain/feature-spec.ts';
import { originWords } from '../../domain/model.ts';
import type { StoredModel } from '../../store/types.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { CaseSession } from '../case-session.ts';
import { handleOf } from '../line/threshold-handle.ts';
import { takenOverFrom } from './brought-sample.ts';
import { themesOfWords } from './theme-shares.ts';

/** Every model of the case, oldest first. */
export function listModels(session: CaseSession): readonly ModelListItem[] {
  return session.models.map((model) => modelListItem(session, model));
}

export function modelListItem(session: CaseSession, model: StoredModel): ModelListItem {
  const { openCase } = session;
  const view = session.view(model.id);
  const { units } = model.threshold;
  const { seed, grower, imported, ...made } = session.modelSummary(model.id);
  const { trees, sample } = imported === undefined ? model.parameters : made;
  return {
    id: model.id,
    name: model.name,
    digest: model.digest,
    parameters: model.parameters,
    trees,
    sample,
    seed,
    grower,
    origin: imported === undefined ? null : originWords(imported),
    takenOverFrom: takenOverFrom(openCase, model.digest),
    features: featureNames(view.spec),
    featureLabels: view.words.map(({ label }) => label),
    themes: themesOfWords(view.words),
    featuresOverTime: view.spec.windows?.features.map(({ name }) => name) ?? [],
    trainedRows: imported === undefined ? model.trainedRows : null,
    createdAtMs: model.createdAtMs,
    isChampion: model.isChampion,
    thresholdUnits: units,
    threshold: view.scoreOf(units),
    ...alertsAndFlags(session, model),
    handle: handleOf(model.threshold),
    scoresAllRows: openCase.segmentsWithoutScores(model.id).length === 0,
  };
}

/** Flagged transactions and alerts of a model at its threshold, over the leading rows that it has scored. */
export function alertsAndFlags(
  session: CaseSession,
  model: StoredModel,
): { readonly alerts: number; readonly flagged: number } {
  const { counts } = model.threshold;
  if (counts?.of === session.countedOver) return { flagged: counts.flagged, alerts: counts.alerts };
  if (session.openCase.segmentsWithoutScores(model.id).length === 0) {
    const { groups } = session.alerts(model.id);
    return { flagged: groups.rows.length - groups.explored.length, alerts: groups.count };
  }
  const { index } = session.indexOf(session.view(model.id).forest, session.openCase.readLeadingScores(model.id));
  const { flagged, alerts } = index.tune({ kind: 'threshold', thresholdUnits: model.threshold.units });
  return { flagged, alerts };
}
