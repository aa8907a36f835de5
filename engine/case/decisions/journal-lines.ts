import { readFileSync, writeFileSync } from 'node:fs';
import { lockKeyOf, openSealed, sealUnder, type LockKey } from '../../store/case-lock.ts';

/* Lines of a journal of decisions as they stand in the file: those of a locked case are encrypted one by one. */

const SEALED = '~';
const USE = 'journal';

/** A line that lies in the file, and what it says; what nobody can open here says itself. */
export interface JournalFileLine {
  readonly stored: string;
  readonly text: string;
}

/** A line as it is to stand in the journal of a case. */
export function lineForFile(casePath: string, text: string): string {
  return sealedLine(lockKeyOf(casePath), text);
}

/** The lines of a piece of the journal of a case. */
export function linesOfFile(casePath: string, content: string): readonly JournalFileLine[] {
  const key = lockKeyOf(casePath);
  return content
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((stored) => ({ stored, text: openedLine(key, stored) }));
}

/** Writes a journal of a case anew under another lock, or none; a line that nobody can open stays as it is. */
export function rewriteJournal(casePath: string, path: string, target: string, key: LockKey | null): void {
  const lines = linesOfFile(casePath, readFileSync(path, 'utf8')).map(({ stored, text }) =>
    text.startsWith(SEALED) ? stored : sealedLine(key, text),
  );
  writeFileSync(target, lines.map((line) => `${line}\n`).join(''), { mode: 0o600, flush: true });
}

function sealedLine(key: LockKey | null, text: string): string {
  if (key === null) return text;
  return SEALED + Buffer.from(sealUnder(key, USE, Buffer.from(text))).toString('base64');
}

function openedLine(key: LockKey | null, stored: string): string {
  if (key === null || !stored.startsWith(SEALED)) return stored;
  const opened = openSealed(key, USE, Buffer.from(stored.slice(SEALED.length), 'base64'));
  return opened === null ? stored : Buffer.from(opened).toString('utf8');
}
