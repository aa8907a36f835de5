import { useSyncExternalStore } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { NetworkAttempt } from '../../engine/domain/network-attempt.ts';
import { useEvent, useRequest } from './requests.ts';

/** What the page's own content policy kept back; the host never hears of it. */
const refusals = new Map<string, NetworkAttempt>();
let refused: readonly NetworkAttempt[] = [];
const watchers = new Set<() => void>();

/** From the first script on: what a page's policy refuses is noted, before any place is drawn. */
export function watchRefusals(): void {
  document.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
    if (!/^(https?|wss?|ftp):/u.test(blockedURI)) return;
    const now = Date.now();
    const known = refusals.get(blockedURI);
    refusals.set(blockedURI, {
      purpose: 'A page of this window',
      kind: 'refused',
      address: blockedURI,
      leavesMachine: true,
      times: (known?.times ?? 0) + 1,
      reached: 0,
      failed: 0,
      firstMs: known?.firstMs ?? now,
      lastMs: now,
    });
    refused = [...refusals.values()];
    for (const watcher of watchers) watcher();
  });
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export interface NetworkLedger {
  readonly sinceMs: number;
  /** The newest first. */
  readonly attempts: readonly NetworkAttempt[];
}

/** The ledger of engine and host, with what this page was refused; null before it was read. */
export function useNetworkLedger(): NetworkLedger | null {
  const queries = useQueryClient();
  const ledger = useRequest('network.read', {}, { keepsPrevious: true }).data;
  const own = useSyncExternalStore(watch, () => refused);
  useEvent('network.attempted', () => void queries.invalidateQueries({ queryKey: ['network.read'] }));
  if (ledger === undefined) return null;
  return {
    sinceMs: ledger.sinceMs,
    attempts: [...ledger.attempts, ...own].toSorted((first, second) => second.lastMs - first.lastMs),
  };
}
