import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSmallRecording } from '../../command-line/small-recording.ts';
import { assay } from '../case-fixture.ts';

/** Cases whose models take their records in different forms, by what is particular of each. */
export async function casesToAsk(home: string): Promise<ReadonlyMap<string, string>> {
  const small = join(home, 'small.csv');
  writeSmallRecording(small, { rows: 500 });
  const counted = join(home, 'counted.ndjson');
  const lines = Array.from({ length: 500 }, (_, id) =>
    JSON.stringify({
      id,
      at: 1_772_441_800 + 60 * id,
      amount: (id * 7919) % 300,
      foreign: id % 7 === 0,
      shop: `s${id % 9}`,
    }),
  );
  writeFileSync(counted, `${lines.join('\n')}\n`);
  const caseOf = async (name: string, ...parameters: readonly string[]): Promise<readonly [string, string]> => {
    const path = join(home, `${name.replaceAll(' ', '-')}.assay`);
    await assay(['run', ...parameters, '--case', path, '--trees', '10'], home);
    return [name, path];
  };
  return new Map([
    await caseOf('features over time', small),
    await caseOf('features of a row', small, '--no-windows'),
    await caseOf('times as numbers', counted, '--time', 'at', '--no-windows'),
  ]);
}
