import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine } from '../host/engine.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../preload/contract/requests.ts';

/** Rows of the recording: six weeks of 20 cards, each of which now and then spends wildly; two rows name no card. */
export const smallRows = 4000;

/** A CSV of payments that is the same on every machine. */
export function smallRecording(): string {
  let seed = 12345;
  const next = (below: number): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  const lines = ['payment_id,paid_at,card_id,terminal_id,amount,currency,is_fraud'];
  const start = Date.UTC(2024, 0, 1);
  for (let row = 0; row < smallRows; row++) {
    const card = next(20);
    const hasCard = row % 1500 !== 1499;
    const isWild = !hasCard || (row > 1000 && next(40) === 0);
    const amount = isWild ? 900 + next(60_000) / 100 : 5 + ((card * 7) % 30) + next(2000) / 100;
    const time = new Date(start + row * 900_000 + next(600_000)).toISOString();
    const cardText = hasCard ? `C${1000 + card}` : '';
    const isFraud = isWild && next(3) > 0 ? 1 : 0;
    lines.push(`${4_000_000_000_000_000 + row},${time},${cardText},T${next(9)},${amount.toFixed(2)},EUR,${isFraud}`);
  }
  return `${lines.join('\n')}\n`;
}

/** An engine with its own data folder, and a case made from the small recording, not yet open. */
export interface Bench {
  readonly engine: Engine;
  readonly folder: string;
  readonly casePath: string;
  readonly recording: string;
  /** The data of a request that must succeed. */
  ask<R extends RequestName>(name: R, input: RequestInput<R>): Promise<RequestOutput<R>>;
  /** The result of a job that must succeed. */
  done<J extends JobName>(name: J, input: JobInput<J>): Promise<JobResult<J>>;
}

/** Makes the bench; `whenDone` is given what cleans up. */
export async function createBench(whenDone: (cleanUp: () => Promise<void>) => void): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-workbench-'));
  const recording = join(folder, 'payments.csv');
  writeFileSync(recording, smallRecording());
  const casePath = join(folder, 'payments.assay');
  const engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
  whenDone(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const done: Bench['done'] = async (name, input) => {
    const ran = await engine.runJob(name, input, { signal: new AbortController().signal, report: () => undefined });
    if (!ran.ok) throw new Error(`${ran.error.code}: ${ran.error.message}`);
    return ran.data;
  };
  await done('run', {
    recordings: [recording],
    casePath,
    overrides: { label: 'is_fraud' },
    forest: { trees: 60 },
    threshold: { kind: 'contamination', value: 0.03 },
  });
  return {
    engine,
    folder,
    casePath,
    recording,
    done,
    async ask(name, input) {
      const answer = await engine.request(name, input);
      if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
      return answer.data;
    },
  };
}
