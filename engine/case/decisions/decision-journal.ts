import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { AssayError } from '../../domain/error.ts';
import { dismissalReasons, verdictKinds } from '../../domain/verdict.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
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

/** Tells the recordings of a case, whatever file it is in. */
export function recordingsDigest(openedCase: ReadableCase): string {
  const fingerprints = openedCase.sources().map((source) => source.fingerprint);
  return createHash('sha256').update(fingerprints.join('\n')).digest('hex');
}

/**
 * Adds one decision to the journal and waits until it is on the disk. A line that was torn before (a full disk, a lost
 * process) costs only itself. Call it inside the transaction that stores the decision: where it fails, neither holds.
 * Errors: DISK_FULL, PERMISSION_DENIED.
 */
export function appendToJournal(casePath: string, line: JournalLine): void {
  const path = journalPath(casePath);
  try {
    const file = openSync(path, 'a+', 0o600);
    try {
      writeFileSync(file, `${endsInsideLine(file) ? '\n' : ''}${JSON.stringify(line)}\n`);
      fsyncSync(file);
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
 * recordings. Lines that are damaged or of other recordings are passed over. Returns how many actions were taken over.
 * @param casePath without symbolic links, as decisions are journaled beside it
 */
export function restoreFromJournal(openedCase: WritableCase, casePath: string): number {
  const lines = readJournal(openedCase, casePath);
  if (lines.length === 0 || openedCase.decisions.hasActions()) return 0;
  const standing = standingActions(lines);
  openedCase.inTransaction(() => {
    const numbers = Array.from(standing, ([from, entry]) => ({ from, to: restore(openedCase, entry) }));
    // Actions are numbered anew in the case; what is decided or undone from here on speaks of the new numbers.
    appendToJournal(casePath, {
      format: 1,
      recordings: recordingsDigest(openedCase),
      kind: 'restored',
      numbers,
    });
  });
  return standing.size;
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

function readJournal(openedCase: ReadableCase, casePath: string): readonly JournalLine[] {
  let text: string;
  try {
    text = readFileSync(journalPath(casePath), 'utf8');
  } catch {
    return [];
  }
  const recordings = recordingsDigest(openedCase);
  return text.split('\n').flatMap((line) => {
    const parsed = parseLine(line);
    return parsed === null || parsed.recordings !== recordings ? [] : [parsed];
  });
}

function parseLine(line: string): JournalLine | null {
  try {
    const result = lineSchema.safeParse(JSON.parse(line));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
