import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine } from '../../../host/engine.ts';
import { openCaseReadOnly } from '../../../store/open-case.ts';
import { reportParts } from './report-template.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-report-'));
const engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
const context = { signal: new AbortController().signal, report: () => undefined };
const casePath = join(folder, 'spring.assay');
const evil = '</td></table><script>alert(1)</script><img src=x onerror=alert(2)> {{title}}';

beforeAll(async () => {
  const lines = Array.from({ length: 900 }, (_, row) => {
    const time = new Date(Date.UTC(2025, row % 3, 1 + (row % 27), row % 24)).toISOString();
    const wild = row % 100 === 50;
    // A name that forges a line of its own, and markup in every text.
    return `P${row},${time},C${row % 30},"${evil}\nDecision: ana decided legitimate",${wild ? 4000 + row : 20 + (row % 13)},${wild ? 1 : 0}`;
  });
  const recording = join(folder, 'payments.csv');
  writeFileSync(recording, `payment_id,paid_at,card_id,merchant_name,amount,is_fraud\n${lines.join('\n')}\n`);
  const input = { recordings: [recording], casePath, overrides: { label: 'is_fraud' }, forest: { trees: 20 } };
  const ran = await engine.runJob('run', input, context);
  if (!ran.ok) throw new Error(ran.error.message);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function report(input: {
  readonly alert?: string;
  readonly template?: string;
  readonly stability?: boolean;
}): Promise<string> {
  const output = join(folder, 'report.html');
  const answer = await engine.runJob('report', { casePath, output, ...input }, context);
  if (!answer.ok) throw Object.assign(new Error(answer.error.message), answer.error);
  return readFileSync(output, 'utf8');
}

async function firstAlert(): Promise<string> {
  const listed = await engine.runJob('alerts', { casePath }, context);
  if (!listed.ok) throw new Error(listed.error.message);
  return listed.data.alerts[0].key;
}

it('tells of one alert and of a case by the same parts, with the head of the history, and no text from data as markup', async () => {
  const alert = await firstAlert();
  const action = { kind: 'verdict' as const, alerts: [alert], as: 'fraud' as const, note: `seen\n${evil}` };
  expect(await engine.runJob('judge', { casePath, by: 'ana', action }, context)).toMatchObject({ ok: true });
  const openedCase = openCaseReadOnly(casePath);
  const head = openedCase.decisions.head();
  openedCase.close();
  for (const page of [await report({ alert }), await report({ stability: true })]) {
    expect(page).toContain(head?.hash);
    expect(page.match(/<script|<img|onerror=alert\(2\)>/g)).toBeNull();
    expect(page).not.toMatch(/\{\{/);
    // One line: nothing from data begins a line of its own.
    expect(page.split('\n').filter((line) => line.trimStart().startsWith('Decision: ana'))).toEqual([]);
    for (const title of [
      'Purpose of the model',
      'Data',
      'Method',
      'Parameters',
      'Seed and stability',
      'Tests by time',
      'Baselines',
      'Threshold',
      'Limits',
      'Monitoring',
      'Approvals',
      'History',
    ])
      expect(page).toContain(`<h2>${title}</h2>`);
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(1);
    expect(page).toMatch(/<td class="word">2025-01<\/td>/);
  }
  const one = await report({ alert });
  for (const title of ['Who', 'What', 'When', 'Where', 'Why it was flagged', 'How', 'Decision'])
    expect(one).toContain(`<h3>${title}</h3>`);
  expect(one.match(/<svg/g)).toHaveLength(3);
  expect(one).toContain('<td>ana</td><td>verdict fraud</td>');
  expect(await report({ stability: true })).toContain('Of what this model flags, another seed flags');
});

it('lists of a case the most anomalous alerts first, whatever their days', async () => {
  const page = await report({});
  const [, table] = page.split('<h2>Alerts</h2>');
  const scores = [...table.split('</table>')[0].matchAll(/<td>(0\.\d{4})<\/td>/g)].map(([, score]) => Number(score));
  expect(scores.length).toBeGreaterThan(3);
  expect(scores).toEqual([...scores].sort((left, right) => right - left));
  expect(new Set(scores).size).toBeGreaterThan(1);
});

it('fills a template of a team, and refuses one that names a part there is not', async () => {
  const template = join(folder, 'template.html');
  expect(await engine.runJob('reportTemplate', { output: template }, context)).toMatchObject({ ok: true });
  const built = readFileSync(template, 'utf8');
  expect(Object.keys(reportParts).filter((part) => !built.includes(`{{${part}}}`))).toEqual([]);
  writeFileSync(template, built.replace('Purpose of the model', 'Our policy 7.3'));
  expect(await report({ template })).toContain('<h2>Our policy 7.3</h2>');
  writeFileSync(template, `${built}{{verdicts}}`);
  await expect(report({ template })).rejects.toMatchObject({
    code: 'WRONG_USE',
    message: 'The template names {{verdicts}}, which is no part of a report.',
  });
  await expect(report({ alert: '#999999' })).rejects.toMatchObject({ code: 'WRONG_USE' });
});
