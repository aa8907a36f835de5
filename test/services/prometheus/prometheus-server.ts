import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../mlflow/tracking-server.ts';
import { findPrometheus } from './make-environment.mjs';

export const rulesPath = resolve(import.meta.dirname, '../../../docs/monitoring/alert-rules.yml');

const prometheusPath = findPrometheus('prometheus');
/** Its tests are skipped, by name, where it is not there; under CI they fail instead. */
export const isPrometheusSkipped = prometheusPath === null && process.env['CI'] !== 'true';

export interface PrometheusReply {
  readonly status: string;
  readonly data: {
    readonly result?: readonly { readonly value: readonly [number, string] }[];
    readonly groups?: readonly { readonly rules: readonly { readonly health: string }[] }[];
  };
}

/** A real Prometheus on loopback that scrapes one address each second and has the rules of the project. */
export class PrometheusServer {
  readonly #home: string;
  readonly #port: number;
  readonly #process: ReturnType<typeof spawn>;

  /** @param target host and port of what is scraped */
  static async start(target: string): Promise<PrometheusServer> {
    return new PrometheusServer(target, await freePort());
  }

  private constructor(target: string, port: number) {
    this.#home = mkdtempSync(join(tmpdir(), 'assay-prometheus-'));
    this.#port = port;
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [rulesPath],
      scrape_configs: [{ job_name: 'assay', static_configs: [{ targets: [target] }] }],
    };
    writeFileSync(join(this.#home, 'prometheus.yml'), JSON.stringify(configuration));
    this.#process = spawn(
      prometheusPath ?? 'prometheus',
      [
        `--config.file=${join(this.#home, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(this.#home, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
  }

  /** Asks a path of its interface. Rejects while it has not started. */
  async ask(path: string, query = ''): Promise<PrometheusReply> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/api/v1/${path}${query}`);
    return (await response.json()) as PrometheusReply;
  }

  async query(expression: string): Promise<PrometheusReply> {
    return this.ask('query', `?query=${encodeURIComponent(expression)}`);
  }

  /** The first value of an expression; undefined where it has none. */
  async valueOf(expression: string): Promise<string | undefined> {
    return (await this.query(expression)).data.result?.[0]?.value[1];
  }

  /** Whether each rule was evaluated, in words of Prometheus. */
  async healthOfRules(): Promise<readonly string[]> {
    const groups = (await this.ask('rules')).data.groups ?? [];
    return groups.flatMap(({ rules }) => rules.map(({ health }) => health));
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit');
    rmSync(this.#home, { recursive: true, force: true });
  }
}
