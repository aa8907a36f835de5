import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { AssayError, usageError } from '../../domain/error.ts';
import type { OutputKind } from './output-kind.ts';
import { partPath, removeAbandonedParts } from '../../store/part-files.ts';
import { journalPath } from '../../case/decisions/decision-journal.ts';

/** What an output must not fall upon. */
export interface OutputRules {
  /** Cases and files that the command reads: never written over, nor what SQLite and Assay keep beside a case. */
  readonly reads: readonly string[];
  /** Replace a file that is of another kind. */
  readonly force: boolean;
}

/** One output file that may be written. */
export interface ClaimedFile {
  /** As it was named, made absolute. */
  readonly path: string;
  readonly write: (content: Uint8Array | string) => Promise<void>;
  /** What `produce` writes into the stream appears under the name once all of it is there. */
  readonly stream: (produce: (file: WriteStream) => Promise<void>) => Promise<void>;
}

/**
 * The one way to an output file. It is written beside its name and renamed, so that a half-written one is never found, and
 * only over nothing, an empty file, or one of the same kind; a symbolic link stays one. Looked at now, and again before the
 * rename. Errors: OUTPUT_IS_INPUT, WOULD_OVERWRITE, NOT_A_FILE; when writing, DISK_FULL and PERMISSION_DENIED too.
 */
export async function claimFile(output: string, kind: OutputKind, rules: OutputRules): Promise<ClaimedFile> {
  const path = resolve(output);
  const check = (): Promise<void> => refuseForeign(path, rules, kind.words, kind.holds);
  await check();
  return {
    path,
    write: (content) => place(path, contentWriter(content), check),
    stream: (produce) => place(path, streamWriter(produce), check),
  };
}

function contentWriter(content: Uint8Array | string): (partial: string) => Promise<void> {
  return (partial) => writeFile(partial, content, { flag: 'wx' });
}

function streamWriter(produce: (file: WriteStream) => Promise<void>): (partial: string) => Promise<void> {
  return async (partial) => {
    const file = createWriteStream(partial, { flags: 'wx' });
    // Between two writes nobody listens; what went wrong is told by the next write, or at the end.
    file.on('error', () => undefined);
    try {
      await once(file, 'open');
      await produce(file);
      file.end();
      await finished(file);
    } finally {
      file.destroy();
    }
  };
}

/** Writes a chunk and waits where the disk is behind. */
export async function writeChunk(file: WriteStream, chunk: string): Promise<void> {
  if (file.errored !== null) throw file.errored;
  if (!file.write(chunk)) await once(file, 'drain');
}

const receiptName = '.assay-export';
const receiptSchema = z.object({
  version: z.literal(1),
  files: z.record(z.string(), z.object({ kind: z.string(), sha256: z.array(z.string()) })),
});
type Receipt = z.infer<typeof receiptSchema>;

/** An output folder. */
export interface ClaimedFolder {
  readonly path: string;
  /** Writes the files one after the other, each whole. Other files there are left alone. */
  readonly write: (files: ReadonlyMap<string, Uint8Array | string>) => Promise<void>;
}

/**
 * The one way to an output folder. A receipt in it (`.assay-export`) holds the SHA-256 of what was written: a file is replaced
 * only where it is still what the same export wrote. All files are looked at before the first is written. Errors: those of
 * `claimFile`.
 */
export async function claimFolder(output: string, kind: string, rules: OutputRules): Promise<ClaimedFolder> {
  const folder = resolve(output);
  await refuseTaken(folder, rules);
  const status = await stat(folder).catch(() => undefined);
  if (status?.isDirectory() === false)
    throw usageError('NOT_A_FILE', `${folder} is a file; the output is a folder.`, 'Name a folder, or a new one.');
  const write = async (files: ReadonlyMap<string, Uint8Array | string>): Promise<void> => {
    const receipt = await readReceipt(folder);
    const written = await Promise.all(
      [...files].map(async ([name, content]) => {
        const path = join(folder, ...name.split('/'));
        const digest = sha256(content);
        const found = await readFile(path).then(sha256, () => null);
        const former = receipt.files[name];
        const isOurs = found === digest || (former?.kind === kind && former.sha256.some((known) => known === found));
        const check = (): Promise<void> =>
          refuseForeign(path, rules, `as ${kind} wrote it`, () => Promise.resolve(isOurs));
        await check();
        // Of two hashes one is right, whenever the work is interrupted.
        return { name, path, content, check, hashes: [digest, ...(found === null || found === digest ? [] : [found])] };
      }),
    );
    const noted: Receipt = {
      version: 1,
      files: {
        ...receipt.files,
        ...Object.fromEntries(written.map((file) => [file.name, { kind, sha256: file.hashes }])),
      },
    };
    await place(join(folder, receiptName), (partial) => writeFile(partial, `${JSON.stringify(noted)}\n`));
    for (const { path, content, check } of written) await place(path, contentWriter(content), check);
  };
  return { path: folder, write };
}

async function readReceipt(folder: string): Promise<Receipt> {
  try {
    return receiptSchema.parse(JSON.parse(await readFile(join(folder, receiptName), 'utf8')));
  } catch {
    return { version: 1, files: {} };
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Writes under a name of its own and renames; what was left half written there is taken away first. */
async function place(
  path: string,
  write: (partial: string) => Promise<void>,
  check?: () => Promise<void>,
): Promise<void> {
  const target = await realPath(path);
  removeAbandonedParts(dirname(target));
  const partial = partPath(dirname(target));
  try {
    await mkdir(dirname(target), { recursive: true });
    await write(partial);
    await check?.();
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw writingError(error, path);
  }
}

async function refuseForeign(
  path: string,
  rules: OutputRules,
  words: string,
  isOfKind: (path: string) => Promise<boolean>,
): Promise<void> {
  await refuseTaken(path, rules);
  const target = await realPath(path);
  const status = await stat(target).catch(() => undefined);
  if (status?.isDirectory() === true)
    throw usageError('NOT_A_FILE', `${path} is a folder; the output is a file.`, 'Name a file in it, or a new one.');
  if (status !== undefined && !status.isFile())
    throw usageError('NOT_A_FILE', `${path} is not a regular file.`, 'Name a regular file, or a new one.');
  if (rules.force || status === undefined || status.size === 0 || (await isOfKind(target))) return;
  throw wouldOverwrite(`${path} exists, and is not ${words}.`);
}

/** Refuses what the command reads, and names that belong to a case; also those of folders that would have to be made. */
async function refuseTaken(path: string, { reads, force }: OutputRules): Promise<void> {
  const kept = await Promise.all(reads.flatMap(withItsOwn).map(async (read) => ({ read, file: await realPath(read) })));
  const target = await realPath(path);
  for (let made = target; ; made = dirname(made)) {
    const status = await stat(made).catch(() => undefined);
    if (made === dirname(made) || status?.isDirectory() === true) return;
    for (const { read, file } of kept)
      if (await isSameFile(made, file))
        throw usageError(
          'OUTPUT_IS_INPUT',
          `${path} would replace ${read}, which this command reads or which belongs to what it reads.`,
          'Name another file to write.',
        );
    const owner = force ? null : await caseThatOwns(made);
    if (owner !== null) throw wouldOverwrite(`${path} is a name that belongs to the case ${owner}.`);
    if (status !== undefined && !namesAlike(made, target))
      throw usageError('NOT_A_FILE', `${made} is a file and holds no other ones.`, 'Name a folder, or a new one.');
  }
}

function wouldOverwrite(sentence: string): AssayError {
  return usageError('WOULD_OVERWRITE', sentence, 'Name another file, or replace it: --force on the command line.');
}

const sqliteSuffixes = ['-wal', '-shm', '-journal'];

/** A file, and the names of what SQLite and the journal of decisions keep beside it where it is a case. */
function withItsOwn(path: string): readonly string[] {
  const file = resolve(path);
  return [file, ...sqliteSuffixes.map((suffix) => `${file}${suffix}`), journalPath(file)];
}

/** The case beside which SQLite or Assay keeps a file of this name, or null. */
async function caseThatOwns(path: string): Promise<string | null> {
  const stems = [
    ...sqliteSuffixes.filter((suffix) => path.endsWith(suffix)).map((suffix) => path.slice(0, -suffix.length)),
    ...['', '.assay'].filter(() => path.endsWith('.decisions.jsonl')).map((end) => path.slice(0, -16) + end),
  ];
  for (const stem of stems) if (await isDatabase(stem)) return stem;
  return null;
}

async function isDatabase(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  try {
    const head = await file?.read(Buffer.alloc(16), 0, 16, 0).catch(() => undefined);
    return head?.buffer.toString('latin1') === 'SQLite format 3\0';
  } finally {
    await file?.close();
  }
}

/** The same bytes on the disk, or the same name where letters' case may not count (macOS, Windows, a shared folder). */
async function isSameFile(one: string, other: string): Promise<boolean> {
  if (namesAlike(one, other)) return true;
  const [first, second] = await Promise.all([one, other].map((path) => stat(path, { bigint: true }).catch(() => null)));
  return first != null && second != null && first.ino === second.ino && first.dev === second.dev;
}

function namesAlike(one: string, other: string): boolean {
  const plain = (path: string): string => path.normalize('NFC').toLowerCase();
  return plain(one) === plain(other);
}

/** Without symbolic links, as far as the path exists. */
async function realPath(path: string): Promise<string> {
  const file = resolve(path);
  const real = await realpath(file).catch(() => null);
  if (real !== null) return real;
  const folder = dirname(file);
  return folder === file ? file : join(await realPath(folder), basename(file));
}

/** Says in words why `output` could not be written; errors that are not about the file come back as they are. */
export function writingError(error: unknown, output: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof AssayError) return error;
  if (error.code === 'ENOSPC')
    return new AssayError('DISK_FULL', 'failure', `The disk is full; ${output} was not written.`, {
      nextStep: 'Free space, or write elsewhere.',
      cause: error,
    });
  if (['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG'].includes(`${error.code}`))
    return new AssayError('PERMISSION_DENIED', 'usage', `${output} cannot be written.`, {
      nextStep: 'Name a file in a folder that you may write to.',
      cause: error,
    });
  return error;
}
