/* Judges one alert of a case after the other, takes each third verdict back, and prints what was acknowledged, until it is killed. */
import { writeSync } from 'node:fs';
import { createEngine } from '../../../engine/host/engine.ts';
import { giveKeys } from '../../../engine/host/locked-cases.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../../preload/contract/requests.ts';

const engine = createEngine({ host: 'command-line' });

async function ask<R extends RequestName>(name: R, input: RequestInput<R>): Promise<RequestOutput<R>> {
  const answer = await engine.request(name, input);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
  return answer.data;
}

// A locked case opens with the passphrase that the environment holds, as for a command.
await giveKeys(process.argv[2], process.env['ASSAY_PASSPHRASE'] ?? '');
await ask('case.open', { path: process.argv[2] });
const { rows } = await ask('alerts.page', { modelId: 1, limit: 100 });
for (let turn = 0; ; turn++) {
  const { key } = rows[turn % rows.length];
  await ask('verdicts.set', { modelId: 1, keys: [key], kind: turn % 2 === 0 ? 'fraud' : 'legitimate' });
  writeSync(1, `judged ${key}\n`);
  if (turn % 3 !== 2) continue;
  await ask('actions.undo', {});
  writeSync(1, `undone ${key}\n`);
}
