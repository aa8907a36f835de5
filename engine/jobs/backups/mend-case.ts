import { constants, copyFileSync, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { doingOf } from '../../case/decisions/doing.ts';
import { CaseSession } from '../../case/case-session.ts';
import { AssayError } from '../../domain/error.ts';
import type { ColumnBlock } from '../../domain/columns.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { createSegmentDecoder } from '../../features/decode-segment.ts';
import { verifyCase } from '../../store/backup.ts';
import { listBackups, restoreBackup } from '../../store/backups.ts';
import { hasOtherFirstBytes, mendFirstBytes } from '../../store/mend-first-bytes.ts';
import { CaseMender, type DerivableBlock } from '../../store/mend.ts';
import { openCase, openCaseReadOnly } from '../../store/open-case.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { batchesOfStored } from '../../stream/stored-batches.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { computerOfCase } from '../training/case-features.ts';
import { scoreMatrix } from '../training/train-model.ts';
import { withStreamFeatures } from '../window-threads.ts';
import { newestWhole, noteRestored } from './keep-backups.ts';

/**
 * The `mend` job: puts damaged blocks of a case back, from backups that have them, or made anew from what was received;
 * each is put back as it was written, to the last byte, or not at all. Where the structure of the file is broken, the
 * newest whole backup takes its place. The case as it was is put aside first.
 */
export async function mendCase(input: ParsedJobInput<'mend'>, context: WorkContext): Promise<JobResult<'mend'>> {
  const file = resolve(input.casePath);
  const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
  const result = { wasWhole: false, mended: [], taken: [], left: [], restored: null, putAside: null, case: file };
  context.report({ phase: 'mend', done: 0, total: 1, unit: 'steps' });
  if (hasOtherFirstBytes(file)) {
    const putAside = putAsideOf(file, doing.atMs);
    if (mendFirstBytes(file, backupsOf(file), readFileSync(putAside)) && problemsOf(file).length === 0) {
      const mended = ['the first bytes'];
      noteInHistory(file, doing, { mended, taken: [], left: [], putAside });
      return { ...result, mended, putAside };
    }
  }
  if (problemsOf(file).length === 0) return { ...result, wasWhole: true };
  const structure = structureOf(file);
  if (structure === 'broken') {
    const backup = newestWhole(file);
    const putAside = restoreBackup(file, backup, doing.atMs);
    noteRestored(file, doing, 'mended after damage', { backup, putAside });
    return { ...result, restored: backup, putAside };
  }
  const putAside = putAsideOf(file, doing.atMs);
  const mender = new CaseMender(file);
  try {
    const mended: string[] = structure === 'indexes' ? ['the indexes'] : [];
    if (structure === 'indexes') mender.rebuildIndexes();
    for (const path of backupsOf(file)) mended.push(...takenFrom(mender, path));
    // Features follow from columns, and scores from features.
    for (const kind of ['columns', 'features', 'scores'] as const)
      mended.push(...(await deriveBlocks(mender, kind, file, context)));
    const { left, taken } = mender.finish();
    mender.close();
    noteInHistory(file, doing, { mended, taken: [...taken], left: [...left], putAside });
    return { ...result, mended, taken: [...taken], left: [...left], putAside };
  } finally {
    mender.close();
  }
}

/** Copies a case as it is beside itself. */
function putAsideOf(file: string, atMs: number): string {
  const putAside = `${file}.backup-put-aside-${atMs}`;
  for (const part of ['', '-wal', '-journal'].filter((each) => existsSync(`${file}${each}`)))
    copyFileSync(`${file}${part}`, `${putAside}${part}`, constants.COPYFILE_FICLONE);
  return putAside;
}

function backupsOf(file: string): readonly string[] {
  return listBackups(file)
    .filter(({ why }) => why !== 'put-aside')
    .map(({ path }) => path);
}

/** What is wrong with a case, one sentence each. */
function problemsOf(file: string): readonly string[] {
  try {
    return verifyCase(file).problems;
  } catch (error) {
    if (error instanceof AssayError && ['CASE_CORRUPT', 'NOT_A_CASE'].includes(error.code)) return [error.message];
    throw error;
  }
}

/** Whether what SQLite keeps of the file holds together, but for its indexes. */
function structureOf(file: string): 'whole' | 'indexes' | 'broken' {
  try {
    const mender = new CaseMender(file);
    try {
      if (mender.isStructureWhole()) return 'whole';
      return mender.couldRebuildIndexes() ? 'indexes' : 'broken';
    } finally {
      mender.close();
    }
  } catch (error) {
    if (error instanceof AssayError) return 'broken';
    throw error;
  }
}

/** A backup that cannot be read mends nothing. */
function takenFrom(mender: CaseMender, backup: string): readonly string[] {
  try {
    return mender.takeFrom(backup);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'CASE_CORRUPT') return [];
    throw error;
  }
}

function noteInHistory(
  file: string,
  doing: { readonly by: string; readonly atMs: number },
  details: { readonly [name: string]: string | string[] | null },
): void {
  const opened = openCase(file);
  try {
    opened.decisions.addAudit(doing, 'mended after damage', details);
  } finally {
    opened.close();
  }
}

async function deriveBlocks(
  mender: CaseMender,
  kind: DerivableBlock['kind'],
  file: string,
  context: WorkContext,
): Promise<readonly string[]> {
  const blocks = mender.derivable().filter((block) => block.kind === kind);
  if (blocks.length === 0) return [];
  const session = new CaseSession(openCaseReadOnly(file, { asItIs: true }));
  try {
    if (kind === 'columns')
      return blocks.filter((block) => putColumnsAgain(mender, block, session.openCase)).map(({ words }) => words);
    if (kind === 'features') return await putFeaturesAgain(mender, blocks, session, context);
    const mended: string[] = [];
    for (const block of blocks) {
      throwIfCancelled(context.signal);
      const { forest } = session.view(block.ownerId);
      const model = session.openCase.model(block.ownerId);
      const values = model && session.openCase.readFeatures(model.featureSetId, block.rows);
      if (values === undefined) continue;
      const { rowCount } = block.rows;
      const sums = await scoreMatrix(forest, { values, rowCount, featureCount: forest.featureCount }, context);
      if (mender.putValues(block, sums)) mended.push(block.words);
    }
    return mended;
  } catch (error) {
    // What the blocks follow from is damaged itself.
    if (error instanceof AssayError && error.code === 'CASE_CORRUPT') return [];
    throw error;
  } finally {
    session.close();
  }
}

/** Decodes the rows as received once more; by the newest profile, and where that gives others, by each before it. */
function putColumnsAgain(mender: CaseMender, block: DerivableBlock, openedCase: ReadableCase): boolean {
  const segment = openedCase.segments().find(({ firstSequence }) => firstSequence === block.rows.firstSequence);
  if (segment === undefined) return false;
  const { format, columnNames } = openedCase.source(segment.sourceId);
  if (format === null) return false;
  return [...openedCase.profiles()].reverse().some((profile) => {
    const decode = createSegmentDecoder(profile, openedCase.dictionaries());
    const columns = new Map<string, ColumnBlock>();
    const batches = [...batchesOfStored(format, columnNames, openedCase.readRawSegment(segment))];
    if (batches.length !== 1) return false;
    const decoded = decode(batches[0], segment.firstSequence);
    for (const [name, column] of decoded.segment.columns) columns.set(name, column);
    return decoded.segment.rowCount === segment.rowCount && mender.putColumns(block, columns);
  });
}

/** Features over time remember the rows before: all rows are gone through, for each set that lacks some. */
async function putFeaturesAgain(
  mender: CaseMender,
  blocks: readonly DerivableBlock[],
  { openCase: openedCase, arrays }: CaseSession,
  context: WorkContext,
): Promise<readonly string[]> {
  const mended: string[] = [];
  for (const featureSetId of new Set(blocks.map(({ ownerId }) => ownerId))) {
    const spec = openedCase.featureSpec(featureSetId);
    const count = featureNames(spec).length;
    const dictionaries = openedCase.dictionaries();
    await withStreamFeatures(arrays.profile, spec, dictionaries, async (features) => {
      const compute = await computerOfCase(openedCase, arrays.profile, spec, features, dictionaries, context);
      for (const segment of openedCase.segments()) {
        throwIfCancelled(context.signal);
        const values = new Float32Array(segment.rowCount * count);
        compute(openedCase.readSegmentColumns(segment), values);
        const block = blocks.find(
          (each) => each.ownerId === featureSetId && each.rows.firstSequence === segment.firstSequence,
        );
        if (block !== undefined && mender.putValues(block, values)) mended.push(block.words);
      }
    });
  }
  return mended;
}
