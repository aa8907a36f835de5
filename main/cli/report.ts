import type { LabelConflict, Evaluation } from '../../preload/contract/evaluations.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';
import type { ColumnReport, SourceReport } from '../../preload/contract/recordings.ts';
import type { RunResult, TrainResult } from '../../preload/contract/training.ts';
import { originWords } from '../../engine/domain/model.ts';
import { printableLine } from '../../engine/domain/printable-text.ts';
import type { CommandSurroundings } from './surroundings.ts';

const HOUR_MS = 3_600_000;
const barWidth = 40;
const rawPreviewLength = 96;

/** The end of the main job, for a person at a terminal. */
export function printRunReport(result: RunResult, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(heading('Columns'));
  print(columnTable(result.columns));
  print(receiptLines(result.columns, result.sources));
  print(trainLines(result));
  if (result.topAlerts.length > 0) {
    print(heading('Most anomalous'));
    print(
      table(
        ['score', 'id', 'as received'],
        result.topAlerts.map((alert) => [alert.score.toFixed(4), alert.id, shorten(alert.raw, rawPreviewLength)]),
        [true, false, false],
      ),
    );
  }
  print(heading('Next'));
  print(`  assay alerts --case ${quoted(result.case)} --limit 20 --reasons  the most anomalous alerts, and why`);
  print(`  assay tune --case ${quoted(result.case)} --alerts-per-day 20      move the threshold, no training`);
  print(`  assay train --case ${quoted(result.case)} --seed 2                another model on the same transactions`);
  print(`  assay evaluate --case ${quoted(result.case)}                      against labels and trivial baselines`);
}

export function printTrainReport(result: TrainResult, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(trainLines(result));
}

export function printIngestReport(result: JobResult<'ingest'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(heading('Columns'));
  print(columnTable(result.columns));
  print(receiptLines(result.columns, result.sources));
  print(heading('Stored'));
  print(
    pairs([
      ['transactions', `${count(result.rows)} (${count(result.addedRows)} added now)`],
      ['in quarantine', count(result.quarantined)],
      ['time', `${seconds(result.readMs + result.storeMs)}`],
      ['case', result.case],
    ]),
  );
}

export function printQuarantineReport(result: JobResult<'quarantine'>, { print }: CommandSurroundings): void {
  const { records, quarantined } = result;
  for (const source of new Set(records.map((record) => record.source))) {
    print(heading(printableLine(source)));
    print(
      table(
        ['line', 'byte', 'why', 'as received'],
        records
          .filter((record) => record.source === source)
          .map(({ line, byteOffset, reason, raw }) => [
            count(line),
            count(byteOffset),
            reason,
            shorten(raw, rawPreviewLength),
          ]),
        [true, true, false, false],
      ),
    );
  }
  print(`\n  ${count(records.length)} of ${count(quarantined)} in quarantine shown.`);
}

/** What retrying the quarantine came to. */
export function printRetryReport(result: JobResult<'retryQuarantine'>, { print }: CommandSurroundings): void {
  const { tried, fit, flagged, failing, rows, quarantined } = result;
  print(`${count(fit)} of ${count(tried)} records fit the profile now; ${count(tried - fit)} still fail.`);
  if (failing.length > 0)
    print(
      table(
        ['records', 'why'],
        failing.map(({ reason, records }) => [count(records), reason]),
        [true, false],
      ),
    );
  print(
    `\n  ${count(rows)} transactions in the case, ${count(quarantined)} in quarantine; ${count(flagged)} flagged now.`,
  );
}

export function printTuneReport(result: JobResult<'tune'>, { print }: CommandSurroundings): void {
  print(heading('Scores'));
  print(histogramLines(result.histogram, result.threshold));
  print(heading('Line'));
  print(
    pairs([
      ...linePairs(result),
      ...evaluationPairs(result.evaluation),
      ['an alert is', groupingText(result.grouping)],
      ...(result.exploredShare === 0
        ? []
        : [['from below the line', `${percent(result.exploredShare)} of the alerts`] as const]),
      ['model', modelText(result)],
      ['case', result.case],
    ]),
  );
}

/** What makes one alert, in words. */
function groupingText({ gap, entity }: JobResult<'tune'>['grouping']): string {
  if (entity === null || gap === 'each-transaction') return 'each flagged transaction';
  if (gap === 'whole-recording') return `all flagged transactions of one '${entity.column}'`;
  return `flagged transactions of one '${entity.column}' up to ${Number((gap / HOUR_MS).toFixed(2))} h apart`;
}

export function printEvaluateReport(result: JobResult<'evaluate'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  const { evaluation } = result;
  const interval = (name: string): string => {
    const found = evaluation.intervals[name];
    return found === undefined ? '' : `${found[0].toFixed(4)} to ${found[1].toFixed(4)}`;
  };
  // Figures of one basis only stand in the column of that basis, which is the last one.
  const others = result.evaluations.slice(0, -1).map(() => '');
  const row = (name: string, valueOf: (each: Evaluation) => string, key = ''): readonly string[] => [
    name,
    ...result.evaluations.map(valueOf),
    interval(key),
  ];
  const rowOfLast = (name: string, value: number | null): readonly string[] => [name, ...others, nullable(value), ''];
  print(heading(`${count(result.alerts)} alerts = ${count(result.flagged)} flagged transactions`));
  for (const words of originLines(result.model)) print(`  ${words}`);
  print(
    table(
      ['', ...result.evaluations.map(({ basis }) => basisWords[basis]), '95 % interval'],
      [
        row('known', (each) => count(each.labelled)),
        row('fraud', (each) => count(each.positives)),
        row('AUROC', (each) => nullable(each.auroc), 'auroc'),
        row('AUPRC', (each) => nullable(each.auprc), 'auprc'),
        row('precision', (each) => nullable(each.precision), 'precision'),
        row('recall', (each) => nullable(each.recall), 'recall'),
        rowOfLast('F1', evaluation.f1),
        rowOfLast('precision at n', evaluation.precisionAtPositives),
        rowOfLast('card precision, top 100', evaluation.cardPrecisionTop100),
      ],
      [false, ...result.evaluations.map(() => true), false],
    ),
  );
  if (result.judgedByChance > 0)
    print(
      `${count(result.judgedByChance)} verdicts on what was drawn from below the line stand for all of which nothing else is known.`,
    );
  print(heading('Does the model beat something trivial?'));
  print(
    table(
      ['ranked by', 'AUROC', 'AUPRC'],
      [
        ['this model', nullable(evaluation.auroc), nullable(evaluation.auprc)],
        ...result.baselines.map((baseline) => [baseline.name, baseline.auroc.toFixed(4), baseline.auprc.toFixed(4)]),
      ],
      [false, true, true],
    ),
  );
  const [ofAll, ...scenarios] = result.againstBaselines;
  if (scenarios.length > 0) {
    print(heading('Average precision by kind of fraud'));
    const others = ofAll.baselines.map(({ name }) => name);
    print(
      table(
        ['kind', 'fraud', 'this model', ...others, 'loses to'],
        scenarios.map(({ scenario, frauds, averagePrecision, baselines, losesTo }) => [
          scenario ?? '',
          count(frauds),
          nullable(averagePrecision),
          ...others.map((name) => nullable(baselines.find((each) => each.name === name)?.averagePrecision ?? null)),
          losesTo.length === 0 ? '-' : losesTo.join(', '),
        ]),
        [false, true, true, ...others.map(() => true), false],
      ),
    );
  }
  if (ofAll.losesTo.length > 0) print(`\n  On AUPRC the model loses to: ${ofAll.losesTo.join(', ')}.`);
  if (result.conflicts.length > 0) printConflicts(result.conflicts, print);
}

const CONFLICTS_SHOWN = 20;

function printConflicts(conflicts: readonly LabelConflict[], print: CommandSurroundings['print']): void {
  print(heading('Label and verdict disagree: the label is believed'));
  print(
    table(
      ['transaction', 'label', 'verdict', 'by'],
      conflicts
        .slice(0, CONFLICTS_SHOWN)
        .map(({ id, columnSays, verdict, decidedBy }) => [
          printableLine(id),
          columnSays,
          verdict,
          printableLine(decidedBy),
        ]),
      [false, false, false, false],
    ),
  );
  if (conflicts.length > CONFLICTS_SHOWN)
    print(`\n  ${CONFLICTS_SHOWN} of ${count(conflicts.length)} listed; --json has them all.`);
}

export function printMissedReport(result: JobResult<'missed'>, { print }: CommandSurroundings): void {
  const { missed, judged } = result;
  const figures = (low: number, value: number, high: number): string =>
    `${value.toFixed(1)}   95 % interval ${low.toFixed(1)} to ${high.toFixed(1)}`;
  print(heading('Below the line'));
  print(
    pairs([
      ['not flagged', count(result.rowsBelow)],
      ['random sample', count(result.sampled)],
      ...(result.inQueue === 0 ? [] : [['in the queue', count(result.inQueue)] as const]),
      ['judged', `${count(judged)}, of which fraud ${count(result.frauds)}; unsure ${count(result.unsure)}`],
      ...(missed === null
        ? [['missed fraud', `unknown before ${result.fewestJudged} are judged`] as const]
        : [
            ...(missed.perWeek === null
              ? []
              : [
                  [
                    'missed fraud a week',
                    figures(missed.perWeek.low, missed.perWeek.frauds, missed.perWeek.high),
                  ] as const,
                ]),
            ['missed fraud in all', figures(missed.low, missed.frauds, missed.high)] as const,
            ['to halve the interval', `${count(missed.moreToHalve)} more verdicts`] as const,
          ]),
      ['model', shorten(result.model.digest, 12)],
      ['case', result.case],
    ]),
  );
  if (result.judged + result.unsure < result.sampled)
    print('\n  The sample is judged in Triage, Below the line: without score and reasons, so that they sway nobody.');
}

export function printScoreReport(result: JobResult<'score'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(
    pairs([
      ['scored', count(result.rows)],
      ['flagged', count(result.flagged)],
      ['not readable', count(result.quarantined)],
      ['model', shorten(result.digest, 12)],
      ['digest of the flags', result.flagsDigest],
      ['written to', result.output],
    ]),
  );
}

export function printSimulationReport(result: JobResult<'simulate'>, { print }: CommandSurroundings): void {
  print(
    pairs([
      ['world', result.world],
      ['transactions', count(result.rows)],
      ['fraudulent', count(result.frauds)],
      ['days', count(result.days)],
      ['seed', String(result.seed)],
      ['SHA-256 of the content', result.sha256],
      ['written to', result.output],
    ]),
  );
}

export function printFeaturesReport(result: JobResult<'features'>, { print }: CommandSurroundings): void {
  const number = (value: number): string =>
    Number(value.toPrecision(4)).toLocaleString('en-US', { maximumSignificantDigits: 4 });
  print(
    table(
      [
        'feature',
        'least',
        'median',
        'mean',
        'greatest',
        'filled in',
        'drift',
        'in flags',
        'most like',
        'AUPRC lost without',
      ],
      result.features.map((feature) => [
        `${feature.name}${feature.usesLabels ? ' (uses labels)' : ''}`,
        number(feature.least),
        number(feature.median),
        number(feature.mean),
        number(feature.greatest),
        count(feature.imputed),
        feature.drift.toFixed(3),
        percent(feature.contribution),
        feature.strongestCorrelation === null
          ? '-'
          : `${feature.strongestCorrelation.with} ${feature.strongestCorrelation.value.toFixed(2)}`,
        feature.auprcLostWithout === null ? '-' : feature.auprcLostWithout.toFixed(4),
      ]),
      [false, true, true, true, true, true, true, true, false, true],
    ),
  );
  print(`\n  AUPRC with all features: ${nullable(result.auprc)}. Flags explained: ${count(result.explainedAlerts)}.`);
}

export function printRollingReport(result: JobResult<'rolling'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(heading('Trained on one period, tested on a later one, rolled forward'));
  print(
    table(
      ['train from', 'test', 'train rows', 'test rows', 'fraud', 'AUROC', 'AUPRC', 'card precision'],
      result.folds.map((fold) => [
        fold.trainFrom,
        `${fold.testFrom} to ${fold.testTo}`,
        count(fold.trainRows),
        count(fold.testRows),
        count(fold.frauds),
        nullable(fold.auroc),
        nullable(fold.auprc),
        nullable(fold.cardPrecision),
      ]),
      [false, false, true, true, true, true, true, true],
    ),
  );
  print(heading('Mean over the days tested, with 95 % intervals'));
  const words: Readonly<Record<string, string>> = { auroc: 'AUROC', auprc: 'AUPRC', cardPrecision: 'card precision' };
  print(
    pairs(
      Object.entries(result.overall).map(([name, { mean, low, high, days }]) => [
        words[name] ?? name,
        `${mean.toFixed(4)}   ${low.toFixed(4)} to ${high.toFixed(4)}   ${count(days)} days`,
      ]),
    ),
  );
  if (result.perScenario.length > 0) {
    print(heading('By kind of fraud'));
    print(
      table(
        ['scenario', 'fraud', 'AUROC'],
        result.perScenario.map(({ scenario, frauds, auroc }) => [scenario, count(frauds), nullable(auroc)]),
        [false, true, true],
      ),
    );
  }
  print(`\n  Features: ${result.features.join(', ')}`);
}

export function printExplainReport(result: JobResult<'explain'>, { print }: CommandSurroundings): void {
  for (const alert of result.alerts) {
    print(
      heading(`${printableLine(alert.id)}  score ${alert.score.toFixed(4)}${alert.flagged ? '' : '  (not flagged)'}`),
    );
    print(
      table(
        ['part', 'why'],
        [
          ...alert.reasons.map((reason) => [`${(100 * reason.share).toFixed(1)} %`, reason.sentence]),
          ...(alert.rest.featureCount === 0
            ? []
            : [[`${(100 * alert.rest.share).toFixed(1)} %`, `the other ${alert.rest.featureCount} features together`]]),
        ],
        [true, false],
      ),
    );
    if (alert.smallestChange !== null) print(`  Not flagged with: ${printableLine(alert.smallestChange)}.`);
    for (const neighbour of alert.nearestNormal)
      print(`  Nearest ordinary at ${neighbour.distance.toFixed(2)}: ${neighbour.values.join(', ')}`);
  }
}

export function printCompareReport(result: JobResult<'compare'>, { print }: CommandSurroundings): void {
  const describe = ({ model, evaluation }: JobResult<'compare'>['first']): readonly string[] => [
    `${model.id}  ${shorten(model.digest, 12)}`,
    model.imported === undefined ? forestText(model) : `${treesText(model.trees)}, made elsewhere`,
    evaluation === null ? '-' : nullable(evaluation.auroc),
    evaluation === null ? '-' : nullable(evaluation.auprc),
    evaluation === null ? '-' : nullable(evaluation.precision),
    evaluation === null ? '-' : nullable(evaluation.recall),
  ];
  print(heading(result.basis === null ? 'Models' : `Models, ${basisWords[result.basis]}`));
  print(
    table(
      ['model', 'forest', 'AUROC', 'AUPRC', 'precision', 'recall'],
      [describe(result.first), describe(result.second)],
      [false, false, true, true, true, true],
    ),
  );
  for (const { model } of [result.first, result.second]) for (const words of originLines(model)) print(`  ${words}`);
  const { alerts } = result;
  if (result.rows < result.caseRows)
    print(
      `Over the first ${count(result.rows)} of ${count(result.caseRows)} transactions, which both have scored: train again for the rest.`,
    );
  print(heading(result.at === 'same-budget' ? 'At the budget of the first' : 'Each at its own threshold'));
  print(
    pairs([
      ['alerts of the first', count(alerts.first)],
      ['alerts of the second', count(alerts.second)],
      ['in common', `${count(alerts.both)} alerts of the first share a transaction with the second`],
      ...(alerts.drawn.first + alerts.drawn.second === 0
        ? []
        : [
            [
              'beside these',
              `${count(alerts.drawn.first)} and ${count(alerts.drawn.second)} drawn from below the line`,
            ] as const,
          ]),
    ]),
  );
  print(heading('Flagged transactions'));
  const fraudOf = (part: 'both' | 'onlyFirst' | 'onlySecond'): string =>
    result.fraud === null ? '' : `, of which fraud ${count(result.fraud[part])}`;
  print(
    pairs([
      ['by both', `${count(result.flagged.both)}${fraudOf('both')}`],
      ['only by the first', `${count(result.flagged.onlyFirst)}${fraudOf('onlyFirst')}`],
      ['only by the second', `${count(result.flagged.onlySecond)}${fraudOf('onlySecond')}`],
      ['overlap', percent(result.overlap)],
    ]),
  );
}

export function printStabilityReport(result: JobResult<'stability'>, { print }: CommandSurroundings): void {
  const share = (value: number | null): string => (value === null ? '-' : percent(value));
  print(
    pairs([
      ['model', `${result.model.id}  ${shorten(result.model.digest, 12)}${seedText(result.model)}`],
      ['alerts', `${count(result.alerts)} = ${count(result.flagged)} flagged transactions`],
      ['kept with another seed', share(result.kept)],
      ['overlap, mean', share(result.meanOverlap)],
      ['overlap, least', share(result.leastOverlap)],
    ]),
  );
  print(heading('Seeds'));
  print(
    table(
      ['seed', 'overlap'],
      result.seeds.map(({ seed, overlap }) => [String(seed), share(overlap)]),
      [true, true],
    ),
  );
}

/** What each theme is worth, and the command that trains a model without one that is worth nothing. */
export function printThemesReport(result: JobResult<'themes'>, { print }: CommandSurroundings): void {
  const { model, all, alerts, explained, basis, themes } = result;
  const figure = (value: number | null | undefined): string => (value == null ? '-' : value.toFixed(3));
  const share = (part: JobResult<'themes'>['all'] | null): string =>
    part?.fraudAlerts == null || part.judgedAlerts === null
      ? '-'
      : `${count(part.fraudAlerts)} of ${count(part.judgedAlerts)}`;
  const lost = (without: JobResult<'themes'>['themes'][number]['without']): string => {
    if (without?.lost == null) return '-';
    const { mean, low, high } = without.lost;
    return `${figure(mean)}${low === null || high === null ? '' : ` (${figure(low)} to ${figure(high)})`}`;
  };
  print(
    pairs([
      ['model', `${model.id}  ${shorten(model.digest, 12)}${seedText(model)}`],
      ['alerts', `${count(alerts)}; leading themes of the ${count(explained)} most anomalous`],
      ...(basis === null
        ? [['known', 'nothing of any transaction: no figure says how good a theme is'] as const]
        : [
            ['average precision', figure(all.averagePrecision)] as const,
            ['alerts that are fraud', share(all)] as const,
          ]),
    ]),
  );
  print(heading('Each left out'));
  const ofLabels = basis !== null;
  print(
    table(
      [
        ...['theme', 'leads', 'only with it'],
        ...(ofLabels ? ['fraud without', 'precision lost (95 % by days)', 'worth'] : ['such as']),
      ],
      themes.map(({ theme, led, onlyWith, without, examples }) => [
        theme,
        `${count(led)}${explained === 0 ? '' : ` (${percent(led / explained)})`}`,
        onlyWith === null ? '-' : count(onlyWith),
        ...(ofLabels
          ? [share(without), lost(without), worthText(without)]
          : [examples.length === 0 ? '-' : `${examples[0].entity}: ${examples[0].reason}`]),
      ]),
      [false, true, true, ...(ofLabels ? [true, true, false] : [false])],
    ),
  );
  print(
    '\n  Leads: it adds most to the score. Only with it: nothing of the alert is flagged by the forest without it.',
  );
  if (ofLabels)
    print(
      '  Precision looks at the whole ranking, fraud at the alerts of the line; worth is said by the interval of precision.',
    );
}

/** What an interval of lost average precision says of a theme. */
function worthText(without: JobResult<'themes'>['themes'][number]['without']): string {
  const low = without?.lost?.low ?? null;
  const high = without?.lost?.high ?? null;
  if (low === null || high === null) return '-';
  if (low > 0) return 'helps';
  return high < 0 ? 'better without' : 'not shown';
}

export function printOnnxReport(result: JobResult<'exportOnnx'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(
    pairs([
      ['written to', result.output],
      ['size', `${count(result.bytes)} bytes`],
      ['sha256', result.sha256],
      ['model', shorten(result.digest, 12)],
      ['inputs', result.inputs.map(({ name, type, columns }) => `${name} (${type}, ${columns})`).join(', ')],
    ]),
  );
}

export function printRetainReport(result: JobResult<'retain'>, { print, note }: CommandSurroundings): void {
  const { removedRows, stayingRows, removedModels, keptChallengers, rows, bytesBefore, bytesAfter, dryRun, setting } =
    result;
  print(
    pairs([
      [dryRun ? 'would be removed' : 'removed', count(removedRows)],
      ['kept for decisions', count(stayingRows)],
      [dryRun ? 'challengers that would go' : 'challengers removed', count(removedModels)],
      ['challengers that stay', keptChallengers === null ? 'all' : `the newest ${count(keptChallengers)}`],
      ['rows of the case', count(rows)],
      ...(dryRun ? [] : [['bytes', `${count(bytesBefore)} before, ${count(bytesAfter)} now`] as const]),
      ['setting', settingWords(setting)],
    ]),
  );
  for (const notice of result.notices) note(notice);
}

function settingWords(setting: JobResult<'retain'>['setting']): string {
  if (setting === null) return 'everything is kept';
  const { olderThanDays, keepRows } = setting;
  return [
    ...(olderThanDays === null ? [] : [`what is older than ${count(olderThanDays)} days is removed`]),
    ...(keepRows === null ? [] : [`what is older than the newest ${count(keepRows)} rows is removed`]),
  ].join('; ');
}

export function printDoctorReport(result: JobResult<'doctor'>, { print }: CommandSurroundings): void {
  const marks = { good: 'ok     ', missing: 'missing', bad: 'bad    ' } as const;
  for (const check of result.checks) {
    print(`${marks[check.state]}  ${check.name}: ${check.detail}`);
    if (check.nextStep !== undefined) print(`         ${check.nextStep}`);
  }
  if (result.compaction === null) return;
  const { segmentsBefore, segmentsAfter, bytesBefore, bytesAfter, backup } = result.compaction;
  print(`         segments: ${count(segmentsBefore)} before, ${count(segmentsAfter)} now`);
  print(`         bytes: ${count(bytesBefore)} before, ${count(bytesAfter)} now`);
  print(`         backup: ${backup ?? 'none, for there was nothing to merge'}`);
}

function trainLines(result: TrainResult): string {
  const { timings } = result;
  const imputed = result.imputed.filter((entry) => entry.cells > 0);
  return [
    heading('Result'),
    pairs([
      ['transactions', count(result.rows)],
      ['in quarantine', count(result.quarantined)],
      ['features', `${result.features.length}: ${shorten(result.features.join(', '), 400)}`],
      ...(imputed.length === 0
        ? []
        : [
            [
              'filled in',
              imputed.map((entry) => `${entry.feature} ${count(entry.cells)} (${entry.rule})`).join(', '),
            ] as const,
          ]),
      ['model', modelText(result)],
      ...linePairs(result),
      ...evaluationPairs(result.evaluation),
      [
        'time',
        `${seconds(timings.totalMs)}: read ${seconds(timings.readMs)}, features ${seconds(timings.featureMs)}, train ${seconds(timings.trainMs)}, score ${seconds(timings.scoreMs)}, store ${seconds(timings.storeMs)}`,
      ],
      ['rate', `${count(Math.round((1000 * result.rows) / Math.max(1, timings.totalMs)))} transactions/s`],
      ['case', result.case],
    ]),
  ].join('\n');
}

/** Ties are flagged together or not at all, so that a small share may allow none. */
function whyNone(flagged: number): string {
  return flagged > 0 ? '' : ': the transactions that share the highest score are more than was asked for; ask for more';
}

type AtLine = Pick<
  TrainResult,
  'alerts' | 'alertsPerDay' | 'flagged' | 'contamination' | 'days' | 'line' | 'threshold'
>;

/** What the line gives, alerts first, and what set it. */
export function linePairs(result: AtLine): readonly (readonly [string, string])[] {
  const { alerts, alertsPerDay, flagged, contamination, days, line, threshold } = result;
  const perDay =
    alertsPerDay === null || days === null ? '' : `, ${alertsPerDay.toFixed(1)} a day over ${daysText(days)}`;
  return [
    ['alerts', `${count(alerts)}${perDay}`],
    ['flagged', `${count(flagged)} transactions (${percent(contamination)})${whyNone(flagged)}`],
    ['line', `${line.sentence} Score from ${threshold.toFixed(6)}.`],
  ];
}

export function modelText({ model, isChampion }: Pick<TrainResult, 'model' | 'isChampion'>): string {
  return `${model.id}${isChampion ? ', champion' : ''}  ${shorten(model.digest, 12)}  ${forestText(model)}`;
}

/** What a model is made of, or where it came from. */
/** A graph has no trees. */
function treesText(trees: number): string {
  return trees === 0 ? 'a graph' : `${trees} trees`;
}

export function forestText({ trees, sample, seed, grower, imported }: TrainResult['model']): string {
  if (imported !== undefined) return `${treesText(trees)} ${printableLine(originWords(imported))}`;
  return `${trees} trees of ${count(sample ?? 0)} rows, seed ${seed}, grower ${grower}`;
}

/** Where a model came from, as a line of its own; none for one that was trained. */
function originLines({ id, imported }: TrainResult['model']): readonly string[] {
  return imported === undefined ? [] : [`Model ${id} was ${printableLine(originWords(imported))}.`];
}

function seedText({ seed }: TrainResult['model']): string {
  return seed === null ? '' : `, seed ${seed}`;
}

const basisWords: Readonly<Record<Evaluation['basis'], string>> = {
  labels: 'by labels',
  verdicts: 'by verdicts',
  both: 'by labels and verdicts',
};

function evaluationPairs(evaluation: TrainResult['evaluation']): readonly (readonly [string, string])[] {
  if (evaluation === undefined) return [];
  return [
    [
      basisWords[evaluation.basis],
      `${count(evaluation.positives)} fraud; AUROC ${nullable(evaluation.auroc)}, AUPRC ${nullable(evaluation.auprc)}, precision ${nullable(evaluation.precision)}, recall ${nullable(evaluation.recall)}`,
    ],
  ];
}

function columnTable(columns: readonly ColumnReport[]): string {
  return table(
    ['column', 'role', 'sure', 'used as', 'why'],
    columns.map((column) => [
      shorten(column.name, 36),
      column.role.replace('_', ' '),
      `${Math.round(column.confidence * 100)} %`,
      column.usedAs.length === 0 ? '-' : shorten(column.usedAs.join(', '), 44),
      column.reason,
    ]),
    [false, false, true, false, false],
  );
}

/** The receipt of reading: the control totals of every column, and what each recording was. */
function receiptLines(columns: readonly ColumnReport[], sources: readonly SourceReport[]): string {
  const counted = columns.flatMap(({ name, totals }) => (totals === null ? [] : [{ name, totals }]));
  if (counted.length === 0) return '';
  return [
    heading('Control totals'),
    table(
      ['column', 'present', 'missing', 'distinct', 'least', 'greatest', 'sum'],
      counted.map(({ name, totals }) => [
        shorten(name, 36),
        count(totals.present),
        count(totals.missing),
        `${totals.distinctIsExact ? '' : 'about '}${count(totals.distinct)}`,
        shorten(totals.from ?? '-', 32),
        shorten(totals.to ?? '-', 32),
        totals.sum ?? '-',
      ]),
      [false, true, true, true, false, false, true],
    ),
    heading('Recordings'),
    table(
      ['recording', 'rows', 'in quarantine', 'bytes', 'SHA-256'],
      sources.map(({ uri, rows, quarantined, bytes, sha256 }) => [
        uri,
        count(rows),
        count(quarantined),
        bytes === null ? '-' : count(bytes),
        sha256 ?? '-',
      ]),
      [false, true, true, true, false],
    ),
  ].join('\n');
}

function histogramLines(bins: JobResult<'tune'>['histogram'], threshold: number): string {
  const largest = Math.max(1, ...bins.map((bin) => bin.rows));
  // Logarithmic lengths: the few anomalous transactions must stay visible beside a million ordinary ones.
  const length = (rows: number): number =>
    rows === 0 ? 0 : Math.max(1, Math.round((barWidth * Math.log1p(rows)) / Math.log1p(largest)));
  const lines = bins.map((bin) => {
    const flagged = bin.fromScore >= threshold;
    return `  ${bin.fromScore.toFixed(3)}  ${(flagged ? '#' : '=').repeat(length(bin.rows)).padEnd(barWidth)}  ${count(bin.rows).padStart(11)}`;
  });
  return [...lines, '  Bar lengths are logarithmic; # is flagged.'].join('\n');
}

/** Columns padded to their widest cell; `alignRight` says which hold numbers. */
export function table(
  headings: readonly string[],
  cells: readonly (readonly string[])[],
  alignRight: readonly boolean[],
): string {
  const rows = cells.map((row) => row.map(printableLine));
  const widths = headings.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `  ${cells
      .map((cell, column) =>
        alignRight[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')}`.trimEnd();
  return [line(headings), ...rows.map(line)].join('\n');
}

/** Names and values, one a line, the values under one another. */
export function pairs(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `  ${name.padEnd(width)}  ${printableLine(value)}`).join('\n');
}

/** A line that begins a part of a report. */
export function heading(text: string): string {
  return `\n${text}`;
}

/** A whole number as people write it. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

function daysText(days: number): string {
  return `${count(days)} ${days === 1 ? 'day' : 'days'}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.001 ? 4 : 2)} %`;
}

/** A time given in milliseconds, in seconds. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

function nullable(value: number | null): string {
  return value === null ? 'unknown' : value.toFixed(4);
}

/** A text cut to a length, with an ellipsis where something is left out. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
