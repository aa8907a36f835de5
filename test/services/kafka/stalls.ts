import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import { startAssayProcess } from './assay-process.ts';
import type { Broker } from './start-kafka.ts';
import { sendTo } from './topic-fixture.ts';

/** Longer than any pause that was ever taken for the end of a topic. */
const stopMs = 4_500;

/** A whole topic of four partitions: payments whose amounts drift, so that other rows would make another model. */
export async function sendStallTopic(broker: Broker, topic: string, count: number): Promise<void> {
  await broker.createTopic(topic, 4);
  for (let first = 0; first < count; first += 2_000)
    await sendTo(
      broker,
      topic,
      Array.from({ length: Math.min(2_000, count - first) }, (_, index) => {
        const id = first + index;
        const amount = (id % 40 === 7 ? 60_000 : 200 + id / 10) + ((id * 7919) % 300);
        const value = JSON.stringify({
          id,
          amount,
          transaction_type: id % 3,
          account_balance: 1000 + ((id * 17) % 97),
        });
        return { key: String(id % 53), value };
      }),
    );
}

/** What one run of the command came to, of which every run over the same topic must be alike. */
export interface StalledRun {
  readonly digest: string | undefined;
  readonly training: JobResult<'follow'>['training'];
}

/**
 * Follows a topic in a process of its own that stands still for some seconds, `afterMs` after its start.
 * @param stop null: it is left alone
 */
export async function followWithStop(
  broker: Broker,
  { topic, folder, name }: { readonly topic: string; readonly folder: string; readonly name: string },
  stop: { readonly afterMs: number } | null,
): Promise<StalledRun> {
  const assay = startAssayProcess([
    ...['run', '--follow', `kafka://${broker.address}/${topic}`, '--case', join(folder, `${name}.assay`)],
    ...['--trees', '50', '--until-idle', '1', '--json'],
  ]);
  if (stop !== null) {
    await sleep(stop.afterMs);
    assay.signal('SIGSTOP');
    await sleep(stopMs);
    assay.signal('SIGCONT');
  }
  const { code, output, error } = await assay.ended;
  if (code !== 0) throw new Error(`assay run ended with ${code}:\n${error}`);
  const result = JSON.parse(output) as JobResult<'follow'>;
  return { digest: result.model?.digest, training: result.training };
}
