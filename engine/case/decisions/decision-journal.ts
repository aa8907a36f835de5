import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AssayError } from '../../domain/error.ts';
import { dismissalReasons, verdictKinds } from '../../domain/verdict.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { fileOutside } from '../../store/known-heads.ts';
import { narrowToOwner, ownKey, writeOutside } from '../../store/own-folder.ts';
import { byAssay } from '../../store/session.ts';
import { lineForFile, linesOfFile } from './journal-lines.ts';
import type { WritableCase } from '../../store/writable-case.ts';

const common = {
  format: z.literal(1),
  /** Digest of the recordings of the case: sequences and keys mean the same only where they are the same. */
  recordings: z.string(),
  action: z.number().int(),
  atMs: z.number(),
  by: z.string(),
};

const entrySchema = z.discriminatedUnion('kind', [
  z.object({
    ...common,
    kind: z.literal('verdict'),
    verdict: z.enum(verdictKinds),
    reason: z.enum(dismissalReasons).nullable(),
    modelDigest: z.string(),
    closedUntilMs: z.number().nullable().default(null),
    alerts: z.array(z.object({ key: z.string(), score: z.number(), sequences: z.array(z.number().int()) })),
  }),
  z.object({ ...common, kind: z.literal('note'), key: z.string(), text: z.string() }),
  z.object({ ...common, kind: z.literal('snooze'), keys: z.array(z.string()), untilMs: z.number() }),
  z.object({
    ...common,
    kind: z.literal('grouping'),
    how: z.enum(['split', 'join']),
    key: z.string(),
    sequences: z.array(z.number().int()),
  }),
  /** `action` is the one that was undone. */
  z.object({ ...common, kind: z.literal('undo') }),
]);
export type JournalEntry = z.infer<typeof entrySchema>;

/** Says that the decisions above stand in a case that was built again, and which number each action has there. */
const restoredSchema = z.object({
  format: z.literal(1),
  recordings: z.string(),
  kind: z.literal('restored'),
  numbers: z.array(z.object({ from: z.number().int(), to: z.number().int() })),
});
const lineSchema = z.union([entrySchema, restoredSchema]);
type JournalLine = z.infer<typeof lineSchema>;

/** Beside the case: `NAME.decisions.jsonl`, one JSON object a line. */
export function journalPath(casePath: string): string {
  return `${casePath.replace(/\.assay$/, '')}.decisions.jsonl`;
}

/** The journal of a case, and lines of it that were refused and put aside: whatever says what was decided. */
export function journalsBeside(casePath: string): readonly string[] {
  const folder = dirname(casePath);
  const stem = basename(journalPath(casePath)).replace(/\.jsonl$/u, '');
  return readdirSync(folder)
    .filter((name) => name === `${stem}.jsonl` || (name.startsWith(`${stem}.refused-`) && name.endsWith('.jsonl')))
    .map((name) => join(folder, name));
}

/** Tells the recordings of a case, whatever file it is in. */
export function recordingsDigest(openedCase: ReadableCase): string {
  const fingerprints = openedCase.sources().map((source) => source.fingerprint);
  return createHash('sha256').update(fingerprints.join('\n')).digest('hex');
}

/*
 * Whoever can write beside a case must not be able to decide in it. Each line ends with an HMAC under a key of this user on
 * this computer, over the case's path, the line, and the HMAC of the line of theirs before it: lines of another computer, user
 * or case, and lines that were changed, doubled, moved or that follow a missing one, are none of this chain.
 */

const CHAIN_START = '0'.repeat(64);
const signedLine = /^(?<start>\{.*),"mac":"(?<mac>[0-9a-f]{64})"\}$/u;

/** How far the journal of a case was read, and the newest line of the own chain up to there. */
interface ReadJournal {
  readonly file: number;
  readonly bytes: number;
  readonly mac: string;
}
const readJournals = new Map<string, ReadJournal>();

function macOf(casePath: string, previous: string, text: string): string {
  return createHmac('sha256', ownKey('journal')).update(`${casePath}\n${previous}\n${text}`).digest('hex');
}

/** The HMAC of a line that follows in the own chain; null for any other line. */
function macInChain(casePath: string, previous: string, line: string): string | null {
  const { start, mac } = signedLine.exec(line)?.groups ?? {};
  if (start === undefined || mac === undefined) return null;
  const expected = macOf(casePath, previous, `${start}}`);
  return timingSafeEqual(Buffer.from(mac), Buffer.from(expected)) ? mac : null;
}

/** The newest HMAC of the own chain in an open journal; only what came since it was read last is read. */
function newestMac(casePath: string, file: number): string {
  const { size, ino } = fstatSync(file);
  const known = readJournals.get(casePath);
  const isSame = known?.file === ino && known.bytes <= size;
  const { bytes, mac } = isSame ? known : { bytes: 0, mac: CHAIN_START };
  const added = Buffer.alloc(size - bytes);
  readSync(file, added, 0, added.byteLength, bytes);
  return linesOfFile(casePath, added.toString('utf8')).reduce(
    (previous, { text }) => macInChain(casePath, previous, text) ?? previous,
    mac,
  );
}

/**
 * Adds one decision to the journal and waits until it is on the disk. A line that was torn before (a full disk, a lost
 * process) costs only itself. Call it inside the transaction that stores the decision: where it fails, neither holds.
 * @param casePath without symbolic links
 * Errors: DISK_FULL, PERMISSION_DENIED.
 */
export function appendToJournal(casePath: string, line: JournalLine): void {
  const path = journalPath(casePath);
  try {
    narrowToOwner(path);
    const file = openSync(path, 'a+', 0o600);
    try {
      const text = JSON.stringify(line);
      const mac = macOf(casePath, newestMac(casePath, file), text);
      const signed = lineForFile(casePath, `${text.slice(0, -1)},"mac":"${mac}"}`);
      writeFileSync(file, `${endsInsideLine(file) ? '\n' : ''}${signed}\n`);
      fsyncSync(file);
      const { ino, size } = fstatSync(file);
      readJournals.set(casePath, { file: ino, bytes: size, mac });
      rememberNewest(casePath, mac);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    const isFull = code === 'ENOSPC';
    throw new AssayError(
      isFull ? 'DISK_FULL' : 'PERMISSION_DENIED',
      'failure',
      isFull ? `The disk that holds ${path} is full.` : `The journal of decisions ${path} cannot be written (${code}).`,
      {
        nextStep: `${isFull ? 'Free some space' : 'Check the permissions of its folder'} and repeat. What was decided before is kept.`,
        cause,
      },
    );
  }
}

function endsInsideLine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last.toString() !== '\n';
}

/**
 * Takes over the decisions of a journal into a case that has none, such as one that was built again from the same
 * recordings. Lines that are not of the own chain of this case are not believed: they are put aside into another file, and the
 * history says so. Returns how many actions were taken over.
 * @param casePath without symbolic links, as decisions are journaled beside it
 */
export function restoreFromJournal(openedCase: WritableCase, casePath: string): number {
  if (openedCase.decisions.hasActions() || readJournal(openedCase, casePath) === null) return 0;
  const restored = openedCase.inTransaction(() => {
    // Nobody adds a line any more: whoever does has begun a transaction.
    const journal = readJournal(openedCase, casePath);
    if (journal === null || openedCase.decisions.hasActions()) return 0;
    const said = [...putRefusedAside(casePath, journal), ...(journal.isCut ? [cutWords] : [])];
    for (const what of said) openedCase.decisions.addAudit(byAssay(), what, {});
    const standing = standingActions(journal.lines);
    if (standing.size === 0) return 0;
    const numbers = Array.from(standing, ([from, entry]) => ({ from, to: restore(openedCase, entry) }));
    const what = `${standing.size} decisions taken over from the journal beside the case`;
    openedCase.decisions.addAudit(byAssay(), what, { decisions: standing.size });
    // Actions are numbered anew in the case; what is decided or undone from here on speaks of the new numbers.
    appendToJournal(casePath, {
      format: 1,
      recordings: recordingsDigest(openedCase),
      kind: 'restored',
      numbers,
    });
    return standing.size;
  });
  return restored;
}

const cutWords =
  'the journal of decisions beside the case ends before the newest line that this computer wrote: it was cut off';

/** Leaves the own lines alone in the journal. Returns a sentence for the history where there were others. */
function putRefusedAside(casePath: string, { kept, refused }: Journal): readonly string[] {
  if (refused.length === 0) return [];
  const path = journalPath(casePath);
  const aside = path.replace(/\.jsonl$/u, `.refused-${Date.now()}.jsonl`);
  const unfinished = `${path}.${process.pid}.part`;
  writeFileSync(aside, refused.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  if (kept.length === 0) rmSync(path);
  else {
    writeFileSync(unfinished, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    renameSync(unfinished, path);
  }
  const lines = `${refused.length} of ${kept.length + refused.length} lines`;
  return [
    `refused ${lines} of the journal of decisions beside the case: not written here for this case, changed, doubled or torn, ` +
      `or after one that is missing; they are kept in ${basename(aside)}`,
  ];
}

type Action = Exclude<JournalEntry, { readonly kind: 'undo' }>;

/** The actions that nobody took back, by the number that each has in the case written last. */
function standingActions(lines: readonly JournalLine[]): ReadonlyMap<number, Action> {
  let actions = new Map<number, Action>();
  for (const line of lines) {
    if (line.kind === 'restored') {
      const former = actions;
      actions = new Map(
        line.numbers.flatMap(({ from, to }): [number, Action][] => {
          const action = former.get(from);
          return action === undefined ? [] : [[to, action]];
        }),
      );
    } else if (line.kind === 'undo') actions.delete(line.action);
    // A later line with the same number replaces an earlier one, whose storing had failed after it was written.
    else actions.set(line.action, line);
  }
  return actions;
}

/** Stores an action as it was; returns its number in this case. */
function restore({ decisions }: WritableCase, entry: Action): number {
  const { by, atMs } = entry;
  switch (entry.kind) {
    case 'verdict':
      return decisions.addVerdicts({
        by,
        atMs,
        kind: entry.verdict,
        reason: entry.reason,
        modelDigest: entry.modelDigest,
        closedUntilMs: entry.closedUntilMs,
        alerts: entry.alerts.map((alert) => ({ ...alert, sequences: Uint32Array.from(alert.sequences) })),
      });
    case 'note':
      return decisions.addNote({ by, atMs, key: entry.key, text: entry.text });
    case 'grouping':
      return decisions.addGrouping({
        by,
        atMs,
        kind: entry.how,
        key: entry.key,
        sequences: Uint32Array.from(entry.sequences),
      });
    case 'snooze':
      return decisions.addSnooze({ by, atMs, keys: entry.keys, untilMs: entry.untilMs });
  }
}

interface Journal {
  /** What the own lines about these recordings say. */
  readonly lines: readonly JournalLine[];
  /** Lines of the own chain, as they stand in the file. */
  readonly kept: readonly string[];
  readonly refused: readonly string[];
  /** Whether the newest line that this computer wrote is missing. */
  readonly isCut: boolean;
}

/** The journal of a case; null where there is none. */
function readJournal(openedCase: ReadableCase, casePath: string): Journal | null {
  let text: string;
  try {
    text = readFileSync(journalPath(casePath), 'utf8');
  } catch {
    return null;
  }
  const recordings = recordingsDigest(openedCase);
  const lines: JournalLine[] = [];
  const kept: string[] = [];
  const refused: string[] = [];
  const newest = newestKnown(casePath);
  let previous = CHAIN_START;
  let isCut = newest !== null;
  for (const { stored, text: line } of linesOfFile(casePath, text)) {
    const mac = macInChain(casePath, previous, line);
    (mac === null ? refused : kept).push(stored);
    if (mac === null) continue;
    previous = mac;
    if (mac === newest) isCut = false;
    const parsed = parseLine(line);
    if (parsed?.recordings === recordings) lines.push(parsed);
  }
  return { lines, kept, refused, isCut };
}

function rememberNewest(casePath: string, mac: string): void {
  const file = fileOutside('journals', casePath);
  if (file !== null) writeOutside(file, `${JSON.stringify({ case: casePath, mac })}\n`);
}

function newestKnown(casePath: string): string | null {
  const file = fileOutside('journals', casePath);
  try {
    const text = file === null ? '' : readFileSync(file, 'utf8');
    return z.object({ mac: z.string() }).parse(JSON.parse(text)).mac;
  } catch {
    return null;
  }
}

function parseLine(line: string): JournalLine | null {
  try {
    const result = lineSchema.safeParse(JSON.parse(line));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
