import { mkdirSync, readdirSync, readFileSync, renameSync, unlinkSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a second instance tells the first. */
export interface InstanceMessage {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly data: unknown;
}

/**
 * Takes the lock of a user-data folder; where another living process has it, leaves that one a message instead.
 * Synchronous, as Electron's is: a file made exclusively, and a watched folder for messages.
 */
export function holdInstanceLock(
  folder: string,
  data: object,
  onSecondInstance: (message: InstanceMessage) => void,
): boolean {
  const lock = join(folder, 'standin.lock');
  const inbox = join(folder, 'standin.inbox');
  mkdirSync(inbox, { recursive: true });
  if (!tookLock(lock)) {
    const message: InstanceMessage = { argv: process.argv, cwd: process.cwd(), data };
    const draft = join(inbox, `${process.pid}.draft`);
    writeFileSync(draft, JSON.stringify(message));
    renameSync(draft, join(inbox, `${process.pid}.json`));
    return false;
  }
  process.on('exit', () => unlinkSync(lock));
  watch(inbox, () => {
    for (const name of readdirSync(inbox))
      if (name.endsWith('.json')) onMessageFile(join(inbox, name), onSecondInstance);
  }).unref();
  return true;
}

function tookLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (isRunning(Number(readFileSync(lock, 'utf8')))) return false;
    unlinkSync(lock);
    return tookLock(lock);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** One change of the folder is reported several times; only the first finds the file. */
function onMessageFile(path: string, onSecondInstance: (message: InstanceMessage) => void): void {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
    unlinkSync(path);
  } catch {
    return;
  }
  onSecondInstance(JSON.parse(text) as InstanceMessage);
}
