import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { verifyCase } from '../../../engine/store/backup.ts';
import { giveKeys } from '../../../engine/host/locked-cases.ts';
import { isLocked, readLock } from '../../../engine/store/case-lock.ts';
import { openCase, openCaseReadOnly } from '../../../engine/store/open-case.ts';
import type { ReadableCase } from '../../../engine/store/readable-case.ts';
import { linesOfFile } from '../../../engine/case/decisions/journal-lines.ts';
import { writeSmallRecording } from '../../command-line/small-recording.ts';

/* The kinds of work that are killed, what each begins with, and what must hold after it. */

export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Kind {
  readonly name: string;
  /** Folder that each try is a copy of. */
  readonly base: Base;
  readonly program: (folder: string) => readonly string[];
  /** What is asked for after the kill; the same as before where it is not said. */
  readonly again?: (folder: string) => readonly string[];
  /** Passphrases that its processes are given. */
  readonly environment?: (folder: string) => Readonly<Record<string, string>>;
  /** Works until it is killed, about so long at most. */
  readonly endlessMs?: number;
  /** Whether the case may be missing between the kill and the second run. */
  readonly mayBeAway?: boolean;
  /** What was there before, or acknowledged since, and is not there any more; null where nothing is missing. */
  readonly lost?: (folder: string, killed: Ending) => string | null;
  /** The same whether the work was killed before or not. */
  readonly outcome: (folder: string, ending: Ending) => string;
}

type Base =
  | 'empty'
  | 'ingested'
  | 'trained'
  | 'to learn from'
  | 'former'
  | 'backed up'
  | 'decided'
  | 'locked'
  | 'locked, empty'
  | 'locked, trained';

/** What locked cases open with, before and after their passphrase was changed. */
export const passphrases = { first: 'four words nobody knows', second: 'five other words to know' } as const;

const launcher = resolve(import.meta.dirname, '../../../scripts/assay.mjs');
const judging = join(import.meta.dirname, 'judge.child.ts');
const formerCase = resolve(import.meta.dirname, '../../former-cases/layout-4.assay.gz');
/** So many rows are enough alerts to learn from. */
const rowsToLearnFrom = 18_000;
const rowsOtherwise = 3_000;

const assay =
  (...parameters: readonly string[]) =>
  (): readonly string[] => [launcher, ...parameters, '--case', 'a.assay', '--json'];

export type Runner = (
  program: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
) => Promise<Ending>;

/** Makes the folders that tries are copies of. */
export async function prepareBases(root: string, run: Runner): Promise<void> {
  const make = async (base: Base, rows: number, ...commands: readonly (readonly string[])[]): Promise<void> => {
    const folder = join(root, base);
    mkdirSync(folder, { recursive: true });
    if (rows > 0) writeSmallRecording(join(folder, 'payments.csv'), { rows });
    for (const command of commands) {
      const { code, stderr } = await run(assay(...command)(), folder, firstPassphrase());
      if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    }
  };
  const ingest = ['ingest', 'payments.csv', '--label', 'is_fraud'];
  const train = ['train', '--trees', '60', '--contamination', '0.08'];
  await make('empty', rowsOtherwise);
  await make('ingested', rowsOtherwise, ingest);
  await make('trained', rowsOtherwise, ingest, train);
  await make('to learn from', rowsToLearnFrom, ingest, train);
  await make('backed up', rowsOtherwise, ingest, ['backup', '--out', 'kept.assay'], train);
  await make('locked, empty', rowsOtherwise, ['lock']);
  await make('locked, trained', rowsOtherwise, ingest, train, ['lock']);
  await make('decided', rowsOtherwise, ingest, train, ['backup']);
  await judgeFirst(join(root, 'decided'), run);
  cpSync(join(root, 'decided'), join(root, 'locked'), { recursive: true });
  await make('locked', 0, ['lock']);
  await make('former', 0);
  writeFileSync(join(root, 'former', 'a.assay'), gunzipSync(readFileSync(formerCase)));
}

/** Leaves a verdict in a case, and in the journal beside it. */
async function judgeFirst(folder: string, run: Runner): Promise<void> {
  const listed = await run(assay('alerts', '--limit', '1')(), folder, firstPassphrase());
  const { alerts } = JSON.parse(listed.stdout) as { readonly alerts: readonly { readonly key: string }[] };
  const judge = ['judge', '--alert', alerts[0].key, '--as', 'fraud', '--by', 'Ana Ortega'];
  const { code, stderr } = await run(assay(...judge)(), folder, firstPassphrase());
  if (code !== 0) throw new Error(`judge: ${stderr}`);
}

function inCase<T>(folder: string, look: (opened: ReadableCase) => T): T {
  const opened = openCaseReadOnly(join(folder, 'a.assay'));
  try {
    return look(opened);
  } finally {
    opened.close();
  }
}

const firstPassphrase = (): Readonly<Record<string, string>> => ({ ASSAY_PASSPHRASE: passphrases.first });

/** The keys of a case and of its backups, whichever passphrase each has by now. */
export async function giveKeysOf(folder: string): Promise<void> {
  for (const passphrase of Object.values(passphrases))
    await giveKeys(join(folder, 'a.assay'), passphrase).catch(() => undefined);
}

const isLockedIn = (folder: string): boolean => isLocked(join(folder, 'a.assay'));

/** Salts tell locks apart; each locking draws another one. */
function lockOf(folder: string): string | null {
  const lock = readLock(join(folder, 'a.assay'));
  return lock === null ? null : Buffer.from(lock.salt).toString('hex');
}

/** What lies in the clear beside a locked case once it was opened, which puts away what was left half done. */
function inTheClear(folder: string): string | null {
  if (lockOf(folder) === null) return null;
  openCase(join(folder, 'a.assay')).close();
  const readable = readdirSync(folder)
    .filter((name) => name !== 'payments.csv')
    .filter((name) => {
      const content = readFileSync(join(folder, name));
      return content.includes('SQLite format 3') || content.includes('Ana Ortega') || content.includes('payment_id');
    });
  return readable.length === 0 ? null : `in the clear beside a locked case: ${readable.join(', ')}`;
}

/** What is in a folder of a case, whatever lock it has: content, history but for locking, and what its journal and backups say. */
function lockedContentOf(folder: string): string {
  const files = readdirSync(folder).filter((name) => !name.includes('-wal') && !name.includes('-shm'));
  const backups = files.filter((name) => name.includes('.backup-')).length;
  const done = doneIn(folder).filter((what) => !/^(?:locked|unlocked|given another)/u.test(what));
  return JSON.stringify([
    contentOf(folder),
    done,
    backups,
    inTheClear(folder),
    journalIn(folder),
    brokenBackup(folder),
  ]);
}

/** The lines of the journal that can be read with the lock of the case. */
function journalIn(folder: string): number {
  const casePath = join(folder, 'a.assay');
  return linesOfFile(casePath, readFileSync(join(folder, 'a.decisions.jsonl'), 'utf8')).filter(({ text }) =>
    text.includes('Ana Ortega'),
  ).length;
}

const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Rows as received, models with their lines and scores, verdicts: all that figures follow from, without times and names. */
function contentOf(folder: string): string {
  return inCase(folder, (opened) =>
    digestOf({
      rows: opened.nextSequence(),
      received: opened
        .segments()
        .flatMap((rows) => opened.readRawSegment(rows).map((bytes) => Buffer.from(bytes).toString('latin1'))),
      models: opened
        .models()
        .map(({ id, digest, threshold }) => [id, digest, threshold, [...opened.readLeadingScores(id)]]),
      verdicts: opened.decisions.standingVerdicts().map(({ alertKey, kind, by }) => [alertKey, kind, by]),
    }),
  );
}

/** How many entries the history has, without those that say that a writer was stopped. */
function doneIn(folder: string): readonly string[] {
  return inCase(folder, ({ decisions }) =>
    decisions
      .auditPage({ limit: 500 })
      .rows.filter(({ by }) => by !== 'Assay')
      .map(({ what }) => what)
      .toReversed(),
  );
}

const contentAndHistory = (folder: string): string => JSON.stringify([contentOf(folder), doneIn(folder)]);

/** Acknowledged verdicts and undos that are not in the case; what was being done when it was killed may be in it or not. */
function unkeptVerdicts(folder: string, { stdout }: Ending): string | null {
  const said = stdout.split('\n').slice(0, -1);
  const kept = inCase(folder, ({ decisions }) => [decisions.everyVerdict(), decisions.standingVerdicts()] as const);
  const [every, standing] = kept.map((verdicts) => verdicts.map(({ alertKey }) => alertKey));
  const judged = said.filter((line) => line.startsWith('judged ')).map((line) => line.slice('judged '.length));
  const undone = said.length - judged.length;
  const extra = every.length - judged.length;
  const takenBack = every.length - standing.length;
  if (extra < 0 || extra > 1 || judged.some((key, at) => every[at] !== key))
    return `${judged.length} verdicts were acknowledged, ${every.length} are stored`;
  return takenBack < undone || takenBack > undone + 1
    ? `${undone} undos were acknowledged, ${takenBack} are stored`
    : null;
}

/** A file of an export is there as a whole or not at all; folders are filled file by file, each whole. */
function digestOfOutput(path: string): string {
  if (!existsSync(path)) return 'none';
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, withFileTypes: true })
        // The receipt of an export that was stopped knows of the files of both; what was half written has a name of its own.
        .filter((entry) => entry.isFile() && !/^\.assay-export$|^\.assay-[0-9a-f]+\.part$/u.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
    : [path];
  return JSON.stringify(files.map((file) => [relative(path, file), sameEachTime(readFileSync(file))]));
}

/** Digest of a file but for times, identities of a publication, and what hangs on them. */
function sameEachTime(bytes: Buffer): string {
  const text = bytes
    .toString('latin1')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gu, 'identity')
    .replace(/[0-9a-f]{32,64}/gu, 'digest')
    .replace(/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?/gu, 'time')
    .replace(/\b\d{13}\b/gu, 'time');
  return createHash('sha256').update(text).digest('hex');
}

function exported(form: string, output: string): Kind {
  const wanted = assay('export', form, '--out', output);
  return {
    name: `export ${form}`,
    base: 'trained',
    program: wanted,
    outcome: (folder) => `${contentOf(folder)} ${digestOfOutput(join(folder, output))}`,
  };
}

/** Between two renames of a restore the case has the name of what was put aside. */
function awayAltogether(folder: string): string | null {
  if (existsSync(join(folder, 'a.assay')) || readdirSync(folder).some((name) => name.includes('.backup-put-aside-')))
    return null;
  return 'the case is gone, and nothing was put aside';
}

/** A backup that carries its name is whole, whenever it was made. */
function brokenBackup(folder: string): string | null {
  const broken = readdirSync(folder)
    .filter((name) => /\.backup-[a-z0-9-]+-\d+$/u.test(name) || name === 'out.assay')
    .find((name) => verifyCase(join(folder, name)).problems.length > 0);
  return broken === undefined ? null : `${broken} is not whole`;
}

const ingest: Kind = {
  name: 'ingest',
  base: 'empty',
  program: assay('ingest', 'payments.csv', '--label', 'is_fraud'),
  outcome: contentOf,
};

const verdict: Kind = {
  name: 'verdict',
  base: 'trained',
  program: () => [judging, 'a.assay'],
  again: assay('alerts', '--limit', '1'),
  endlessMs: 2_500,
  lost: unkeptVerdicts,
  outcome: (folder) => inCase(folder, (opened) => digestOf([...opened.readLeadingScores(1)])),
};

export const allKinds: readonly Kind[] = [
  ingest,
  {
    name: 'train',
    base: 'ingested',
    program: assay('train', '--trees', '60', '--contamination', '0.08'),
    outcome: (folder) => lastModelOf(folder),
  },
  verdict,
  exported('onnx', 'model.onnx'),
  exported('mlflow', 'model'),
  exported('csv', 'alerts.csv'),
  {
    name: 'migration',
    base: 'former',
    program: assay('tune', '--contamination', '0.01'),
    lost: brokenBackup,
    outcome: contentOf,
  },
  {
    name: 'backup',
    base: 'trained',
    program: assay('backup'),
    lost: brokenBackup,
    outcome: (folder) => brokenBackup(folder) ?? contentAndHistory(folder),
  },
  {
    name: 'restore',
    base: 'backed up',
    program: assay('restore', '--from', 'kept.assay'),
    mayBeAway: true,
    lost: (folder) => awayAltogether(folder) ?? brokenBackup(folder),
    outcome: contentOf,
  },
  {
    name: 'learn',
    base: 'to learn from',
    program: assay('learn', '--from', 'labels'),
    outcome: (folder) => lastModelOf(folder),
  },
  underLock(ingest, 'locked, empty'),
  underLock(verdict, 'locked, trained'),
  relocking('lock', 'decided', ['lock'], isLockedIn),
  relocking('unlock', 'locked', ['unlock'], (folder) => !isLockedIn(folder)),
  relocking(
    'relock',
    'locked',
    ['lock', '--change'],
    (folder) => lockOf(folder) !== lockOf(join(folder, '..', 'bases', 'locked')),
  ),
];

/** Of work on a locked case. */
function underLock(kind: Kind, base: Base): Kind {
  return {
    ...kind,
    name: `locked ${kind.name}`,
    base,
    environment: firstPassphrase,
    lost: (folder, killed) => kind.lost?.(folder, killed) ?? inTheClear(folder),
  };
}

/** Locking, unlocking or another passphrase: done by the second run only where the first one did not come to its end. */
function relocking(name: string, base: Base, program: readonly string[], isDone: (folder: string) => boolean): Kind {
  return {
    name,
    base,
    program: assay(...program),
    again: (folder) => assay(...(isDone(folder) ? ['alerts', '--limit', '1'] : program))(),
    environment: (folder) => ({
      ASSAY_PASSPHRASE: name === 'relock' && isDone(folder) ? passphrases.second : passphrases.first,
      ASSAY_NEW_PASSPHRASE: passphrases.second,
    }),
    lost: (folder) => inTheClear(folder) ?? brokenBackup(folder),
    outcome: lockedContentOf,
  };
}

/** The newest model, and the rows; a model that was finished before the kill is there twice after the second run. */
function lastModelOf(folder: string): string {
  return inCase(folder, (opened) => {
    const last = opened.models().at(-1);
    return JSON.stringify([
      opened.nextSequence(),
      last?.digest,
      last?.threshold,
      last === undefined ? null : digestOf([...opened.readLeadingScores(last.id)]),
    ]);
  });
}
