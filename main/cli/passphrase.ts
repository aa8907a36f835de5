import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { defaultCasePath } from '../../engine/host/default-case.ts';
import { giveKeys, lockedAmong, lockedCase } from '../../engine/host/locked-cases.ts';
import { AssayError, usageError } from '../../engine/domain/error.ts';
import type { CommandSurroundings } from './surroundings.ts';

const PASSPHRASE = 'ASSAY_PASSPHRASE';
const NEW_PASSPHRASE = 'ASSAY_NEW_PASSPHRASE';
const TRIES = 3;
/** These make a case where none is named. */
const readers: ReadonlySet<string> = new Set(['run', 'ingest']);
/** Its engine is another process, which is given the key by itself. */
const elsewhere: ReadonlySet<string> = new Set(['serve']);

/**
 * Gives the engine the keys of all locked cases that a command names, by flag or argument, before it runs. The passphrase comes
 * from the environment, or from the person at the terminal; never from an argument, which every program of the machine can see.
 * Errors: CASE_LOCKED where there is neither; WRONG_PASSPHRASE; FILE_NOT_FOUND for a file of a passphrase.
 */
export async function giveNamedKeys(command: Command, surroundings: Pick<CommandSurroundings, 'ask'>): Promise<void> {
  if (elsewhere.has(command.name()) && command.opts()['score'] !== true) return;
  for (const path of lockedAmong(namedBy(command)))
    await enter(path, surroundings, (passphrase) => giveKeys(path, passphrase));
}

/** Has a passphrase of a locked case tried: that of the environment, or what the person types, three times at most. */
export async function enter(
  path: string,
  { ask }: Pick<CommandSurroundings, 'ask'>,
  use: (passphrase: string) => Promise<void>,
): Promise<void> {
  const given = fromEnvironment(PASSPHRASE);
  if (given !== null) return use(given);
  if (ask === null) throw lockedCase(path);
  for (let tried = 1; ; tried++) {
    try {
      return await use(await ask(`Passphrase of ${path}:`, true));
    } catch (error) {
      if (tried === TRIES || !(error instanceof AssayError) || error.code !== 'WRONG_PASSPHRASE') throw error;
    }
  }
}

/**
 * A passphrase to lock a case with: from the environment, or typed twice. Where another one opens the case that is read, it stands in
 * ASSAY_NEW_PASSPHRASE.
 */
export async function newPassphrase({ ask }: Pick<CommandSurroundings, 'ask'>, isAnother: boolean): Promise<string> {
  const name = isAnother ? NEW_PASSPHRASE : PASSPHRASE;
  const given = fromEnvironment(name);
  if (given !== null) return given;
  if (ask === null)
    throw usageError(
      'WRONG_USE',
      'There is no passphrase to lock the case with.',
      `Set ${name}, or ${name}_FILE to a file that holds it, or run the command at a terminal, which asks.`,
    );
  const typed = await ask('New passphrase; nobody can bring back one that is forgotten:', true);
  if ((await ask('The same once more:', true)) === typed) return typed;
  throw usageError('WRONG_USE', 'The two passphrases are not the same.', 'Repeat the command. Nothing was changed.');
}

/** What a variable holds, or the first line of the file that it names. A file may be a descriptor, such as /dev/fd/3. */
function fromEnvironment(name: string): string | null {
  const held = process.env[name];
  if (held !== undefined && held !== '') return held;
  const path = process.env[`${name}_FILE`];
  if (path === undefined || path === '') return null;
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/u)[0] ?? '';
  } catch (cause) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `The file of ${name}_FILE, ${path}, cannot be read.`, {
      nextStep: 'Name a file whose first line is the passphrase.',
      cause,
    });
  }
}

function namedBy(command: Command): readonly string[] {
  const opts: Readonly<Record<string, unknown>> = command.opts();
  const named = [...Object.values(opts), ...command.processedArgs].flat();
  const paths = named.filter((value): value is string => typeof value === 'string' && value !== '');
  const isUnnamed = readers.has(command.name()) && opts['case'] === undefined;
  return isUnnamed ? [...paths, defaultCasePath(command.args)] : paths;
}
