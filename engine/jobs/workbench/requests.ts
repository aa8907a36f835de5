import { existsSync } from 'node:fs';
import type {
  ParsedRequestInput,
  RequestInput,
  RequestName,
  RequestOutput,
} from '../../../preload/contract/requests.ts';
import type { Settings } from '../../domain/settings.ts';
import { alertDetail } from './alert-detail.ts';
import { columnValues } from './alert-list.ts';
import { alertNarrative } from './alert-narrative.ts';
import { readBelowLine, readBelowLineDetail } from './below-line.ts';
import {
  caseOverview,
  closeCase,
  openCase,
  quarantinePage,
  readProfile,
  transactionsPage,
  writeProfile,
} from './case-overview.ts';
import { addNote, auditPage, readDraft, setVerdicts, snoozeAlerts, undoLast, writeDraft } from './decisions.ts';
import { readEntity } from './entity-view.ts';
import { amountOverTime, exploreRows, featureDistributions, hourByWeekday, lanes, scoreOverTime } from './explore.ts';
import { listFolder } from './folder-list.ts';
import { inspectRecording } from './inspect-recording.ts';
import { runningStreamsText } from '../../monitor/running-streams.ts';
import { enterKafka, kafkaEntry, kafkaTopics, peekKafka, testKafka } from './kafka.ts';
import { compareModels, listModels, setChampion } from './model-list.ts';
import { listOutbox } from './outbox-list.ts';
import { alertsPageWithReasons } from './reasons-in-background.ts';
import { readSettingsFile, recentCases, writeSettings } from './settings-file.ts';
import { applyTuning, previewTuning, readTuning, swapSet } from './tuning.ts';
import type { Workbench } from './workbench.ts';

type Handler<R extends RequestName> = (
  workbench: Workbench,
  input: ParsedRequestInput<R>,
) => RequestOutput<R> | Promise<RequestOutput<R>>;

/** Every request of the contract; a forgotten one does not compile. */
export const requestHandlers: { readonly [R in RequestName]: Handler<R> } = {
  'app.read': readApp,
  'settings.write': (workbench, input) => writeSettings(workbench.places.dataFolder, given(input)),
  'recent.list': (workbench) => recentCases(workbench.places.dataFolder),
  'folder.list': (_, input) => listFolder(input),
  'case.open': openCase,
  'case.close': closeCase,
  'case.read': ({ session }) => caseOverview(session),
  'profile.read': ({ session }) => readProfile(session),
  'profile.write': writeProfile,
  'recording.inspect': (_, input) => inspectRecording(input),
  'quarantine.page': ({ session }, input) => quarantinePage(session, input),
  'transactions.page': ({ session }, input) => transactionsPage(session, input),
  'kafka.signIn': (_, input) => enterKafka(input),
  'kafka.entry': (_, input) => kafkaEntry(input),
  'kafka.test': (_, input) => testKafka(input),
  'kafka.topics': (_, input) => kafkaTopics(input),
  'kafka.peek': (_, input) => peekKafka(input),
  'metrics.read': async () => ({ text: await runningStreamsText() }),
  'job.command': ({ commands }, input) => commands.give(input.jobId, input.command),
  'outbox.list': ({ session }) => listOutbox(session),
  'models.list': ({ session }) => listModels(session),
  'models.setChampion': setChampion,
  'models.compare': ({ session }, input) => compareModels(session, input),
  'tuning.read': readTuning,
  'tuning.preview': ({ session }, input) => previewTuning(session, input),
  'tuning.apply': applyTuning,
  'tuning.swapSet': swapSet,
  'alerts.page': alertsPageWithReasons,
  'alerts.detail': ({ session }, input) => alertDetail(session, input),
  'alerts.narrative': ({ session }, input) => alertNarrative(session, input),
  'alerts.columnValues': ({ session }, input) => columnValues(session, input),
  'belowLine.read': ({ session }, input) => readBelowLine(session, input),
  'belowLine.detail': ({ session }, input) => readBelowLineDetail(session, input),
  'verdicts.set': setVerdicts,
  'actions.undo': undoLast,
  'notes.add': addNote,
  'drafts.write': writeDraft,
  'drafts.read': ({ session }, input) => readDraft(session, input),
  'alerts.snooze': snoozeAlerts,
  'audit.page': ({ session }, input) => auditPage(session, input),
  'explore.scoreOverTime': ({ session }, input) => scoreOverTime(session, input),
  'explore.amountOverTime': ({ session }, input) => amountOverTime(session, input),
  'explore.hourByWeekday': ({ session }, input) => hourByWeekday(session, input),
  'explore.lanes': ({ session }, input) => lanes(session, input),
  'explore.features': ({ session }, input) => featureDistributions(session, input),
  'explore.rows': ({ session }, input) => exploreRows(session, input),
  'entity.read': ({ session }, input) => readEntity(session, input),
};

/** Requests after which the overview of the open case may be another one. */
export const requestsThatChangeTheCase: ReadonlySet<RequestName> = new Set<RequestName>([
  'case.open',
  'case.close',
  'profile.write',
  'models.setChampion',
  'tuning.apply',
  'verdicts.set',
  'actions.undo',
  'notes.add',
  'alerts.snooze',
]);

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
