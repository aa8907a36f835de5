import { build } from 'rolldown';
import { join } from 'node:path';

/** Name of the global that holds what page/worlds.ts exports, inside the function that wraps the script. */
export const PAGE_GLOBAL = 'StandinPage';

/** page/worlds.ts and what it imports as one script for Chromium. */
export async function bundlePageScript(): Promise<string> {
  const { output } = await build({
    input: join(import.meta.dirname, 'page', 'worlds.ts'),
    platform: 'browser',
    write: false,
    output: { format: 'iife', name: PAGE_GLOBAL },
  });
  return output[0].code;
}
