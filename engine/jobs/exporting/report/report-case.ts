import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { alertDetail } from '../../../case/alerts/alert-detail.ts';
import { typedKey } from '../../../case/alerts/alert-keys.ts';
import { alertStory } from '../../../case/alerts/alert-narrative.ts';
import { listAlerts } from '../../../case/alerts/list-alerts.ts';
import { topicTitles } from '../../../case/alerts/narrative.ts';
import type { CaseSession } from '../../../case/case-session.ts';
import { doingOf } from '../../../case/decisions/doing.ts';
import { wholeHistory } from '../../../case/decisions/history.ts';
import { pointOf } from '../../../case/line/tuning.ts';
import { describeSources } from '../../../case/describe-sources.ts';
import { withCase } from '../../../case/opening.ts';
import { AssayError } from '../../../domain/error.ts';
import { historyMark } from '../../../domain/history-mark.ts';
import { personalWords } from '../../../domain/personal.ts';
import { zonedText } from '../../../domain/time-zone.ts';
import { originWords } from '../../../domain/model.ts';
import { throwIfCancelled, type WorkContext } from '../../../domain/progress.ts';
import { weightedShare } from '../../../evaluation/wilson-interval.ts';
import { histogramSvg } from '../../../export/mlflow/score-charts.ts';
import { isFlagged } from '../../../forest/threshold.ts';
import type { JobResult, ParsedJobInput } from '../../../../preload/contract/jobs.ts';
import packageFile from '../../../../package.json' with { type: 'json' };
import { evaluateIn } from '../../training/evaluate-model.ts';
import { measureStability } from '../../training/seed-stability.ts';
import { claimFile } from '../output.ts';
import { textKind } from '../output-kind.ts';
import { amountsPicture, factsOf, html, listOf, reasonsPicture, tableOf } from './report-parts.ts';
import { defaultTemplate, filledTemplate, type ReportPart } from './report-template.ts';

const reportKind = textKind('a report of Assay', /<!doctype html>\s*<!-- A report of Assay/iu);

const listedAlerts = 50;
const listedTransactions = 40;
const listedEntries = 40;
const citedTransactions = 4;
const histogramBins = 60;
const seedsTried = 5;

/**
 * The `report` job: one alert, or a case as a whole, with the dossier of its model and the head of its history, as one HTML
 * file that needs nothing else. Nothing in the case is changed. Errors: WRONG_USE where there is no such alert or the template names
 * another part; FILE_NOT_FOUND where there is no template.
 */
export async function reportCase(input: ParsedJobInput<'report'>, context: WorkContext): Promise<JobResult<'report'>> {
  const template = input.template === undefined ? defaultTemplate : await readTemplate(input.template);
  const output = await claimFile(input.output, reportKind, { reads: [input.casePath], force: input.force });
  const stability = input.stability
    ? await measureStability({ casePath: input.casePath, model: input.model, seeds: seedsTried }, context)
    : null;
  return withCase(input.casePath, 'read', async (session) => {
    const { id: modelId, digest } = session.chosenModel(input.model);
    const key = input.alert === undefined ? null : typedKey(input.alert);
    throwIfCancelled(context.signal);
    const head = session.openCase.decisions.head();
    const parts: Readonly<Record<ReportPart, string>> = {
      title: html(titleOf(session, modelId, key)),
      made: html(
        `Made ${time(session, Date.now())} by ${doingOf(context).by} with Assay ${packageFile.version}, from ${basename(resolve(input.casePath))}.`,
      ),
      alert: key === null ? '' : alertPart(session, modelId, key),
      alerts: key === null ? await alertsPart(session, modelId, context) : '',
      data: dataPart(session),
      method: methodPart(session, modelId),
      parameters: parametersPart(session, modelId),
      stability: stabilityPart(session, modelId, stability),
      ...(await qualityParts(session, modelId, context)),
      threshold: thresholdPart(session, modelId),
      approvals: approvalsPart(session),
      history: historyPart(session, key, head),
    };
    // Beside the part that people read: a template of a team may leave that out.
    await output.write(`${filledTemplate(template, parts).trimEnd()}\n<!-- ${historyMark(head)} -->\n`);
    return {
      output: output.path,
      files: [output.path],
      digest,
      head: head && { entry: head.entry, hash: head.hash },
      case: resolve(input.casePath),
    };
  });
}

/** The template that a team begins with; `reportTemplate` writes it out. */
export async function writeReportTemplate(
  input: ParsedJobInput<'reportTemplate'>,
): Promise<JobResult<'reportTemplate'>> {
  const output = await claimFile(input.output, reportKind, { reads: [], force: input.force });
  await output.write(defaultTemplate);
  return { output: output.path };
}

async function readTemplate(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `The template ${path} cannot be read.`, {
      nextStep: 'Check its path.',
      cause,
    });
  }
}

function time({ arrays }: CaseSession, ms: number | null): string {
  return ms === null ? '' : zonedText(arrays.clock, ms);
}

function titleOf(session: CaseSession, modelId: number, key: string | null): string {
  const name = basename(session.path);
  if (key === null) return `Report on ${name}`;
  const { row } = alertDetail(session, { modelId, key });
  return `Report on alert ${row.key} of ${name}: ${row.entity}`;
}

function alertPart(session: CaseSession, modelId: number, key: string): string {
  const { sentences } = alertStory(session, { modelId, key });
  const detail = alertDetail(session, { modelId, key });
  const topics = [...new Set(sentences.map(({ topic }) => topic))];
  const story = topics.flatMap((topic) => [
    `<h3>${html(topicTitles[topic])}</h3>`,
    listOf(
      sentences
        .filter((sentence) => sentence.topic === topic)
        .map(({ text, transactions, transactionCount }) => {
          const cited = transactions.slice(0, citedTransactions);
          const more = transactionCount - cited.length;
          const ids = cited.map(({ id }) => id).join(', ');
          return `${text} [${ids}${more > 0 ? ` and ${more.toLocaleString('en')} more` : ''}]`;
        }),
    ),
  ]);
  const shown = detail.transactions.slice(0, listedTransactions);
  return [
    '<h2>The alert</h2>',
    ...story,
    amountsPicture(detail.strip, (ms) => time(session, ms)),
    reasonsPicture(detail.contributions),
    factsOf(detail.facts.map(({ label, value }) => [label, value])),
    `<h3>Transactions</h3>`,
    tableOf(
      ['id', 'time', 'amount', 'counterpart', 'score', 'flagged', 'verdict'],
      shown.map((row) => [
        row.id,
        time(session, row.timeMs),
        row.amount === null ? '' : row.amount.toLocaleString('en'),
        row.counterpart ?? '',
        row.score.toFixed(4),
        row.flagged ? 'yes' : '',
        row.verdict ?? '',
      ]),
    ),
    ...(shown.length < detail.transactions.length
      ? [`<p>${(detail.transactions.length - shown.length).toLocaleString('en')} more are in the case.</p>`]
      : []),
    `<h3>As received</h3><p>${html(`Line ${detail.received.line} of ${basename(detail.received.source)}:`)} <code>${html(detail.received.text)}</code></p>`,
  ].join('\n');
}

async function alertsPart(session: CaseSession, modelId: number, context: WorkContext): Promise<string> {
  const sort = [{ by: 'score' as const, descending: true }];
  const choice = { filter: {}, sort, limit: listedAlerts, transactions: false, reasons: true };
  const { total, alerts } = await listAlerts(session, modelId, choice, context);
  const decided = alerts.filter(({ verdict }) => verdict !== null).length;
  return [
    '<h2>Alerts</h2>',
    `<p>${total.toLocaleString('en')} alerts; the ${alerts.length.toLocaleString('en')} most anomalous, of which ${decided.toLocaleString('en')} are decided:</p>`,
    tableOf(
      ['key', 'of', 'day', 'score', 'flagged', 'verdict', 'why'],
      alerts.map((alert) => [
        alert.key,
        alert.entity,
        alert.day ?? '',
        alert.score.toFixed(4),
        String(alert.flagged),
        alert.verdict ?? '',
        alert.reason ?? '',
      ]),
    ),
  ].join('\n');
}

function dataPart(session: CaseSession): string {
  const { rows, quarantined } = session.openCase.counts();
  const columns = session.openCase.profile()?.columns ?? [];
  return [
    factsOf([
      ['rows', rows.toLocaleString('en')],
      ['could not be read', quarantined.toLocaleString('en')],
      ['time zone', session.arrays.clock.timeZone],
    ]),
    tableOf(
      ['recording', 'rows', 'bytes', 'SHA-256'],
      describeSources(session.openCase).map((source) => [
        basename(source.uri),
        source.rows.toLocaleString('en'),
        source.bytes?.toLocaleString('en') ?? '',
        source.sha256 ?? '',
      ]),
    ),
    tableOf(
      ['column', 'meaning', 'data of people', 'why'],
      columns.map(({ name, role, personal, reason }) => [
        name,
        role.replace('_', ' '),
        personal === undefined ? '' : `${personalWords[personal.kind]}: ${keptWords[personal.kept]}`,
        reason,
      ]),
    ),
  ].join('\n');
}

const keptWords = { nothing: 'never stored', token: 'tokens', clear: 'in the clear' } as const;

function methodPart(session: CaseSession, modelId: number): string {
  const { spec } = session.view(modelId);
  const features = [...spec.features, ...(spec.windows?.features ?? [])];
  return [
    `<p>${html(kindSentence(session, modelId))} Its score is made of whole numbers, so that laptop and cluster flag the same.` +
      ' Each feature knows only what was known at the time of its transaction.</p>',
    tableOf(
      ['feature', 'what it is'],
      features.map(({ name, description }) => [name, description]),
    ),
  ].join('\n');
}

/** What kind of model it is, and where it came from where it was not trained here. */
function kindSentence(session: CaseSession, modelId: number): string {
  const { imported } = session.model(modelId).parameters;
  const { leaf, graph } = session.view(modelId).forest;
  if (imported !== undefined && graph !== undefined)
    return `A graph that gives one number a transaction, on the model's own scale; higher is more unusual, and reasons are by perturbation. It was ${originWords(imported)}.`;
  const kind =
    leaf === 'score'
      ? "Trees whose leaves add up to a score on the model's own scale; higher is more unusual."
      : 'An isolation forest: trees cut the space of the features at random, and a transaction that few cuts set apart is unusual.';
  return imported === undefined ? kind : `${kind} It was ${originWords(imported)}.`;
}

function parametersPart(session: CaseSession, modelId: number): string {
  const { parameters, trainedRows, createdAtMs, name, digest } = session.model(modelId);
  const { imported } = parameters;
  if (imported !== undefined)
    return factsOf([
      ['name', name],
      ['digest (SHA-256)', digest],
      ['imported', time(session, createdAtMs)],
      ['made elsewhere by', imported.producer],
      ['read from', `${imported.file} (SHA-256 ${imported.sha256})`],
      ['score', `output ${imported.output}, ${imported.direction.replaceAll('-', ' ')}`],
      ['trees', imported.kind === 'graph' ? 'none' : String(session.modelSummary(modelId).trees)],
      [
        'scores against ONNX Runtime',
        imported.greatestDifference === null
          ? 'not compared'
          : `at most ${imported.greatestDifference.toExponential(1)} apart`,
      ],
    ]);
  const stated = Object.entries(parameters).flatMap(([key, value]): (readonly [string, string])[] =>
    value === null || typeof value === 'object' ? [] : [[key, String(value)]],
  );
  return factsOf([
    ['name', name],
    ['digest (SHA-256)', digest],
    ['trained', time(session, createdAtMs)],
    ['rows', trainedRows.toLocaleString('en')],
    ...stated,
  ]);
}

function stabilityPart(session: CaseSession, modelId: number, measured: JobResult<'stability'> | null): string {
  const { seed, imported } = session.model(modelId).parameters;
  if (imported !== undefined)
    return '<p>It was made elsewhere: neither its rows nor its seed are known here, and it cannot be grown from another.</p>';
  const own = `<p>Seed ${seed}. The same rows, parameters and seed give the same digest, and whoever has the case can derive it anew.</p>`;
  if (measured === null) return `${own}\n<p>Other seeds were not tried for this report.</p>`;
  return [
    own,
    tableOf(
      ['seed', 'flagged by both, of those flagged by either'],
      measured.seeds.map((other) => [String(other.seed), percent(other.overlap)]),
    ),
    `<p>Of what this model flags, another seed flags ${html(percent(measured.kept))} on average.</p>`,
  ].join('\n');
}

async function qualityParts(
  session: CaseSession,
  modelId: number,
  context: WorkContext,
): Promise<{ readonly tests: string; readonly baselines: string }> {
  const nothing = '<p>Not known: the case has neither labels nor verdicts.</p>';
  if (session.labels.basis === null) return { tests: nothing, baselines: nothing };
  const { evaluation, baselines } = await evaluateIn(session, String(modelId), context);
  const interval = (name: string): string => {
    const bounds = evaluation.intervals[name] as readonly [number, number] | undefined;
    return bounds === undefined ? '' : `${bounds[0].toFixed(3)} to ${bounds[1].toFixed(3)}`;
  };
  const figures = (['auroc', 'auprc', 'precision', 'recall'] as const).map((name) => [
    name,
    evaluation[name]?.toFixed(4) ?? 'not known',
    interval(name),
  ]);
  return {
    tests: [
      `<p>By ${html(evaluation.basis)}: ${evaluation.positives.toLocaleString('en')} frauds among ${evaluation.labelled.toLocaleString('en')} transactions of which something is known.</p>`,
      tableOf(['figure', 'value', '95 % interval'], figures),
      tableOf(
        ['month', 'transactions', 'flagged', 'frauds', 'precision (95 %)', 'recall (95 %)'],
        monthsOf(session, modelId),
      ),
    ].join('\n'),
    baselines: tableOf(
      ['ranking', 'auroc', 'auprc'],
      baselines.map(({ name, auroc, auprc }) => [name, auroc.toFixed(4), auprc.toFixed(4)]),
    ),
  };
}

interface Month {
  rows: number;
  flagged: number;
  frauds: number;
  /** Of what is flagged and known, and of what is known to be fraud: those found, each as often as it stands for. */
  readonly precision: { part: number; whole: number; squares: number };
  readonly recall: { part: number; whole: number; squares: number };
}

/** What the line flagged and found in each month, by what is known now. */
function monthsOf(session: CaseSession, modelId: number): readonly (readonly string[])[] {
  const { arrays } = session;
  const view = session.view(modelId);
  const { sums } = view;
  const { units } = session.model(modelId).threshold;
  const { labels, weights } = session.counted(view);
  const months = new Map<string, Month>();
  for (let row = 0; row < sums.length; row++) {
    const ms = arrays.times?.[row] ?? Number.NaN;
    const name = Number.isNaN(ms) ? 'no time' : time(session, ms).slice(0, 7);
    const month = months.get(name) ?? {
      ...{ rows: 0, flagged: 0, frauds: 0 },
      precision: { part: 0, whole: 0, squares: 0 },
      recall: { part: 0, whole: 0, squares: 0 },
    };
    months.set(name, month);
    const flagged = isFlagged(sums[row], units);
    const label = labels?.[row];
    const weight = weights?.[row] ?? 1;
    const found = flagged && label === 1 ? weight : 0;
    month.rows++;
    if (flagged) month.flagged++;
    if (label === 1) month.frauds++;
    if (flagged && (label === 0 || label === 1)) addTo(month.precision, weight, found);
    if (label === 1) addTo(month.recall, weight, found);
  }
  return [...months]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, { rows, flagged, frauds, precision, recall }]) => [
      name,
      rows.toLocaleString('en'),
      flagged.toLocaleString('en'),
      frauds.toLocaleString('en'),
      shareOf(precision),
      shareOf(recall),
    ]);
}

function addTo(share: Month['precision'], weight: number, part: number): void {
  share.part += part;
  share.whole += weight;
  share.squares += weight * weight;
}

function shareOf(share: Month['precision']): string {
  const bounds = weightedShare(share);
  return bounds === null
    ? 'not known'
    : `${percent(share.part / share.whole)} (${percent(bounds[0])} to ${percent(bounds[1])})`;
}

function thresholdPart(session: CaseSession, modelId: number): string {
  const { threshold } = session.model(modelId);
  const point = pointOf(session, modelId, { kind: 'threshold', thresholdUnits: threshold.units });
  const { edges, counts } = session.tuningIndex(modelId).histogram(histogramBins);
  const bins = Array.from(counts, (rows, bin) => ({
    fromScore: edges[bin],
    toScore: edges[bin + 1],
    rows,
    frauds: null,
  }));
  return [
    factsOf([
      ['score', point.threshold.toFixed(6)],
      ['rule', threshold.rule],
      ['flagged', `${point.flagged.toLocaleString('en')} (${percent(point.contamination)})`],
      [
        'alerts',
        `${point.alerts.toLocaleString('en')}${point.alertsPerDay === null ? '' : `, ${point.alertsPerDay.toFixed(1)} a day`}`,
      ],
    ]),
    histogramSvg(bins, point.threshold),
  ].join('\n');
}

function approvalsPart(session: CaseSession): string {
  return tableOf(
    ['model', 'made the champion', 'by', 'why', 'taken back'],
    session.openCase
      .promotions()
      .map(({ modelId, atMs, by, reason, undoneAtMs }) => [
        session.models.find(({ id }) => id === modelId)?.name ?? String(modelId),
        time(session, atMs),
        by,
        reason,
        time(session, undoneAtMs),
      ]),
  );
}

function historyPart(
  session: CaseSession,
  key: string | null,
  head: { readonly entry: number; readonly hash: string; readonly atMs: number } | null,
): string {
  const entries = wholeHistory(session, { alert: key ?? undefined, model: undefined, text: undefined }).slice(
    -listedEntries,
  );
  const told =
    head === null
      ? '<p>Nothing was done to the case yet.</p>'
      : `<p>The history ends at entry ${head.entry.toLocaleString('en')} of ${html(time(session, head.atMs))}, whose digest covers every entry before it:<br><code>${html(head.hash)}</code></p>`;
  return [
    told,
    '<p>Keep this line: a case whose history was cut off or written anew does not hold it.</p>',
    tableOf(
      ['time', 'who', 'what', 'about'],
      entries.map(({ atMs, by, what, about }) => [time(session, atMs), by, what, about]),
    ),
  ].join('\n');
}

function percent(share: number | null): string {
  return share === null ? 'not known' : `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
}
