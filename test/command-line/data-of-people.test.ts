import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../engine/host/engine.ts';
import { backupCase } from '../../engine/store/backup.ts';
import { openCaseReadOnly } from '../../engine/store/open-case.ts';
import { codes, everythingUnder, foundIn, recordingOfPeople, secrets } from '../people-recording.ts';
import { jsonOf, runAssayHere, temporaryFolder } from './run-assay.ts';

/* From the recording to the report: what only a card's owner may know, and who they are, is in no file and in nothing that is shown. */

function rowsAsReceived(casePath: string): Buffer {
  const openedCase = openCaseReadOnly(casePath);
  try {
    return Buffer.concat(openedCase.segments().flatMap((segment) => openedCase.readRawSegment(segment)));
  } finally {
    openedCase.close();
  }
}

describe('data of people, from reading to report', () => {
  it('stand in no file, free page, log, journal, backup, export, report or output of a command', async () => {
    const folder = temporaryFolder();
    const home = join(folder, 'home');
    const outside = temporaryFolder();
    const source = join(outside, 'payments.csv');
    writeFileSync(source, recordingOfPeople());
    const casePath = join(folder, 'spring.assay');
    const out = join(folder, 'out');
    mkdirSync(out);
    const printed: string[] = [];
    const run = async (...parameters: readonly string[]): Promise<Record<string, unknown>> => {
      const outcome = await runAssayHere([...parameters, '--json'], home);
      printed.push(outcome.stdout, outcome.stderr);
      expect(outcome.code, `${parameters.join(' ')}\n${outcome.stderr}`).toBe(0);
      return jsonOf(outcome);
    };
    await run('run', source, '--case', casePath, '--label', 'is_fraud', '--trees', '20', '--contamination', '0.02');
    const plain = await runAssayHere(['run', source, '--case', casePath, '--label', 'is_fraud', '--trees', '20'], home);
    printed.push(plain.stdout, plain.stderr);
    rmSync(source);
    const { alerts } = (await run('alerts', '--case', casePath, '--transactions', '--limit', '5')) as {
      readonly alerts: readonly { readonly key: string; readonly entity: string }[];
    };
    expect(alerts[0].entity).toMatch(/^516739-[0-9a-z]{8}-\d{4}$/);
    const [{ key }] = alerts;
    await run('judge', '--case', casePath, '--alert', key, '--as', 'fraud', '--note', 'called');
    await run('explain', '--case', casePath);
    await run('quarantine', '--case', casePath);
    await run('export', 'narrative', '--case', casePath, '--alert', key, '--out', join(out, 'draft.md'));
    await run('export', 'csv', '--case', casePath, '--out', join(out, 'flagged.csv'));
    await run('export', 'alerts', '--case', casePath, '--out', join(out, 'alerts.csv'));
    await run('export', 'mlflow', '--case', casePath, '--out', join(out, 'model'));
    await run('label', 'export', '--case', casePath, '--out', join(out, 'ana.verdicts'));
    await run('report', '--case', casePath, '--alert', key, '--out', join(out, 'alert.html'));
    await run('report', '--case', casePath, '--case-wide', '--out', join(out, 'case.html'));
    await run('audit', '--case', casePath, '--verify', '--out', join(out, 'history.ndjson'));
    await run('share', '--case', casePath, '--out', join(out, 'shared.assay'));
    backupCase(casePath, join(out, 'spring.backup'));

    // Open in a window and changed: the log lies beside the case, and what is copied comes from these answers.
    const engine = createEngine({ host: 'command-line', dataFolder: home });
    const ask = async (...[name, input]: Parameters<typeof engine.request>): Promise<void> => {
      const answer = await engine.request(name, input);
      expect(answer.ok, JSON.stringify(answer)).toBe(true);
      printed.push(JSON.stringify(answer));
    };
    await ask('case.open', { path: casePath });
    await ask('notes.add', { modelId: 1, key, text: 'asked the bank' });
    await ask('alerts.detail', { modelId: 1, key });
    await ask('alerts.narrative', { modelId: 1, key });
    await ask('transactions.page', { limit: 500 } as never);
    await ask('quarantine.page', {});
    await ask('profile.read', {});
    const whileOpen = everythingUnder(folder);
    expect(whileOpen.some(([path]) => path.endsWith('-wal'))).toBe(true);
    await engine.close();

    const shown = Buffer.from(printed.join('\n'));
    const contents = [
      ...whileOpen,
      ...everythingUnder(folder),
      ['rows as received', rowsAsReceived(casePath)] as const,
    ];
    expect(contents.length).toBeGreaterThan(20);
    expect(foundIn(secrets, contents)).toEqual([]);
    expect(foundIn(secrets, [['what was printed and answered', shown]])).toEqual([]);
    // Codes are short: they are looked for as cells of the rows, where they stood.
    const cells = new Set(rowsAsReceived(casePath).toString('utf8').split(/[,\n]/));
    expect(codes.filter((code) => cells.has(code))).toEqual([]);
  });
});
