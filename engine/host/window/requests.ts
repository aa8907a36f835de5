import { existsSync } from 'node:fs';
import type {
  ParsedRequestInput,
  RequestInput,
  RequestName,
  RequestOutput,
} from '../../../preload/contract/requests.ts';
import type { CaseSession } from '../../case/case-session.ts';
import type { Settings } from '../../domain/settings.ts';
import { alertDetail } from '../../case/alerts/alert-detail.ts';
import { alertDays, columnValues } from '../../case/alerts/alert-list.ts';
import { alertNarrative } from '../../case/alerts/alert-narrative.ts';
import { readPastedIds } from '../../case/alerts/pasted-ids.ts';
import { readBelowLine, readBelowLineDetail } from '../../case/alerts/below-line.ts';
import {
  caseOverview,
  groupAlerts,
  labelConflicts,
  quarantinePage,
  readProfile,
  transactionsPage,
} from '../../case/case-overview.ts';
import { closeCase, openCase, writeProfile } from './case-requests.ts';
import {
  addNote,
  joinAlerts,
  readDraft,
  setVerdicts,
  snoozeAlerts,
  splitAlert,
  undoLast,
  writeDraft,
} from '../../case/decisions/decisions.ts';
import {
  addSuppression,
  liftSuppression,
  listSuppressions,
  previewSuppression,
} from '../../case/alerts/suppressions.ts';
import { readWork } from '../../case/decisions/work.ts';
import { entityAlerts, entityStrip, entityTransactions, readEntity } from '../../case/alerts/entity-view.ts';
import { amountOverTime, exploreRows, lanes, scoreOverTime } from '../../case/explore/explore.ts';
import { featureDistributions } from '../../case/explore/feature-distributions.ts';
import { tile } from '../../case/explore/tiles.ts';
import { findRows } from '../../case/find-rows.ts';
import { listFolder } from './folder-list.ts';
import { inspectRecording } from '../../jobs/reading/inspect-recording.ts';
import { enterKafka, kafkaEntry, kafkaTopics, peekKafka, testKafka } from './kafka.ts';
import { historyPage } from '../../case/decisions/history.ts';
import { compareModels, swappedAlerts } from '../../case/model/model-comparison.ts';
import { againstBaselines, lossSentences } from '../../case/model/against-baselines.ts';
import { listModels, modelListItem } from '../../case/model/model-list.ts';
import { exploreBelowLine } from '../../case/line/explore-below-line.ts';
import { rollBack, setChampion } from '../../case/model/promotion.ts';
import { revealText } from '../../case/personal-text.ts';
import { listOutbox } from '../../case/outbox-list.ts';
import { alertsPageWithReasons, explainSoon } from './reasons-in-background.ts';
import { readSettingsFile, recentCases, writeSettings } from './settings-file.ts';
import {
  applyTuning,
  previewTuning,
  readTuning,
  swapSet,
  tuningPointWithin,
  tuningWithin,
} from '../../case/line/tuning.ts';
import { readFourEyes, setFourEyes, withdrawRecommendation } from '../../case/decisions/four-eyes.ts';
import { ledgerBeganMs, networkAttempts } from '../../network/ledger.ts';
import { forgetKey } from '../../store/case-lock.ts';
import { giveKeys } from '../locked-cases.ts';
import type { Workbench } from './workbench.ts';

/** Time a list beside the alerts may spend on reasons before it is shown without the rest of them. */
const listReasonsBudgetMs = 20;

type Handler<R extends RequestName> = (
  workbench: Workbench,
  input: ParsedRequestInput<R>,
) => RequestOutput<R> | Promise<RequestOutput<R>>;

/** Every request of the contract; a forgotten one does not compile. */
export const requestHandlers: { readonly [R in RequestName]: Handler<R> } = {
  'app.read': readApp,
  'network.read': () => ({ sinceMs: ledgerBeganMs(), attempts: networkAttempts() }),
  'settings.write': (workbench, input) => writeSettings(workbench.places.dataFolder, given(input)),
  'recent.list': (workbench) => recentCases(workbench.places.dataFolder),
  'folder.list': (_, input) => listFolder(input),
  'case.open': openCase,
  'case.close': closeCase,
  'case.unlock': async (_, { path, passphrase }) => {
    await giveKeys(path, passphrase);
    return { kept: false };
  },
  'case.forgetPassphrase': (_, { path }) => {
    forgetKey(path);
    return null;
  },
  // A host that has a keychain answers for it.
  'case.keptPassphrase': () => ({ kept: false, isPossible: false }),
  'case.read': ({ session }) => caseOverview(session),
  'profile.read': ({ session }) => readProfile(session),
  'profile.write': writeProfile,
  'recording.inspect': (_, input) => inspectRecording(input),
  'personal.reveal': (workbench, input) => ({ text: revealText(workbench.session, workbench.doing(), input) }),
  'quarantine.page': ({ session }, input) => quarantinePage(session, input),
  'transactions.page': ({ session }, input) => transactionsPage(session, input),
  'transactions.find': ({ session }, input) => findRows(session, input),
  'kafka.signIn': (_, input) => enterKafka(input),
  'kafka.entry': (_, input) => kafkaEntry(input),
  'kafka.test': (_, input) => testKafka(input),
  'kafka.topics': (_, input) => kafkaTopics(input),
  'kafka.peek': (_, input) => peekKafka(input),
  'metrics.read': async ({ jobThreads }) => ({ text: await jobThreads.streamsText() }),
  'job.command': ({ commands }, input) => commands.give(input.jobId, input.command),
  'outbox.list': ({ session }) => listOutbox(session),
  'models.list': ({ session }) => listModels(session),
  'models.setChampion': (workbench, input) => setChampion(workbench.session, workbench.doing(), input),
  'models.baselines': ({ session }, { modelId }) => {
    const view = session.view(modelId);
    const { labels, weights } = session.counted(view);
    if (labels === null) return null;
    const compared = againstBaselines(session.arrays, labels, view.sums, weights);
    return { compared, losses: lossSentences(compared) };
  },
  'models.rollBack': (workbench, input) => rollBack(workbench.session, workbench.doing(), input),
  'models.swapAlerts': (workbench, input) =>
    swappedAlerts(workbench.session, input, (view, rows) => explainSoon(workbench, view, rows, listReasonsBudgetMs)),
  'models.compare': ({ session }, input) => compareInWindow(session, input),
  'case.groupAlerts': (workbench, input) => groupAlerts(workbench.session, workbench.doing(), input),
  'case.explore': (workbench, input) => {
    exploreBelowLine(workbench.session, workbench.doing(), input);
    return caseOverview(workbench.session);
  },
  'labels.conflicts': ({ session }, input) => labelConflicts(session, input),
  'tuning.read': (workbench, input) =>
    readTuning(workbench.session, input, () => workbench.tell('tuning.rankingsReady', { modelId: input.modelId })),
  'tuning.preview': ({ session }, input) => previewTuning(session, input),
  'tuning.apply': (workbench, input) => applyTuning(workbench.session, workbench.doing(), input),
  'tuning.within': ({ session }, input) => tuningWithin(session, input),
  'tuning.pointWithin': ({ session }, input) => tuningPointWithin(session, input),
  'tuning.swapSet': (workbench, input) =>
    swapSet(workbench.session, input, (view, rows) => explainSoon(workbench, view, rows, listReasonsBudgetMs)),
  'alerts.page': alertsPageWithReasons,
  'alerts.days': ({ session }, input) => alertDays(session, input, Date.now()),
  'alerts.detail': ({ session }, input) => alertDetail(session, input),
  'alerts.narrative': ({ session }, input) => alertNarrative(session, input),
  'alerts.pasted': ({ session }, input) => readPastedIds(session, input),
  'alerts.columnValues': ({ session }, input) => columnValues(session, input),
  'belowLine.read': ({ session }, input) => readBelowLine(session, input),
  'belowLine.detail': ({ session }, input) => readBelowLineDetail(session, input),
  'verdicts.set': (workbench, input) => setVerdicts(workbench.session, workbench.doing(), input),
  'alerts.split': (workbench, input) => splitAlert(workbench.session, workbench.doing(), input),
  'alerts.join': (workbench, input) => joinAlerts(workbench.session, workbench.doing(), input),
  'actions.undo': (workbench) => undoLast(workbench.session, workbench.doing()),
  'notes.add': (workbench, input) => addNote(workbench.session, workbench.doing(), input),
  'drafts.write': (workbench, input) => writeDraft(workbench.session, workbench.doing(), input),
  'drafts.read': ({ session }, input) => readDraft(session, input),
  'alerts.snooze': (workbench, input) => snoozeAlerts(workbench.session, workbench.doing(), input),
  'suppressions.list': ({ session }, { modelId }) => listSuppressions(session, modelId),
  'suppressions.preview': ({ session }, { modelId, ...choice }) => previewSuppression(session, modelId, choice),
  'suppressions.add': (workbench, { modelId, ...choice }) => {
    addSuppression(workbench.session, workbench.doing(), modelId, choice);
    return listSuppressions(workbench.session, modelId);
  },
  'suppressions.lift': (workbench, { modelId, id }) => {
    liftSuppression(workbench.session, workbench.doing(), id);
    return listSuppressions(workbench.session, modelId);
  },
  'work.read': (workbench, { modelId, minuteCost }) =>
    readWork(workbench.session, modelId, workbench.doing().by, minuteCost),
  'fourEyes.read': ({ session }) => readFourEyes(session),
  'fourEyes.set': (workbench, input) => {
    setFourEyes(workbench.session, input, workbench.doing());
    return readFourEyes(workbench.session);
  },
  'fourEyes.withdraw': (workbench, { key }) => {
    withdrawRecommendation(workbench.session, workbench.doing(), key);
    return readFourEyes(workbench.session);
  },
  'audit.page': ({ session }, input) => historyPage(session, input),
  'explore.scoreOverTime': ({ session }, input) => scoreOverTime(session, input),
  'explore.amountOverTime': ({ session }, input) => amountOverTime(session, input),
  'explore.tile': ({ session }, input) => tile(session, input),
  'explore.lanes': ({ session }, input) => lanes(session, input),
  'explore.features': ({ session }, input) => featureDistributions(session, input),
  'explore.rows': ({ session }, input) => exploreRows(session, input),
  'entity.read': ({ session }, input) => readEntity(session, input),
  'entity.strip': ({ session }, input) => entityStrip(session, input),
  'entity.transactions': ({ session }, input) => entityTransactions(session, input),
  'entity.alerts': (workbench, input) =>
    entityAlerts(workbench.session, input, (view, rows) => explainSoon(workbench, view, rows, listReasonsBudgetMs)),
};

/** Requests after which the overview of the open case may be another one. */
export const requestsThatChangeTheCase: ReadonlySet<RequestName> = new Set<RequestName>([
  'case.open',
  'case.close',
  'profile.write',
  'models.setChampion',
  'models.rollBack',
  'case.groupAlerts',
  'case.explore',
  'alerts.split',
  'alerts.join',
  'tuning.apply',
  'verdicts.set',
  'actions.undo',
  'notes.add',
  'alerts.snooze',
  'suppressions.add',
  'suppressions.lift',
  'fourEyes.set',
  'fourEyes.withdraw',
]);

function compareInWindow(
  session: CaseSession,
  { firstModelId, secondModelId, at }: ParsedRequestInput<'models.compare'>,
): RequestOutput<'models.compare'> {
  return {
    ...compareModels(session, firstModelId, secondModelId, at).comparison,
    first: modelListItem(session, session.model(firstModelId)),
    second: modelListItem(session, session.model(secondModelId)),
    specs: { first: session.view(firstModelId).spec, second: session.view(secondModelId).spec },
  };
}

function readApp({ places, openSession }: Workbench): RequestOutput<'app.read'> {
  openSession?.refresh();
  return {
    version: places.version,
    host: places.host,
    openCase: openSession === null ? null : caseOverview(openSession),
    settings: readSettingsFile(places.dataFolder).settings,
    dataFolder: places.dataFolder,
    firstCasePath: existsSync(places.firstCasePath) ? places.firstCasePath : null,
    bundledRecording: places.bundledRecording,
  };
}

/** The settings named in the input, without those left out. */
function given(input: RequestInput<'settings.write'>): Partial<Settings> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}
