import { featureNames } from '../../domain/feature-spec.ts';
import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { StoredModel } from '../../store/types.ts';
import type { ModelListItem, ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import type { CaseSession } from '../case-session.ts';
import { judgedFlags } from '../line/judged-flags.ts';

/** Every model of the case, oldest first. */
export function listModels(session: CaseSession): readonly ModelListItem[] {
  return session.models.map((model) => modelListItem(session, model));
}

export function modelListItem(session: CaseSession, model: StoredModel): ModelListItem {
  const { openCase } = session;
  const view = session.view(model.id);
  const { rule, details, units } = model.threshold;
  return {
    id: model.id,
    name: model.name,
    digest: model.digest,
    parameters: model.parameters,
    features: featureNames(view.spec),
    featureLabels: view.words.map(({ label }) => label),
    trainedRows: model.trainedRows,
    createdAtMs: model.createdAtMs,
    isChampion: model.isChampion,
    thresholdUnits: units,
    threshold: view.scoreOf(units),
    flagged: openCase.alertCount(model.id),
    alertsPerDay: rule === 'alerts-per-day' && typeof details['value'] === 'number' ? details['value'] : null,
    scoresAllRows: openCase.segmentsWithoutScores(model.id).length === 0,
  };
}

export function setChampion(
  session: CaseSession,
  doing: Doing,
  input: ParsedRequestInput<'models.setChampion'>,
): RequestOutput<'models.setChampion'> {
  const model = session.model(input.modelId);
  const openedCase = session.writableCase;
  openedCase.inTransaction(() => {
    openedCase.setChampion(model.id);
    openedCase.decisions.addAudit(doing, `champion: ${model.name}`, { modelDigest: model.digest });
  });
  session.modelsChanged();
  return listModels(session);
}

/** What two models flag in common and apart, each at its own threshold. */
export function compareModels(
  session: CaseSession,
  input: ParsedRequestInput<'models.compare'>,
): RequestOutput<'models.compare'> {
  const first = session.model(input.firstModelId);
  const second = session.model(input.secondModelId);
  const firstSums = session.view(first.id).sums;
  const secondSums = session.view(second.id).sums;
  const { labels } = session;
  const rows = { both: 0, onlyFirst: 0, onlySecond: 0 };
  const fraud = { both: 0, onlyFirst: 0, onlySecond: 0 };
  const judged = { first: 0, second: 0 };
  let frauds = 0;
  for (let row = 0; row < firstSums.length; row++) {
    const byFirst = firstSums[row] <= first.threshold.units;
    const bySecond = secondSums[row] <= second.threshold.units;
    const label = labels?.[row] ?? UNLABELLED;
    if (label === FRAUD) frauds++;
    if (!byFirst && !bySecond) continue;
    if (label !== UNLABELLED && byFirst) judged.first++;
    if (label !== UNLABELLED && bySecond) judged.second++;
    const part = byFirst && bySecond ? 'both' : byFirst ? 'onlyFirst' : 'onlySecond';
    rows[part]++;
    if (label === FRAUD) fraud[part]++;
  }
  return {
    first: modelListItem(session, first),
    second: modelListItem(session, second),
    ...rows,
    fraud: labels === null ? null : fraud,
    judged:
      labels === null
        ? null
        : {
            first: judgedFlags({ flaggedFrauds: fraud.both + fraud.onlyFirst, flagged: judged.first, frauds }),
            second: judgedFlags({ flaggedFrauds: fraud.both + fraud.onlySecond, flagged: judged.second, frauds }),
          },
    specs: { first: session.view(first.id).spec, second: session.view(second.id).spec },
  };
}
