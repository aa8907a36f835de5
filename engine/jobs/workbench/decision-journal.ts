import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
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
    alerts: z.array(z.object({ key: z.string(), score: z.number(), sequences: z.array(z.number().int()) })),
  }),
  z.object({ ...common, kind: z.literal('note'), key: z.string(), text: z.string() }),
  z.object({ ...common, kind: z.literal('snooze'), keys: z.array(z.string()), untilMs: z.number() }),
  /** `action` is the one that was undone. */
  z.object({ ...common, kind: z.literal('undo') }),
]);
export type JournalEntry = z.infer<typeof entrySchema>;

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
 * Adds one decision to the journal and waits until it is on the disk. It is one write at the end of the file, so that a
 * line is there or not. Call it inside the transaction that stores the decision: where it fails, neither holds.
 * Errors: DISK_FULL, PERMISSION_DENIED.
 */
export function appendToJournal(casePath: string, entry: JournalEntry): void {
  const path = journalPath(casePath);
  try {
    const file = openSync(path, 'a', 0o600);
    try {
      writeSync(file, `${JSON.stringify(entry)}\n`);
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

/**
 * Takes over the decisions of a journal into a case that has none, such as one that was built again from the same
 * recordings. Lines that are damaged or of other recordings are passed over. Returns how many actions were taken over.
 */
export function restoreFromJournal(openedCase: WritableCase): number {
  const entries = readJournal(openedCase);
  if (entries.length === 0 || openedCase.decisions.auditPage({ limit: 1 }).rows.length > 0) return 0;
  // A later line with the same number replaces an earlier one, whose storing had failed after it was written.
  const actions = new Map<number, JournalEntry>();
  for (const entry of entries) {
    if (entry.kind === 'undo') actions.delete(entry.action);
    else actions.set(entry.action, entry);
  }
  openedCase.inTransaction(() => {
    for (const entry of actions.values()) restore(openedCase, entry);
  });
  return actions.size;
}

function restore({ decisions }: WritableCase, entry: JournalEntry): void {
  const { by, atMs } = entry;
  if (entry.kind === 'verdict')
    decisions.addVerdicts({
      by,
      atMs,
      kind: entry.verdict,
      reason: entry.reason,
      modelDigest: entry.modelDigest,
      alerts: entry.alerts.map((alert) => ({ ...alert, sequences: Uint32Array.from(alert.sequences) })),
    });
  if (entry.kind === 'note') decisions.addNote({ by, atMs, key: entry.key, text: entry.text });
  if (entry.kind === 'snooze') decisions.addSnooze({ by, atMs, keys: entry.keys, untilMs: entry.untilMs });
}

function readJournal(openedCase: ReadableCase): readonly JournalEntry[] {
  let text: string;
  try {
    text = readFileSync(journalPath(openedCase.path), 'utf8');
  } catch {
    return [];
  }
  const recordings = recordingsDigest(openedCase);
  return text.split('\n').flatMap((line) => {
    const entry = parseLine(line);
    return entry === null || entry.recordings !== recordings ? [] : [entry];
  });
}

function parseLine(line: string): JournalEntry | null {
  try {
    const result = entrySchema.safeParse(JSON.parse(line));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
