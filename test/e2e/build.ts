import { join } from 'node:path';
import { buildElectronIfStale, buildRendererIfStale } from '../../scripts/build-if-stale.mjs';

export const projectFolder = join(import.meta.dirname, '..', '..');

/** What both hosts serve, from the sources as they are now. */
export async function buildWindow(): Promise<void> {
  if ((await buildRendererIfStale()) !== 0) throw new Error('The renderer could not be built.');
  if ((await buildElectronIfStale()) !== 0) throw new Error('The Electron bundles could not be built.');
}
