import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The program that opens a page in the person's browser, with its fixed arguments. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // `start` is a word of the shell; this is what it does, without a shell that would read the path.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** A browser writes its files as the person has it write them. */
const USUAL_MASK = 0o022;

/**
 * Opens an address of ours in the browser, if there is one. Every user of this machine can read the arguments of programs, so
 * the browser is given a page that only this user can read, and that leads on to the address. Never fails: the address was
 * printed too.
 * @param folder of this user, for the page
 * @returns takes the page away
 */
export function openBrowser(address: string, folder: string): () => void {
  const page = join(folder, `open-${process.pid}.html`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    rmSync(page, { force: true });
    const leadingOn = `<!doctype html><meta charset="utf-8"><title>Assay</title>`;
    writeFileSync(page, `${leadingOn}<meta http-equiv="refresh" content="0;url=${address}">\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  } catch {
    return () => undefined;
  }
  const [program, ...fixed] = openers[process.platform] ?? ['xdg-open'];
  const own = process.umask(USUAL_MASK);
  try {
    const child = spawn(program, [...fixed, page], { stdio: 'ignore', detached: true });
    child.on('error', () => undefined);
    child.unref();
  } finally {
    process.umask(own);
  }
  return () => rmSync(page, { force: true });
}
