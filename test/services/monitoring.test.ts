import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runningStreams, streamsText } from '../../engine/monitor/running-streams.ts';
import { startMetrics } from '../../engine/monitor/stream-metrics.ts';
import { temporaryFolder } from '../command-line/run-assay.ts';
import { findPrometheus } from './prometheus/make-environment.mjs';
import { isPrometheusSkipped, PrometheusServer, rulesPath } from './prometheus/prometheus-server.ts';

const folder = resolve(import.meta.dirname, '../../docs/monitoring');

interface Dashboard {
  readonly panels: readonly { readonly id: number; readonly targets: readonly { readonly expr: string }[] }[];
}

const dashboard = JSON.parse(readFileSync(join(folder, 'grafana-dashboard.json'), 'utf8')) as Dashboard;
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** Names that a stream really exports. */
async function exportedNames(): Promise<ReadonlySet<string>> {
  const metrics = await startMetrics('payments', undefined);
  const text = `${await metrics.text()}${streamsText([await runningStreams()])}`;
  await metrics.close();
  return new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
}

const promtoolPath = findPrometheus('promtool');
const isSkipped = isPrometheusSkipped || (promtoolPath === null && process.env['CI'] !== 'true');
const startedWithinMs = 60_000;

describe('dashboard and alerts', () => {
  test('name only metrics that are exported, and the page names them all', async () => {
    const names = await exportedNames();
    const texts = [...expressions, readFileSync(rulesPath, 'utf8')].join('\n');
    const used = [...texts.matchAll(/\biforest_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
    const page = readFileSync(join(folder, 'README.md'), 'utf8');
    expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  test('are served on loopback with the counts of the stream', async () => {
    const metrics = await startMetrics('payments', 0);
    metrics.batch({ messages: 3, rejected: [], rowCount: 3 });
    metrics.position(new Map([[0, 7]]), false, 1);
    const response = await fetch(metrics.address ?? '');
    const text = await response.text();
    await metrics.close();
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('iforest_records_consumed_total{topic="payments",model="none"} 3');
    expect(text).toContain('iforest_consumer_lag_records{topic="payments",partition="0"} 7');
  });
});

describe.skipIf(isSkipped)('with Prometheus (node test/services/prometheus/make-environment.mjs)', () => {
  const promtool = (...parameters: readonly string[]): string =>
    execFileSync(promtoolPath ?? 'promtool', parameters, { cwd: folder, encoding: 'utf8' });

  test('configuration, rules and their tests hold', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
    expect(promtool('test', 'rules', 'alert-rules.test.yml')).toContain('SUCCESS');
  });

  test('metrics are named as Prometheus wants them, and every panel asks in valid PromQL', async () => {
    const metrics = await startMetrics('payments', undefined);
    metrics.batch({ messages: 3, rejected: [], rowCount: 3 });
    metrics.sink('flags').failed('BROKER_UNREACHABLE');
    execFileSync(promtoolPath ?? 'promtool', ['check', 'metrics'], { input: await metrics.text() });
    execFileSync(promtoolPath ?? 'promtool', ['check', 'metrics'], { input: streamsText([await runningStreams()]) });
    await metrics.close();
    const rules = { groups: [{ name: 'panels', rules: expressions.map((expr, at) => ({ record: `p:${at}`, expr })) }] };
    const path = join(temporaryFolder(), 'panels.yml');
    writeFileSync(path, JSON.stringify(rules));
    expect(promtool('check', 'rules', path)).toContain('SUCCESS');
  });

  test('a Prometheus scrapes the figures, loads the rules, and answers every panel', async () => {
    const metrics = await startMetrics('payments', 0);
    const metricsAddress = new URL(metrics.address ?? '');
    metrics.batch({ messages: 3, rejected: [], rowCount: 3 });
    metrics.position(new Map([[0, 7]]), false, 1);
    const prometheus = await PrometheusServer.start(metricsAddress.host);
    onTestFinished(async () => {
      await prometheus.stop();
      await metrics.close();
    });
    await vi.waitFor(
      async () => expect(await prometheus.valueOf('iforest_records_consumed_total{topic="payments"}')).toBe('3'),
      { timeout: startedWithinMs, interval: 200 },
    );
    expect(await prometheus.valueOf('sum(iforest_consumer_lag_records)')).toBe('7');
    for (const expression of expressions)
      expect(await prometheus.query(expression), expression).toMatchObject({ status: 'success' });
    expect((await prometheus.healthOfRules()).length).toBeGreaterThan(3);
    await vi.waitFor(
      async () => expect((await prometheus.healthOfRules()).filter((health) => health !== 'ok')).toEqual([]),
      { timeout: startedWithinMs, interval: 500 },
    );
  }, 180_000);
});
