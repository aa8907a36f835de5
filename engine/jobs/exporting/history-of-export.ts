import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AssayError, usageError } from '../../domain/error.ts';
import { historyMark, historyMarksIn, type HistoryMark } from '../../domain/history-mark.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { ReadableCase } from '../../store/readable-case.ts';

/** File of every exported folder that names the head of the history. */
export const historyFile = 'assay-history.json';

/** Files of an export, and the one that says where the history of the case stood; nothing that is there has its name. */
export function withHistory<T extends Uint8Array | string>(
  files: ReadonlyMap<string, T>,
  { decisions }: Pick<ReadableCase, 'decisions'>,
): ReadonlyMap<string, T | string> {
  return new Map<string, T | string>([
    ...files,
    [historyFile, `${JSON.stringify({ history: historyMark(decisions.head()) })}\n`],
  ]);
}

/** Larger files of an export are rows, and name it in each. */
const mostBytes = 64 * 2 ** 20;

/**
 * The heads that an export names: a file, or every file of a folder; statements that are signed are opened, whoever signed them.
 * Errors: FILE_NOT_FOUND; WRONG_USE where it names none.
 */
export async function marksOfExport(path: string, context: WorkContext): Promise<readonly HistoryMark[]> {
  const place = resolve(path);
  const marks = new Map<string, HistoryMark>();
  for (const file of await filesAt(place)) {
    throwIfCancelled(context.signal);
    const bytes = await readFile(file);
    const text = bytes.toString('latin1', 0, mostBytes);
    for (const mark of [text, ...signedTexts(text)].flatMap(historyMarksIn)) marks.set(historyMark(mark), mark);
  }
  if (marks.size === 0)
    throw usageError(
      'WRONG_USE',
      `${place} names no entry of a history.`,
      'Name an export, a report, a seal, a hand-over or a file of verdicts that was made of this case.',
    );
  return [...marks.values()].sort((one, other) => one.entry - other.entry);
}

/** One sentence for each head of an export that the history of a case does not hold. */
export function marksMissing(
  { decisions }: Pick<ReadableCase, 'decisions'>,
  marks: readonly HistoryMark[],
  name: string,
): readonly string[] {
  return marks
    .filter((mark) => !decisions.holds(mark))
    .map(
      ({ entry, hash }) =>
        `The history does not hold entry ${entry.toLocaleString('en')} (${hash.slice(0, 12)}) that ${name} names: it was cut off or written anew since, or is of another case.`,
    );
}

async function filesAt(place: string): Promise<readonly string[]> {
  try {
    if (!(await stat(place)).isDirectory()) return [place];
    const entries = await readdir(place, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (cause) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `${place} cannot be read.`, {
      nextStep: 'Check the path and its spelling.',
      cause,
    });
  }
}

/** What DSSE envelopes carry. */
function signedTexts(text: string): readonly string[] {
  return [...text.matchAll(/"payload":\s*"(?<payload>[A-Za-z0-9+/_=-]+)"/gu)].map(({ groups }) =>
    Buffer.from(groups?.['payload'] ?? '', 'base64').toString('utf8'),
  );
}
