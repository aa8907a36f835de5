import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { jobs } from '../../../preload/contract/jobs.ts';
import { verifyCase } from '../../store/backup.ts';
import { openCaseReadOnly } from '../../store/open-case.ts';
import { follow } from './follow.ts';
import { SlowTopic } from './slow-topic.test-support.ts';

const messages = 20_000;
/** What comes between two commits from a topic of a few hundred messages a second. */
const perTurn = 50;

vi.mock('../../stream/kafka/follow-topic.ts', () => ({
  followTopic: () => Promise.resolve(new SlowTopic(messages, perTurn)),
}));

it('20,000 messages of a slow topic, stored as they come, lie in at most ten segments', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-slow-topic-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const casePath = join(folder, 'slow.assay');
  const input = jobs.follow.input.parse({
    topic: 'kafka://nowhere:9092/payments',
    casePath,
    trainAfterRows: 2000,
    untilIdleMs: 1,
    forest: { trees: 10 },
  });
  const result = await follow(input, { signal: new AbortController().signal, report: () => undefined });
  expect(result).toMatchObject({ messages, rows: messages, quarantined: 0 });
  expect(result.flagged).toBeGreaterThan(0);
  const openedCase = openCaseReadOnly(casePath);
  onTestFinished(() => openedCase.close());
  expect(openedCase.segments().length).toBeLessThanOrEqual(10);
  const pieces = openedCase.readColumnPieces({ firstSequence: 0, rowCount: messages }, ['paid_at', 'amount']);
  expect(pieces.length).toBeLessThanOrEqual(10);
  expect(pieces.reduce((rows, { rowCount }) => rows + rowCount, 0)).toBe(messages);
  expect(openedCase.readScores(1, { firstSequence: 0, rowCount: messages })).toHaveLength(messages);
  expect(verifyCase(casePath).problems).toEqual([]);
});
