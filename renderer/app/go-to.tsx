import { useCallback } from 'react';
import { useStateStore, useWindowState } from '../data/app-state.tsx';
import { isPlaceId } from './place.ts';
import type { PlaceId } from './place.ts';

/** The place shown now. */
export function usePlace(): PlaceId {
  return useWindowState<PlaceId>('place', 'triage', isPlaceId)[0];
}

/**
 * Goes to a place, and hands it state on the way: `goTo('triage', { 'triage.filter': filter })`.
 * Places never import one another; the shared names are listed in data/README.md.
 */
export function useGoTo(): (place: PlaceId, state?: Readonly<Record<string, unknown>>) => void {
  const store = useStateStore();
  return useCallback(
    (place, state = {}) => {
      // A filter handed to Triage is to be seen: the page of an entity would stand before it.
      const leaves = 'triage.filter' in state ? { 'triage.entity': [] } : {};
      for (const [key, value] of Object.entries({ ...leaves, ...state })) store.set(key, value);
      store.set('place', place);
    },
    [store],
  );
}
