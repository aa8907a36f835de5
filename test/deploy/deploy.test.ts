import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { pipelineFiles } from '../../engine/export/kubeflow/pipeline-files.ts';
import { serviceFiles } from '../../engine/export/serving/service-files.ts';
import { examplePipeline } from '../services/kfp/example-pipeline.ts';

const folder = resolve(import.meta.dirname, '../../deploy');
const read = (path: string): string => readFileSync(resolve(folder, path), 'utf8');

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image?: string;
        readonly build?: object;
        readonly restart?: string;
        readonly environment?: Readonly<Record<string, string>>;
        readonly command?: readonly string[];
        readonly ports?: readonly string[];
        readonly volumes?: readonly string[];
        readonly depends_on?: readonly string[];
      }
    >
  >;
  readonly volumes: Readonly<Record<string, object>>;
}

describe('the composition of services', () => {
  const compose = parse(read('compose.yaml'), { merge: true }) as Compose;

  it('holds Kafka, MLflow, Prometheus, Grafana and assay, all of them pinned or built here', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      ['assay', 'follow', 'grafana', 'kafka', 'mlflow', 'prometheus', 'scores'].sort(),
    );
    for (const { image } of Object.values(compose.services))
      if (image !== 'assay') expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });

  it('can be started by any profile alone, before Kafka and MLflow are ready', () => {
    for (const [name, { image, build, restart }] of Object.entries(compose.services)) {
      if (image !== 'assay') continue;
      expect(build, name).toBeDefined();
      if (name !== 'assay') expect(restart, name).toBe('unless-stopped');
    }
  });

  it('keeps topics on the volume that is mounted for them', () => {
    const { environment = {}, volumes = [] } = compose.services['kafka'] ?? {};
    expect(volumes).toContain(`kafka:${environment['KAFKA_LOG_DIRS']}`);
  });

  it('has Prometheus ask services that listen beyond their own container at that port', () => {
    const { scrape_configs: configs } = parse(read('prometheus/prometheus.yml')) as {
      readonly scrape_configs: readonly {
        readonly static_configs: readonly { readonly targets: readonly string[] }[];
      }[];
    };
    const targets = configs.flatMap(({ static_configs: groups }) => groups.flatMap(({ targets: named }) => named));
    expect(targets.length).toBeGreaterThan(1);
    for (const target of targets) {
      const [name = '', port] = target.split(':');
      const words = compose.services[name]?.command ?? [];
      expect(words.some((word) => word === `--metrics=${port}` || word === `--port=${port}`)).toBe(true);
      expect(words.some((word) => /^--(metrics-)?host=0\.0\.0\.0$/.test(word))).toBe(true);
    }
  });

  it('runs commands that assay knows', () => {
    for (const { image, command = [] } of Object.values(compose.services)) {
      if (image !== 'assay' || command.length === 0) continue;
      const { status, stdout } = spawnSync(
        process.execPath,
        [resolve(folder, '../scripts/assay.mjs'), command[0] ?? '', '--help'],
        { encoding: 'utf8' },
      );
      expect(status).toBe(0);
      for (const word of command.slice(1)) expect(stdout).toContain(`${word.split('=', 1)[0]} `);
    }
  });

  it('gives Prometheus its alerts and Grafana its dashboard, which asks the source that is provisioned', () => {
    const { rule_files: rules } = parse(read('prometheus/prometheus.yml')) as {
      readonly rule_files: readonly string[];
    };
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes);
    for (const rule of rules) expect(mounted).toContain(`../docs/monitoring/${rule}:/etc/prometheus/${rule}:ro`);
    const { providers } = parse(read('grafana/provisioning/dashboards/assay.yaml')) as {
      readonly providers: readonly { readonly options: { readonly path: string } }[];
    };
    for (const { options } of providers)
      expect(mounted).toContain(`../docs/monitoring/grafana-dashboard.json:${options.path}/assay.json:ro`);
    const dashboard = JSON.parse(read('../docs/monitoring/grafana-dashboard.json')) as {
      readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
      readonly panels: readonly { readonly datasource: { readonly uid: string } }[];
    };
    const sources = dashboard.templating.list.filter(({ type }) => type === 'datasource').map(({ name }) => name);
    for (const { datasource } of dashboard.panels)
      expect(sources.map((name) => `\${${name}}`)).toContain(datasource.uid);
  });

  it('opens no port to other machines', () => {
    for (const { ports = [] } of Object.values(compose.services))
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('mounts only files that are there and volumes that are declared, and waits only for services that exist', () => {
    for (const { volumes = [], depends_on = [] } of Object.values(compose.services)) {
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        expect(source.startsWith('.') ? existsSync(resolve(folder, source)) : source in compose.volumes).toBe(true);
      }
      for (const name of depends_on) expect(Object.keys(compose.services)).toContain(name);
    }
  });
});

describe('the image of the headless assay', () => {
  const lines = read('Dockerfile').split('\n');

  it('copies only what the checkout has and the ignore file lets through', () => {
    const allowed = new Set(read('Dockerfile.dockerignore').split('\n'));
    const sources = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(sources).toContain('engine');
    for (const source of sources) {
      expect(existsSync(resolve(folder, '..', source))).toBe(true);
      expect(allowed).toContain(`!${source}`);
    }
  });

  it('runs as a person without rights, by the one command', () => {
    expect(lines).toContain('USER node');
    expect(lines).toContain('ENTRYPOINT ["assay"]');
  });
});

it('the manifest of the scoring service is what `assay export service` writes', () => {
  const files = serviceFiles({
    name: 'assay-scores',
    namespace: 'default',
    image: 'assay',
    leastReplicas: 2,
    mostReplicas: 6,
    model: { kind: 'registered', uri: 'models:/card-fraud@champion', trackingUri: 'http://mlflow:5000' },
  });
  const documents = (text: string): unknown => parseAllDocuments(text).map((document) => document.toJSON() as unknown);
  expect(documents(read('kubernetes/scoring-service.yaml'))).toEqual(
    documents(String(files.get('scoring-service.yaml'))),
  );
});

it("the steps of Argo's form may write to their volume, which belongs to root when it is fresh", () => {
  const workflow = parse(pipelineFiles(examplePipeline).get('cron-workflow.yaml') ?? '') as {
    readonly spec: { readonly workflowSpec: { readonly securityContext?: object } };
  };
  expect(workflow.spec.workflowSpec.securityContext).toEqual({ fsGroup: 1000 });
});

it('the manifests and settings are valid YAML', () => {
  for (const file of [
    'kubernetes/volume.yaml',
    'prometheus/prometheus.yml',
    'grafana/provisioning/datasources/prometheus.yaml',
  ])
    for (const document of parseAllDocuments(read(file))) expect(document.errors).toEqual([]);
});
