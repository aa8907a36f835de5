import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { AssayError } from '../../domain/error.ts';
import type { Asker } from '../../domain/progress.ts';
import { defaultSettings, settingsSchema, type Settings } from '../../domain/settings.ts';

const recentLimit = 20;

const fileSchema = z.object({
  version: z.literal(1),
  settings: settingsSchema,
  recent: z.array(z.object({ path: z.string(), openedAtMs: z.number() })),
});
type SettingsFile = z.infer<typeof fileSchema>;

const defaults: SettingsFile = { version: 1, settings: defaultSettings, recent: [] };

/**
 * What a person has set for themselves, from `settings.json` in the data folder. A file that cannot be understood is
 * renamed aside (`settings.json.broken-TIME`) and the defaults are used; settings that a newer version added are kept out.
 */
export function readSettingsFile(dataFolder: string): SettingsFile {
  const path = join(dataFolder, 'settings.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return defaults;
    throw notUsable(path, error);
  }
  const parsed = parse(text);
  if (parsed !== null) return parsed;
  renameSync(path, `${path}.broken-${Date.now()}`);
  return defaults;
}

function parse(text: string): SettingsFile | null {
  try {
    const content: unknown = JSON.parse(text);
    // Settings that this version added are filled in from the defaults.
    const known = z
      .object({ settings: z.record(z.string(), z.unknown()) })
      .loose()
      .safeParse(content);
    if (!known.success) return null;
    const filled = { ...known.data, settings: { ...defaultSettings, ...known.data.settings } };
    const result = fileSchema.safeParse(filled);
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

/** Replaces the settings named; each is replaced as a whole. */
export function writeSettings(dataFolder: string, changes: Partial<Settings>): Settings {
  const file = readSettingsFile(dataFolder);
  const settings = { ...file.settings, ...changes };
  write(dataFolder, { ...file, settings });
  return settings;
}

/** Puts a case at the head of those opened recently. */
export function rememberRecentCase(dataFolder: string, path: string): void {
  const file = readSettingsFile(dataFolder);
  const others = file.recent.filter((recent) => recent.path !== path);
  write(dataFolder, { ...file, recent: [{ path, openedAtMs: Date.now() }, ...others].slice(0, recentLimit) });
}

/** The cases opened recently, newest first. */
export function recentCases(
  dataFolder: string,
): readonly { readonly path: string; readonly name: string; readonly openedAtMs: number; readonly exists: boolean }[] {
  return readSettingsFile(dataFolder).recent.map((recent) => ({
    path: recent.path,
    name: basename(recent.path).replace(/\.assay$/, ''),
    openedAtMs: recent.openedAtMs,
    exists: existsSync(recent.path),
  }));
}

/** Written under another name, flushed and renamed: the file is never half there. */
function write(dataFolder: string, file: SettingsFile): void {
  const path = join(dataFolder, 'settings.json');
  const temporary = `${path}.writing-${process.pid}`;
  try {
    mkdirSync(dataFolder, { recursive: true });
    const opened = openSync(temporary, 'w', 0o600);
    try {
      writeSync(opened, `${JSON.stringify(file, null, 2)}\n`);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw notUsable(path, error);
  }
}

function notUsable(path: string, cause: unknown): AssayError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  return new AssayError(
    code === 'ENOSPC' ? 'DISK_FULL' : 'PERMISSION_DENIED',
    'failure',
    `The settings in ${path} cannot be read or written (${code}).`,
    { nextStep: 'Check the folder, or name another one in ASSAY_HOME. Cases are not affected.', cause },
  );
}

/** Who acts: the name in the settings, else that of the system's user; and the budget of their team. */
export function askerOf(dataFolder: string): Asker {
  const { analyst, analysts, alertsPerAnalystPerDay } = readSettingsFile(dataFolder).settings;
  return {
    by: analyst.trim() === '' ? systemUser() : analyst.trim(),
    alertsPerDay: analysts * alertsPerAnalystPerDay,
  };
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as in some containers.
    return 'unknown';
  }
}
