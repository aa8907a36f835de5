import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export const projectFolder = join(import.meta.dirname, '..', '..');

/** Builds what the hosts serve, once per run of vitest (see global-setup.ts). */
export function buildWindow(): void {
  const node = (script: string, ...parameters: readonly string[]): void =>
    void execFileSync(process.execPath, [join(projectFolder, script), ...parameters], {
      cwd: projectFolder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  node('node_modules/vite/bin/vite.js', 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'error');
  node('scripts/build-electron.mjs');
}
