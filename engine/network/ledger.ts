import { isThisMachine, type NetworkAttempt } from '../domain/network-attempt.ts';

/** Beyond so many addresses the oldest is forgotten: a page could ask for a new one every moment. */
const mostAddresses = 500;

const attempts = new Map<string, NetworkAttempt>();
const listeners = new Set<(attempt: NetworkAttempt) => void>();
const startedMs = Date.now();

/** When this process began to write its ledger, epoch milliseconds. */
export function ledgerBeganMs(): number {
  return startedMs;
}

/** Every address that this thread, and those that tell it, opened, served or refused; the newest first. */
export function networkAttempts(): readonly NetworkAttempt[] {
  return [...attempts.values()].toSorted((first, second) => second.lastMs - first.lastMs);
}

/** `host:port`, an IPv6 address in brackets. */
export function addressOf(host: string, port: number | string): string {
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}

/** `host:port` of a URL, with the port of its protocol where it names none. */
export function addressOfUrl({ hostname, port, protocol }: URL): string {
  return addressOf(hostname, port === '' ? (protocol === 'https:' ? 443 : 80) : port);
}

/** Says how an attempt ended; only the first word counts. */
export type NoteOutcome = (outcome: 'reached' | 'failed') => void;

/**
 * Writes an attempt into the ledger, before it is made: one that fails was tried all the same.
 * @returns what writes down how it ended, where that is heard of
 */
export function noteAttempt(purpose: string, kind: NetworkAttempt['kind'], address: string): NoteOutcome {
  const now = Date.now();
  const host = URL.parse(address.includes('://') ? address : `tcp://${address}`)?.hostname ?? address;
  const leavesMachine = !isThisMachine(host);
  const attempt = { purpose, kind, address, leavesMachine, times: 1, reached: 0, failed: 0, firstMs: now, lastMs: now };
  takeOverAttempt(attempt);
  let hasEnded = false;
  return (outcome) => {
    if (hasEnded) return;
    hasEnded = true;
    takeOverAttempt({ ...attempt, times: 0, [outcome]: 1 });
  };
}

/** Writes down what another thread or process noted: an attempt, or with no times how one ended. */
export function takeOverAttempt(attempt: NetworkAttempt): void {
  const key = `${attempt.kind} ${attempt.purpose} ${attempt.address}`;
  const known = attempts.get(key);
  attempts.delete(key);
  attempts.set(
    key,
    known === undefined
      ? attempt
      : {
          ...known,
          times: known.times + attempt.times,
          reached: known.reached + attempt.reached,
          failed: known.failed + attempt.failed,
          lastMs: Math.max(known.lastMs, attempt.lastMs),
        },
  );
  const oldest = attempts.keys().next().value;
  if (attempts.size > mostAddresses && oldest !== undefined) attempts.delete(oldest);
  for (const listener of listeners) listener(attempt);
}

/** Hears every attempt from now on, each by itself. Returns a function that ends it. */
export function onAttempt(listener: (attempt: NetworkAttempt) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** True where the ledger knows an address by any purpose. */
export function knowsAddress(address: string): boolean {
  return [...attempts.values()].some((attempt) => attempt.address === address);
}
