import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { isTopicAddress } from '../../engine/domain/topic-address.ts';
import type { Answer } from '../../preload/contract/envelope.ts';
import { jobs } from '../../preload/contract/jobs.ts';
import { pathsIn } from '../../engine/domain/path-fields.ts';
import { requests } from '../../preload/contract/requests.ts';
import type { RequestOutput } from '../../preload/contract/requests.ts';
import type { EngineSupervisor } from '../engine-supervisor.ts';
import type { Call } from '../../preload/contract/wire/frames.ts';

/** The newest choices are enough for what a window remembers. */
const MOST_REMEMBERED = 200;
const rememberedSchema = z.array(z.string());

/** What a page may not write over, or read, in the data folder, though cases and recordings lie beside it. */
const ownInDataFolder = /^(?:keys|heads|journals|backups)$|^\.|\.(?:json|html|pem|key|pub|part)$/iu;

/**
 * Which files of this machine a page may have used: what a person chose in a dialog of the system, here or before, what they named
 * on the command line, and what Assay itself keeps or has shown as its own. A page that was taken over reaches nothing else.
 */
export class GrantedPaths {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #dataFolder: string;
  readonly #memory: string | null;

  /**
   * @param dataFolder cases and recordings directly in it may be used; nothing that Assay keeps there for itself
   * @param memory file for what was chosen, beyond this start; null where only this start counts
   */
  constructor(dataFolder: string, memory: string | null) {
    this.#dataFolder = realPath(dataFolder);
    this.#memory = memory;
    for (const path of remembered(memory)) this.#files.add(realPath(path));
  }

  /** What a person chose, a file that is there or is to be, or a folder with all that is in it. */
  choose(paths: readonly string[]): void {
    for (const path of paths) this.#files.add(realPath(path));
    if (this.#memory === null || paths.length === 0) return;
    const all = [...new Set([...paths.map(realPath), ...remembered(this.#memory)])].slice(0, MOST_REMEMBERED);
    try {
      mkdirSync(dirname(this.#memory), { recursive: true, mode: 0o700 });
      const unfinished = `${this.#memory}.${process.pid}.part`;
      writeFileSync(unfinished, JSON.stringify(all), { mode: 0o600 });
      renameSync(unfinished, this.#memory);
    } catch {
      // What cannot be kept is asked for again after the next start.
    }
  }

  /** A folder named on the command line: all that is in it, but what is hidden. */
  addFolder(folder: string): void {
    this.#folders.add(realPath(folder));
  }

  /** The folders named on the command line, in their order. */
  get folders(): readonly string[] {
    return [...this.#folders];
  }

  allows(path: string): boolean {
    const real = realPath(path);
    if (this.#files.has(real)) return true;
    if ([...this.#files].some((chosen) => isIn(chosen, real) || isBesideCase(chosen, real))) return true;
    if ([...this.#folders].some((folder) => real === folder || (isIn(folder, real) && !isHidden(folder, real))))
      return true;
    if (!isIn(this.#dataFolder, real)) return false;
    const [first = ''] = real.slice(this.#dataFolder.length + 1).split(sep);
    return !ownInDataFolder.test(first) && !ownInDataFolder.test(basename(real));
  }

  /** The answer to a call that names a path that nobody gave; null where all were given. */
  refusalOf(call: Call): Answer<never> | null {
    const foreign = pathsOfCall(call).find((path) => !isNoFile(path) && !this.allows(path));
    return foreign === undefined ? null : refusal(foreign, this.folders);
  }

  /** The call as it may go to the engine: folders are listed where they were given, beginning with the first. */
  confined(call: Call): Call {
    if (call.door !== 'request' || call.name !== 'folder.list') return call;
    const input = requests['folder.list'].input.safeParse(call.input);
    if (!input.success) return call;
    const { folder, isRemembered } = input.data;
    const isGiven = folder !== undefined && (!isRemembered || this.allows(folder));
    return isGiven ? call : { ...call, input: { folder: this.folders[0] ?? this.#dataFolder } };
  }

  /** What Assay itself tells a page of its own may be asked for again. */
  learn(call: Call, answer: Answer<unknown>): void {
    if (!answer.ok) for (const near of answer.error.missing?.near ?? []) this.#files.add(realPath(near));
    if (call.door !== 'request' || !answer.ok) return;
    // The engine built the answer to the request that was named.
    if (call.name === 'recent.list')
      for (const { path } of answer.data as RequestOutput<'recent.list'>) this.#files.add(realPath(path));
    if (call.name !== 'app.read') return;
    const { openCase, firstCasePath, bundledRecording } = answer.data as RequestOutput<'app.read'>;
    for (const path of [openCase?.path, firstCasePath, bundledRecording])
      if (path != null) this.#files.add(realPath(path));
  }
}

/**
 * An engine as a page may use it: calls that name paths nobody gave are answered FORBIDDEN and never reach it.
 */
export function guardPaths(engine: EngineSupervisor, paths: GrantedPaths): EngineSupervisor {
  return {
    ...engine,
    async call(asked) {
      const call = paths.confined(asked);
      const refused = paths.refusalOf(call);
      if (refused !== null) return refused;
      const answer = await engine.call(call);
      paths.learn(call, answer);
      return withoutClosedParent(call, answer, paths);
    },
  };
}

/** A listing does not lead where nobody may look. */
function withoutClosedParent(call: Call, answer: Answer<unknown>, paths: GrantedPaths): Answer<unknown> {
  if (call.door !== 'request' || call.name !== 'folder.list' || !answer.ok) return answer;
  // The engine built the answer to the request that was named.
  const listing = answer.data as RequestOutput<'folder.list'>;
  if (listing.parent === null || paths.allows(listing.parent)) return answer;
  return { ok: true, data: { ...listing, parent: null } satisfies RequestOutput<'folder.list'> };
}

/** Every path that a call names, whatever it is for; none of a call that the engine will refuse anyway. */
function pathsOfCall(call: Call): readonly string[] {
  if (call.door === 'cancelJob') return [];
  if (call.door === 'request' && call.name === 'folder.list') {
    const input = requests['folder.list'].input.safeParse(call.input);
    return input.success && input.data.folder !== undefined ? [input.data.folder] : [];
  }
  const known: Readonly<Record<string, { readonly input: z.ZodType }>> = call.door === 'request' ? requests : jobs;
  const schema = Object.hasOwn(known, call.name) ? known[call.name].input : undefined;
  return schema === undefined ? [] : pathsIn(schema, call.input);
}

/** A topic, or a model of a tracking server, by its name there. */
function isNoFile(path: string): boolean {
  return path === '' || isTopicAddress(path) || /^models:\//u.test(path);
}

function refusal(path: string, folders: readonly string[]): Answer<never> {
  return {
    ok: false,
    error: {
      code: 'FORBIDDEN',
      kind: 'usage',
      message: `Nobody gave this window ${path}.`,
      missing: { path, near: folders },
      nextStep:
        folders.length === 0
          ? 'Choose it in a dialog.'
          : `It may use ${folders.join(', ')}. Start with --folder FOLDER to give it another.`,
    },
  };
}

function isIn(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Of a case that was given, what carries its name beside it: seal, backups, journal. */
function isBesideCase(chosen: string, path: string): boolean {
  return (
    chosen.endsWith('.assay') &&
    path.startsWith(`${chosen.slice(0, -'assay'.length)}`) &&
    !path.slice(chosen.length - 'assay'.length).includes(sep)
  );
}

function isHidden(folder: string, path: string): boolean {
  return path
    .slice(folder.length)
    .split(sep)
    .some((part) => part.startsWith('.'));
}

/** A path without symbolic links, as far as it is there. */
function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(realPath(parent), basename(absolute));
  }
}

function remembered(memory: string | null): readonly string[] {
  if (memory === null) return [];
  try {
    const result = rememberedSchema.safeParse(JSON.parse(readFileSync(memory, 'utf8')));
    return result.success ? result.data : [];
  } catch {
    return [];
  }
}
