import type { IconName } from '../ui/icon.tsx';

/** The six places of the window, in the order of the rail. */
export const placeIds = ['sources', 'tuning', 'triage', 'explore', 'models', 'exports'] as const;
export type PlaceId = (typeof placeIds)[number];

export function isPlaceId(value: unknown): value is PlaceId {
  return placeIds.some((id) => id === value);
}

export const placeTitles: Readonly<Record<PlaceId, string>> = {
  sources: 'Sources',
  tuning: 'Tuning',
  triage: 'Triage',
  explore: 'Explore',
  models: 'Models',
  exports: 'Exports',
};

export const placeIcons: Readonly<Record<PlaceId, IconName>> = {
  sources: 'sources',
  tuning: 'tuning',
  triage: 'triage',
  explore: 'explore',
  models: 'models',
  exports: 'exports',
};
