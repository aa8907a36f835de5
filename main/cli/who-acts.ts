import { throwIfCancelled } from '../../engine/domain/progress.ts';
import type { CommandSurroundings } from './surroundings.ts';

export interface WhoActsFlags {
  readonly by?: string;
  readonly json?: boolean;
}

const longestName = 200;

/**
 * Who makes a change, where that was said. A person at a terminal whose settings hold no name is asked once, and the answer is
 * kept there; scripts are never asked, and the engine takes the system's user.
 */
export async function whoActs(
  { engine, ask, context }: Pick<CommandSurroundings, 'engine' | 'ask' | 'context'>,
  { by, json }: WhoActsFlags,
): Promise<{ readonly by?: string }> {
  if (by !== undefined) return { by };
  if (ask === null || json === true) return {};
  const app = await engine.request('app.read', {});
  if (!app.ok || app.data.settings.analyst.trim() !== '') return {};
  const name = (await ask('Your name for the history of cases:')).trim().slice(0, longestName);
  throwIfCancelled(context.signal);
  if (name === '') return {};
  await engine.request('settings.write', { analyst: name });
  return { by: name };
}
