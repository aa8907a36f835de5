import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CaseSession } from '../../case/case-session.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { withCase } from '../../case/opening.ts';
import { impossible, usageError } from '../../domain/error.ts';
import type { Profile, ProfileColumn } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { backupCase } from '../../store/backup.ts';
import { isLocked, newLock } from '../../store/case-lock.ts';
import { relockCase } from '../../store/relock.ts';
import { personalTexts, type PersonalTexts, type TokenKind } from '../../store/personal-texts.ts';
import type { Source } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { withReplacedCells } from '../../stream/replaced-cells.ts';
import { batchesOfStored } from '../../stream/stored-batches.ts';
import { refreshTotals } from '../reading/reading-totals.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';

/**
 * The `share` job: a copy of a case in which texts of people and of their cards and accounts are tokens, and free texts are left
 * out. It opens as a whole case: flags, alerts, decisions and their history are the same, under digests of their own.
 * Errors: WRONG_USE where the copy exists, or where a feature is made of the very texts; those of `backupCase`.
 */
export async function shareCase(input: ParsedJobInput<'share'>, context: WorkContext): Promise<JobResult<'share'>> {
  const path = resolve(input.casePath);
  const output = resolve(input.output);
  if (existsSync(output))
    throw usageError('WRONG_USE', `${output} exists already.`, 'Name a file that does not exist.');
  await withCase(path, 'read', (session) => refuseFeaturesOfTexts(session, input.mask));
  const key = input.passphrase === undefined ? null : await newLock(input.passphrase);
  const unfinished = `${output}.${process.pid}.part`;
  try {
    backupCase(path, unfinished);
    throwIfCancelled(context.signal);
    const done = await withCase(unfinished, 'change', async (session) => {
      const counted = rewrite(session.writableCase, input.mask);
      await refreshTotals(session.writableCase, context);
      return counted;
    });
    backupCase(unfinished, output);
    await withCase(output, 'change', ({ writableCase }) =>
      writableCase.change(doingOf(context), () => ({
        what: `shared: texts of ${done.columns.length} columns are tokens, ${done.emptied.length} columns of free text are left out`,
        details: { ...done, masked: input.mask },
        result: undefined,
      })),
    );
    // Under the lock of the case nobody could open the copy who is not to open the case.
    if (key !== null || isLocked(output)) relockCase(output, key, []);
    return { ...done, output, case: path };
  } finally {
    for (const end of ['', '-wal', '-shm', '.decisions.jsonl']) rmSync(`${unfinished}${end}`, { force: true });
  }
}

interface Shared {
  readonly columns: string[];
  readonly emptied: string[];
  /** Newest entry of the history of the case itself. */
  readonly of: string | null;
}

const peopleRoles: ReadonlySet<string> = new Set(['customer', 'card', 'account']);
const placeRoles: ReadonlySet<string> = new Set(['merchant', 'terminal']);

/** What stands in a column of a copy instead of its texts; undefined where they stay. */
function tokenKindOf({ role, kind, personal }: ProfileColumn, mask: boolean): TokenKind | 'nothing' | undefined {
  if (personal?.kept === 'nothing') return undefined;
  if (personal?.kept === 'token') return mask && personal.kind === 'card-number' ? 'card' : undefined;
  if (personal !== undefined) return mask && personal.kind === 'card-number' ? 'card' : personal.kind;
  if (peopleRoles.has(role) || (mask && placeRoles.has(role))) return role as TokenKind;
  if (role !== 'ignored') return undefined;
  if (kind === 'category') return 'text';
  // Nothing is made of them, and of numbers nobody knows whose they are.
  return kind === 'text' || kind === 'number' ? 'nothing' : undefined;
}

function tokenKinds(profile: Profile, mask: boolean): ReadonlyMap<string, TokenKind | 'nothing'> {
  // The day in one column, the hour in another: without them no transaction has a time.
  const partsOfTime = new Set(profile.columns.flatMap(({ joinedWith }) => joinedWith ?? []));
  return new Map(
    profile.columns.flatMap((column) => {
      const kind = partsOfTime.has(column.name) ? undefined : tokenKindOf(column, mask);
      return kind === undefined ? [] : [[column.name, kind] as const];
    }),
  );
}

/** A model that tells texts apart by themselves would not know them again. */
function refuseFeaturesOfTexts(session: CaseSession, mask: boolean): void {
  const kinds = tokenKinds(profileOf(session.openCase), mask);
  for (const { id, name } of session.models)
    for (const { transform } of session.view(id).spec.features)
      if ((transform.kind === 'frequency' || transform.kind === 'one-hot') && kinds.has(transform.column))
        throw usageError(
          'WRONG_USE',
          `The model '${name}' knows the texts of '${transform.column}' themselves; a copy without them could not be scored.`,
          'Read the recording into a new case that leaves this column out, and share that.',
        );
}

function profileOf(openedCase: Pick<WritableCase, 'profile'>): Profile {
  const profile = openedCase.profile();
  if (profile !== undefined) return profile;
  throw usageError('BAD_PROFILE', 'The case has no rows to share yet.', 'Read a recording into it first.');
}

function rewrite(openedCase: WritableCase, mask: boolean): Shared {
  const profile = profileOf(openedCase);
  const kinds = tokenKinds(profile, mask);
  const given = personalTexts();
  const sources = new Map(openedCase.sources().map((source) => [source.id, source]));
  const of = openedCase.decisions.head()?.hash ?? null;
  const renamed = new Map<string, string>();
  const texts = new Map(
    [...kinds].flatMap(([name, kind]) =>
      kind === 'nothing' ? [] : [[name, (text: string) => remember(renamed, text, given.tokenOf(kind, text))] as const],
    ),
  );
  const dictionaries = openedCase.dictionaries();
  for (const [name, rename] of texts) {
    const dictionary = dictionaries.get(name);
    for (let code = 0; code < (dictionary?.size ?? 0); code++) rename(dictionary?.textOf(code) ?? '');
  }
  openedCase.rewriteTexts({
    texts,
    records: (sourceId, records) =>
      rewrittenRecords(sources.get(sourceId) ?? impossible('a segment has no source'), records, kinds, given),
    sentence: sentenceOf(renamed),
    unreadable: '(left out of this copy)',
  });
  const names = [...kinds];
  return {
    columns: names.flatMap(([name, kind]) => (kind === 'nothing' ? [] : [name])),
    emptied: names.flatMap(([name, kind]) => (kind === 'nothing' ? [name] : [])),
    of,
  };
}

function remember(renamed: Map<string, string>, text: string, token: string): string {
  renamed.set(text, token);
  return token;
}

/** Texts as words within what somebody wrote. */
function sentenceOf(renamed: ReadonlyMap<string, string>): (text: string) => string {
  const severalWords = [...renamed].filter(([text]) => /[^\p{L}\p{N}_@.+-]/u.test(text));
  return (text) => {
    let said = text;
    for (const [old, token] of severalWords) if (said.includes(old)) said = said.replaceAll(old, token);
    return said.replaceAll(
      /[\p{L}\p{N}_@+-](?:[\p{L}\p{N}_@.+-]*[\p{L}\p{N}_@+-])?/gu,
      (word) => renamed.get(word) ?? word,
    );
  };
}

function rewrittenRecords(
  { format, columnNames }: Source,
  records: readonly Uint8Array[],
  kinds: ReadonlyMap<string, TokenKind | 'nothing'>,
  given: PersonalTexts,
): readonly Uint8Array[] {
  if (format === null) impossible('rows of a case say how they are written');
  const rewritten: Uint8Array[] = [];
  for (const batch of batchesOfStored(format, columnNames, records)) {
    const columns = batch.columnNames.flatMap((name, column) => {
      const kind = kinds.get(name);
      return kind === undefined ? [] : [{ name, column, kind }];
    });
    for (let row = 0; row < batch.rowCount; row++) {
      const replacements = new Map<string, string | undefined>();
      for (const { name, column, kind } of columns) {
        const text = batch.text(row, column);
        if (text !== undefined) replacements.set(name, kind === 'nothing' ? undefined : given.tokenOf(kind, text));
      }
      const record = batch.bytes.subarray(batch.rawStart[row], batch.rawEnd[row]);
      // A batch is valid until the next one is asked for.
      rewritten.push(Uint8Array.from(withReplacedCells(record, format, batch.columnNames, replacements)));
    }
  }
  if (rewritten.length !== records.length) impossible(`${records.length} rows were read as ${rewritten.length}`);
  return rewritten;
}
