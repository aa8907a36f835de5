import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { jsonOf, runAssay, startAssay, temporaryFolder } from '../../command-line/run-assay.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { startKafka } from './start-kafka.ts';
import { storedRows } from '../../stored-rows.ts';
import { storedMessages } from './stored-messages.ts';

/** Where the system that Assay succeeds had its broker and its topic. */
const PORT = 9092;
const topic = `kafka://localhost:${PORT}/financial_transactions`;
const messages = 12_000;

describeWithKafka('the original stream of four fields at localhost:9092', () => {
  test('is followed, trained on and flagged with no configuration', async ({ skip, onTestFinished }) => {
    if (!(await isFree(PORT))) return skip(`port ${PORT} is in use`);
    const broker = await startKafka({ port: PORT });
    onTestFinished(() => broker.stop());
    await broker.createTopic('financial_transactions', 3);
    const home = temporaryFolder();
    const made = await runAssay(
      ['simulate', '--to', topic, '--format', 'messages', '--max-messages', String(messages)],
      home,
    );
    expect(made.code).toBe(0);

    const { child, ended } = startAssay(['run', '--follow', topic, '--json'], home);
    while (child.exitCode === null && storedRows(onlyCase(home)) < messages) await sleep(200);
    child.kill('SIGINT');
    const outcome = await ended;
    // 130: following ends by Ctrl-C, and what it stored is whole.
    expect(outcome.code).toBe(130);
    // Node warns on standard error of timers in the past, which the client library sets.
    expect(outcome.stderr).not.toContain('Warning');
    expect(jsonOf(outcome)).toMatchObject({ error: { code: 'CANCELLED' } });
    const stored = storedMessages(onlyCase(home));
    expect(stored).toMatchObject({ rows: messages, distinct: messages, scored: messages });
    const alerts = await runAssay(
      ['export', 'alerts', '--case', onlyCase(home), '--out', join(home, 'alerts.csv')],
      home,
    );
    expect(alerts.code).toBe(0);
    expect(readFileSync(join(home, 'alerts.csv'), 'utf8').trim().split('\n').length).toBeGreaterThan(1);
  });
});

/** The one case of a data folder; a path where there is none yet. */
function onlyCase(home: string): string {
  const names = readdirSync(home, { recursive: true, encoding: 'utf8' });
  return join(home, names.find((name) => name.endsWith('.assay')) ?? 'none.assay');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
