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

/** The six places; each is loaded when it is first shown. */
export const placeViews: Readonly<Record<PlaceId, LazyExoticComponent<ComponentType>>> = {
  sources: lazy(async () => ({ default: (await import('../features/sources/sources-place.tsx')).SourcesPlace })),
  tuning: lazy(async () => ({ default: (await import('../features/tuning/tuning-place.tsx')).TuningPlace })),
  triage: lazy(async () => ({ default: (await import('../features/triage/triage-place.tsx')).TriagePlace })),
  explore: lazy(async () => ({ default: (await import('../features/explore/explore-place.tsx')).ExplorePlace })),
  models: lazy(async () => ({ default: (await import('../features/models/models-place.tsx')).ModelsPlace })),
  exports: lazy(async () => ({ default: (await import('../features/exports/exports-place.tsx')).ExportsPlace })),
};

export const allCommands: readonly CommandDefinition[] = [
  ...appCommands,
  ...sourcesCommands,
  ...tuningCommands,
  ...triageCommands,
  ...exploreCommands,
  ...modelsCommands,
  ...exportsCommands,
];
