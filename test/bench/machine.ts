import { cpus, loadavg, platform, release, totalmem } from 'node:os';

/** Where figures were taken, in words. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model ?? 'unknown',
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
  };
}

/** Load average of the last minute, to two decimals. */
export function currentLoad(): number {
  return Math.round(loadavg()[0] * 100) / 100;
}

/** One sentence on the machine and what else it was doing. */
export function machineSentence(machine: Machine, loadBefore: number, loadAfter: number): string {
  return (
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGigabytes} GB, ${machine.system}, ` +
    `Node ${machine.node}; load average ${loadBefore} before and ${loadAfter} after.`
  );
}
