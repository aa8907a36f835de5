import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { isTopicAddress } from '../domain/topic-address.ts';

/** The folder for cases that were given no path of their own: `ASSAY_HOME`, or the system's data folder. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['ASSAY_HOME'] !== undefined) return resolve(environment['ASSAY_HOME']);
  if (process.platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Assay');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Assay');
  return join(environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'assay');
}

/** One case per list of recordings or topics: the first one's name, and a short digest of all their paths. */
export function defaultCasePath(recordings: readonly string[], folder: string = dataFolder()): string {
  const paths = recordings.map((recording) => (isTopicAddress(recording) ? recording : resolve(recording)));
  const digest = createHash('sha256').update(paths.join('\n')).digest('hex').slice(0, 8);
  const name = basename(paths[0] ?? 'case').split('.')[0] ?? 'case';
  return join(folder, 'cases', `${name}-${digest}.assay`);
}
