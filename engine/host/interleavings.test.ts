import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { jobs } from '../../preload/contract/jobs.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../preload/contract/requests.ts';
import { decodeForest } from '../forest/compile.ts';
import { isFlagged } from '../forest/threshold.ts';
import { flagEntries } from '../jobs/streaming/flag-messages.ts';
import { follow } from '../jobs/streaming/follow.ts';
import { paymentText, SlowTopic } from '../jobs/streaming/slow-topic.test-support.ts';
import { verifyCase } from '../store/backup.ts';
import type * as caseWriter from '../store/case-writer.ts';
import { openCaseReadOnly } from '../store/open-case.ts';
import type { ReadableCase } from '../store/readable-case.ts';
import { createEngine } from './engine.ts';

/*
 * A topic that is followed, its writer, the flags that wait to be sent, and a window, all at one case: fast-check's scheduler
 * chooses who goes on next. `ASSAY_INTERLEAVINGS_SEED=N` tries the schedules of a seed that was printed again.
 */

const seed = Number(process.env['ASSAY_INTERLEAVINGS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const messagesBefore = 400;
const messages = 700;
const perTurn = 25;

let gate: (who: string) => Promise<unknown> = () => Promise.resolve();
let topicEnd = messagesBefore;

vi.mock('../stream/kafka/follow-topic.ts', () => ({
  followTopic: ({ resume }: { readonly resume: (cluster: string) => ReadonlyMap<number, number> }) =>
    Promise.resolve(new SlowTopic(topicEnd, perTurn, () => gate('feed'), resume('slow').get(0))),
}));
vi.mock('../store/case-writer.ts', async (importOriginal) => {
  const { createCaseWriter } = await importOriginal<typeof caseWriter>();
  return {
    createCaseWriter: async (...parameters: Parameters<typeof createCaseWriter>): Promise<caseWriter.CaseWriter> => {
      const writer = await createCaseWriter(...parameters);
      return {
        ...writer,
        appendLive: async (live) => gate('writer takes rows').then(() => writer.appendLive(live)),
        flush: async () => gate('writer stores').then(() => writer.flush()),
      };
    },
  };
});

let folder = '';
let made = '';

beforeAll(async () => {
  process.stdout.write(`Interleavings of seed ${seed}.\n`);
  folder = mkdtempSync(join(tmpdir(), 'assay-interleavings-'));
  made = join(folder, 'made.assay');
  await followInto(made);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function followInto(casePath: string): ReturnType<typeof follow> {
  const input = jobs.follow.input.parse({
    topic: 'kafka://nowhere:9092/payments',
    casePath,
    trainAfterRows: messagesBefore,
    untilIdleMs: 1,
    forest: { trees: 10 },
  });
  return follow(input, { signal: new AbortController().signal, report: () => undefined });
}

const deeds = ['verdict', 'verdict', 'note', 'undo', 'look'] as const;
type Deed = (typeof deeds)[number];

/** What a window does, one after the other; gives what stands afterwards, by what it was told is done. */
async function act(casePath: string, home: string, wanted: readonly Deed[]): Promise<readonly string[]> {
  const engine = createEngine({ host: 'command-line', dataFolder: home });
  const ask = async <R extends RequestName>(name: R, input: RequestInput<R>): Promise<RequestOutput<R>> => {
    const answer = await engine.request(name, input);
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
    return answer.data;
  };
  const standing: string[] = [];
  let rowsSeen = 0;
  try {
    await ask('settings.write', { analyst: 'Ana' });
    await ask('case.open', { path: casePath });
    for (const [turn, deed] of wanted.entries()) {
      await gate(`window: ${deed}`);
      const { rows } = await ask('case.read', {});
      expect(rows).toBeGreaterThanOrEqual(rowsSeen);
      rowsSeen = rows;
      const page = await ask('alerts.page', { modelId: 1, limit: 50 });
      const { key } = page.rows[turn % page.rows.length];
      if (deed === 'verdict') {
        await ask('verdicts.set', { modelId: 1, keys: [key], kind: turn % 2 === 0 ? 'fraud' : 'legitimate' });
        standing.push(`verdict ${key}`);
      } else if (deed === 'note') {
        await ask('notes.add', { modelId: 1, key, text: `turn ${turn}` });
        standing.push(`note ${key}`);
      } else if (deed === 'undo') {
        const { keys } = await ask('actions.undo', {});
        expect(keys).toEqual(standing.slice(-1).map((what) => what.split(' ')[1]));
        standing.pop();
      } else await ask('alerts.detail', { modelId: 1, key });
    }
    return standing;
  } finally {
    await engine.close();
  }
}

/** Reads what waits to be sent as a sink does, until the stream is over and nothing waits; gives the offsets sent. */
async function send(openedCase: ReadableCase, isOver: () => boolean): Promise<readonly number[]> {
  const [{ id, digest }] = openedCase.models();
  const forest = decodeForest(openedCase.readForest(id));
  const entries = flagEntries('payments', 1, [{ model: { id, digest }, forest, firstRow: 0 }]);
  const sent: number[] = [];
  for (let from = 0; ;) {
    // As the sinks of a stream, it goes on when there is something new, or at the end.
    while (from >= entries.end(openedCase) && !isOver()) await sleep(2);
    await gate('outbox');
    const wasOver = isOver();
    const { messages: waiting, next } = entries.read(openedCase, from);
    sent.push(...waiting.map(({ value }) => (JSON.parse(String(value)) as { readonly offset: number }).offset));
    if (wasOver && next >= entries.end(openedCase)) return sent;
    from = next;
  }
}

function expectWhole(openedCase: ReadableCase, sent: readonly number[], standing: readonly string[]): void {
  const received = openedCase.readRawMany(Array.from({ length: messages }, (_, row) => row));
  expect(openedCase.nextSequence()).toBe(messages);
  received.forEach(({ bytes }, row) => expect(new TextDecoder().decode(bytes)).toContain(paymentText(row)));
  const units = openedCase.models()[0].threshold.units;
  const sums = openedCase.readScores(1, { firstSequence: 0, rowCount: messages }) ?? [];
  expect(sent).toEqual([...sums].flatMap((sum, row) => (isFlagged(sum, units) ? [row] : [])));
  expect(openedCase.decisions.brokenAuditEntry()).toBeNull();
  expect(openedCase.decisions.undoDepth('Ana')).toBe(standing.length);
  expect(verifyCase(openedCase.path).problems).toEqual([]);
}

it('feed, writer, outbox and window lose nothing, in whatever order they go on', async () => {
  let tried = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom(...deeds), { minLength: 4, maxLength: 12 }),
      async (scheduler, wanted) => {
        const casePath = join(folder, `${tried}.assay`);
        copyFileSync(made, casePath);
        // What comes from the writer's thread is heard between turns of the event loop only.
        gate = (who) => new Promise(setImmediate).then(() => scheduler.schedule(Promise.resolve(), who));
        topicEnd = messages;
        const openedCase = openCaseReadOnly(casePath);
        try {
          let isOver = false;
          const followed = followInto(casePath).finally(() => (isOver = true));
          const work = Promise.all([
            followed,
            act(casePath, join(folder, `home ${tried++}`), wanted),
            send(openedCase, () => isOver),
          ]);
          const [, standing, sent] = await scheduler.waitFor(work);
          expectWhole(openedCase, sent, standing);
        } finally {
          gate = () => Promise.resolve();
          openedCase.close();
        }
      },
    ),
    { seed, numRuns: 5, endOnFailure: true },
  );
});
