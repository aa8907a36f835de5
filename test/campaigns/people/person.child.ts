/*
 * One simulated person in a process of its own: an engine as a window has one, and the job behind `assay judge`. It judges,
 * writes notes, replaces and takes back at random, and tells its parent of each act as soon as it is acknowledged.
 */
import { createEngine } from '../../../engine/host/engine.ts';
import { randomStream } from '../../../engine/forest/random.ts';
import { verdictKinds } from '../../../engine/domain/verdict.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../../preload/contract/requests.ts';
import type { DoneAct, FromPerson, PersonTask } from './person-frames.ts';

/** The most anomalous alerts are few enough that people meet at them. */
const alertsInSight = 25;

const { casePath, modelId, homeFolder, name, seed, acts } = JSON.parse(process.argv[2]) as PersonTask;
const random = randomStream(seed, 0, 'simulation');
const engine = createEngine({ host: 'command-line', dataFolder: homeFolder });
let goesOn = true;
process.once('message', () => (goesOn = false));
const exitWithParent = (): never => process.exit(1);
process.once('disconnect', exitWithParent);

class Refused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

async function ask<R extends RequestName>(request: R, input: RequestInput<R>): Promise<RequestOutput<R>> {
  const answer = await engine.request(request, input);
  if (!answer.ok) throw new Refused(answer.error.code, answer.error.message);
  return answer.data;
}

async function judge(action: Parameters<typeof engine.runJob<'judge'>>[1]['action']): Promise<string | null> {
  const context = { signal: new AbortController().signal, report: () => undefined };
  const answer = await engine.runJob('judge', { casePath, by: name, action }, context);
  if (!answer.ok) throw new Refused(answer.error.code, answer.error.message);
  return answer.data.undone;
}

/** Every acknowledged act in the order in which it was done. */
async function actOnce(turn: number): Promise<readonly DoneAct[]> {
  const isAtWindow = random.nextInteger(4) > 0;
  const chosen = random.nextInteger(10);
  if (chosen < 2) {
    const undone = isAtWindow ? (await ask('actions.undo', {})).undone : await judge({ kind: 'undo' });
    return undone === null ? [] : [{ kind: 'undo', undone }];
  }
  const { rows } = await ask('alerts.page', { modelId, limit: alertsInSight });
  const { key } = rows[random.nextInteger(rows.length)];
  const text = `${name} saw this at turn ${turn}`;
  if (chosen < 4) {
    await ask('notes.add', { modelId, key, text });
    return [{ kind: 'note', key, text }];
  }
  const verdict = verdictKinds[random.nextInteger(verdictKinds.length)];
  const replaces = random.nextInteger(4) === 0;
  const done: DoneAct = { kind: 'verdict', key, verdict, replaces };
  if (isAtWindow) {
    await ask('verdicts.set', { modelId, keys: [key], kind: verdict, replace: replaces });
    return [done];
  }
  await judge({ kind: 'verdict', alerts: [key], as: verdict, note: text, replace: replaces });
  return [done, { kind: 'note', key, text }];
}

/** Waits until the frame is with the parent: what is told is kept, however this process ends. */
const tell = (frame: FromPerson): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send?.(frame, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });

await ask('settings.write', { analyst: name });
await ask('case.open', { path: casePath });
for (let turn = 0; goesOn && (acts === null || turn < acts); turn++) {
  try {
    for (const act of await actOnce(turn)) await tell({ kind: 'done', act });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await tell({ kind: 'refused', code: error.code });
  }
  // What the parent says is heard between turns of the event loop only.
  await new Promise(setImmediate);
}
await engine.close();
process.off('disconnect', exitWithParent);
process.disconnect();
