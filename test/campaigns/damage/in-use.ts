import { createHash } from 'node:crypto';
import { openCase, openCaseReadOnly } from '../../../engine/store/open-case.ts';
import type { ReadableCase } from '../../../engine/store/readable-case.ts';

/**
 * Digest of all that a case says to whoever reads it, through the functions by which jobs and the window read it, and without a
 * check beforehand. @throws AssayError as those functions do
 */
export function digestInUse(path: string, { isMended = false } = {}): string {
  const opened = openCaseReadOnly(path);
  try {
    return createHash('sha256')
      .update(JSON.stringify(allOf(opened, isMended), withBytes))
      .digest('hex');
  } finally {
    opened.close();
  }
}

/**
 * As `digestInUse`, of a case that is opened for writing, which may note in the history that it is not as it was left: `noted` says
 * what, and the digest leaves it out.
 */
export function digestForWriting(path: string): { readonly digest: string; readonly noted: string | null } {
  const opened = openCase(path);
  try {
    const digest = createHash('sha256')
      .update(JSON.stringify(allOf(opened, true), withBytes))
      .digest('hex');
    const newest = opened.decisions.auditPage({ limit: 1 }).rows.at(0);
    return { digest, noted: newest?.by === 'Assay' ? newest.what : null };
  } finally {
    opened.close();
  }
}

/** @param isMended leaves out what a mending wrote into the history: its newest entry */
function allOf(opened: ReadableCase, isMended = false): unknown {
  const { decisions } = opened;
  const segments = opened.segments();
  const models = opened.models();
  const history = decisions
    .auditPage({ limit: 500 })
    .rows.filter(({ by }) => !isMended || !['campaign', 'Assay'].includes(by));
  const keys = [...new Set(decisions.everyVerdict().map(({ alertKey }) => alertKey)), ...decisions.keysWithDrafts()];
  return {
    sources: opened.sources(),
    counts: opened.counts(),
    numbers: opened.rowNumbers().runs,
    segments,
    columns: segments.map((rows) => [...opened.readSegmentColumns(rows).columns]),
    received: segments.map((rows) => opened.readRawSegment(rows)),
    places: segments.map(({ firstSequence }) => opened.readRaw(firstSequence)),
    texts: [...opened.dictionaries()].map(([name, texts]) => [
      name,
      Array.from({ length: texts.size }, (_, code) => texts.textOf(code)),
    ]),
    quarantine: opened.quarantined({ limit: 500 }),
    profiles: opened.profiles(),
    totals: opened.readingTotals(),
    models,
    specs: models.map(({ featureSetId }) => opened.featureSpec(featureSetId)),
    forests: models.map(({ id }) => opened.readForest(id)),
    features: models.map(({ featureSetId }) => segments.map((rows) => opened.readFeatures(featureSetId, rows))),
    scores: models.map(({ id }) => segments.map((rows) => opened.readScores(id, rows))),
    leading: models.map(({ id }) => opened.readLeadingScores(id)),
    promotions: opened.promotions(),
    runs: opened.runs(),
    gap: opened.setting('alertGapHours'),
    verdicts: decisions.standingVerdicts(),
    notes: decisions.notes(keys),
    snoozes: [...decisions.standingSnoozes()],
    groupings: decisions.standingGroupings(),
    drafts: keys.map((key) => decisions.draft(key)),
    history,
    historyOfKeys: decisions.history(keys),
    outbox: opened.outbox.entries(),
    files: opened.outbox.entries().map(({ id }) => [...opened.outbox.files(id)]),
  };
}

function withBytes(_: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  return value instanceof Map ? [...value] : value;
}
