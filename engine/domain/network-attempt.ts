/** One address that was opened, served or refused, however often. */
export interface NetworkAttempt {
  /** What it was for, such as `Kafka` or `This window, for a browser`. */
  readonly purpose: string;
  /** `host:port`; of what was refused, the address that was asked for. */
  readonly address: string;
  /** `opened`: from here to there. `served`: others may come here. `refused`: asked for by a page, and never begun. */
  readonly kind: 'opened' | 'served' | 'refused';
  /** False where this machine talks to itself; a server for all that a machine has leaves it. */
  readonly leavesMachine: boolean;
  readonly times: number;
  /** How many of them got an answer: a connection was made, or a server listens. What a library opens by itself is not heard of. */
  readonly reached: number;
  /** How many of them ended without one. */
  readonly failed: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

const ownNames = /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})$/u;

/** True where a host name or address is this machine's own. */
export function isThisMachine(host: string): boolean {
  return ownNames.test(host.replace(/^\[(.*)\]$/u, '$1').toLowerCase());
}
