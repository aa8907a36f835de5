import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const folder = resolve(import.meta.dirname, '../../deploy');
const read = (path: string): string => readFileSync(resolve(folder, path), 'utf8');

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image?: string;
        readonly ports?: readonly string[];
        readonly volumes?: readonly string[];
        readonly depends_on?: readonly string[];
      }
    >
  >;
  readonly volumes: Readonly<Record<string, object>>;
}

describe('the composition of services', () => {
  const compose = parse(read('compose.yaml')) as Compose;

  it('holds Kafka, MLflow, Prometheus, Grafana and assay, all of them pinned or built here', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['assay', 'grafana', 'kafka', 'mlflow', 'prometheus']);
    for (const [name, { image }] of Object.entries(compose.services))
      if (name !== 'assay') expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
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

it('the manifests and settings are valid YAML', () => {
  for (const file of [
    'kubernetes/volume.yaml',
    'prometheus/prometheus.yml',
    'grafana/provisioning/datasources/prometheus.yaml',
  ])
    for (const document of parseAllDocuments(read(file))) expect(document.errors).toEqual([]);
});
