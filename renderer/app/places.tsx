import { lazy } from 'react';
import type { ComponentType, LazyExoticComponent } from 'react';
import { exploreCommands } from '../features/explore/commands.ts';
import { exportsCommands } from '../features/exports/commands.ts';
import { modelsCommands } from '../features/models/commands.ts';
import { sourcesCommands } from '../features/sources/commands.ts';
import { triageCommands } from '../features/triage/commands.ts';
import { tuningCommands } from '../features/tuning/commands.ts';
import { appCommands } from './app-commands.ts';
import type { CommandDefinition } from './command.ts';
import type { PlaceId } from './place.ts';

const loadPlace: Readonly<Record<PlaceId, () => Promise<{ readonly default: ComponentType }>>> = {
  sources: async () => ({ default: (await import('../features/sources/sources-place.tsx')).SourcesPlace }),
  tuning: async () => ({ default: (await import('../features/tuning/tuning-place.tsx')).TuningPlace }),
  triage: async () => ({ default: (await import('../features/triage/triage-place.tsx')).TriagePlace }),
  explore: async () => ({ default: (await import('../features/explore/explore-place.tsx')).ExplorePlace }),
  models: async () => ({ default: (await import('../features/models/models-place.tsx')).ModelsPlace }),
  exports: async () => ({ default: (await import('../features/exports/exports-place.tsx')).ExportsPlace }),
};

/** The six places; each is loaded when it is first shown, or by `loadPlaces` before. */
export const placeViews: Readonly<Record<PlaceId, LazyExoticComponent<ComponentType>>> = {
  sources: lazy(loadPlace.sources),
  tuning: lazy(loadPlace.tuning),
  triage: lazy(loadPlace.triage),
  explore: lazy(loadPlace.explore),
  models: lazy(loadPlace.models),
  exports: lazy(loadPlace.exports),
};

/** Loads the code of every place, one after the other, so that going to one is not waited for. */
export async function loadPlaces(): Promise<void> {
  for (const load of Object.values(loadPlace)) await load();
}

export const allCommands: readonly CommandDefinition[] = [
  ...appCommands,
  ...sourcesCommands,
  ...tuningCommands,
  ...triageCommands,
  ...exploreCommands,
  ...modelsCommands,
  ...exportsCommands,
];
