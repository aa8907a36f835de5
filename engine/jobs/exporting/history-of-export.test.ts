import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import type { Bench } from '../../case/small-recording.test-support.ts';
import { historyMark, historyMarksIn } from '../../domain/history-mark.ts';
import { impossible } from '../../domain/error.ts';
import { openCaseReadOnly } from '../../store/open-case.ts';
import { marksOfExport } from './history-of-export.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));
const context = { signal: new AbortController().signal, report: () => undefined };

async function judge(turn: number): Promise<string> {
  await bench.ask('case.open', { path: bench.casePath });
  const { rows } = await bench.ask('alerts.page', { modelId: 1, limit: 10 });
  await bench.ask('verdicts.set', { modelId: 1, keys: [rows[turn].key], kind: 'fraud' });
  await bench.ask('case.close', {});
  return rows[turn].key;
}

const exportsOfCase: Readonly<Record<string, (casePath: string, output: string, key: string) => Promise<unknown>>> = {
  'model.onnx': (casePath, output) => bench.done('exportOnnx', { casePath, output }),
  mlflow: (casePath, output) => bench.done('exportMlflow', { casePath, output }),
  kserve: (casePath, output) => bench.done('exportKserve', { casePath, output }),
  kubeflow: (casePath, output) =>
    bench.done('exportKubeflow', {
      ...{ casePath, output, image: 'assay:1', recordings: '*.csv', trackingUri: 'http://127.0.0.1:1' },
      registeredModel: 'cards',
    }),
  service: (casePath, output) =>
    bench.done('exportService', {
      ...{ casePath, output, image: 'assay:1', modelUri: 'models:/cards@champion' },
      trackingUri: 'http://127.0.0.1:1',
    }),
  spark: (casePath, output) => bench.done('exportSpark', { casePath, output }),
  bigquery: (casePath, output) => bench.done('exportBigquery', { casePath, output }),
  'flagged.csv': (casePath, output) => bench.done('exportCsv', { casePath, output }),
  'alerts.csv': (casePath, output) => bench.done('exportAlerts', { casePath, output }),
  'features.csv': (casePath, output) => bench.done('exportFeatures', { casePath, output }),
  'alerts.parquet': (casePath, output) => bench.done('exportAlerts', { casePath, output }),
  'narrative.md': (casePath, output, key) => bench.done('exportNarrative', { casePath, output, key }),
  'report.html': (casePath, output) => bench.done('report', { casePath, output }),
  'verdicts.ndjson': (casePath, output) => bench.done('labelExport', { casePath, output }),
  'hand-over.json': async (casePath, output, key) => {
    await bench.done('fourEyes', { casePath, rule: { outcomes: ['valuable'], signed: false } });
    await bench.done('judge', {
      casePath,
      by: 'ana',
      action: { kind: 'verdict', alerts: [key], as: 'valuable', replace: true },
    });
    return bench.done('handOver', { casePath, output, makeKey: true, by: 'ana' });
  },
  'seal.json': (casePath, output) => bench.done('seal', { casePath, output, makeKey: true }),
  // As `assay score --json` prints it.
  'score.json': async (casePath, output) => {
    const scores = { model: casePath, recordings: [bench.recording], output: `${output}.csv` };
    writeFileSync(output, JSON.stringify(await bench.done('score', scores)));
  },
  'history.ndjson': (casePath, output) => bench.done('audit', { casePath, output }),
};

describe('the head of the history', () => {
  let key = '';
  const before = (): string => join(bench.folder, 'before.assay');
  beforeAll(async () => {
    key = await judge(0);
    copyFileSync(bench.casePath, before());
    await judge(1);
  });

  it.each(Object.keys(exportsOfCase))(
    'is in the export %s, and a case whose history was cut off is told from it',
    async (name) => {
      const output = join(bench.folder, name);
      const write = exportsOfCase[name] ?? impossible(`there is no export ${name}`);
      await write(bench.casePath, output, key);
      const opened = openCaseReadOnly(bench.casePath);
      const head = opened.decisions.head();
      opened.close();
      expect((await marksOfExport(output, context)).at(-1)).toEqual({ entry: head?.entry, hash: head?.hash });

      expect(
        await bench.done('audit', { casePath: bench.casePath, verify: true, against: output, limit: 1 }),
      ).toMatchObject({
        whole: true,
        problems: [],
        against: { newestEntry: head?.entry },
      });
      // What was done last was cut off, and nothing in the case itself says so.
      const cut = await bench.done('audit', { casePath: before(), verify: true, against: output, limit: 1 });
      expect(cut.problems.join(' ')).toContain(`The history does not hold entry ${String(head?.entry)} (`);
      expect((await bench.done('audit', { casePath: before(), verify: true, limit: 1 })).whole).toBe(true);
      const { checks } = await bench.done('doctor', { casePath: before(), against: output });
      expect(checks.at(-1)).toMatchObject({ state: 'bad', detail: cut.problems.join(' ') });
    },
  );

  it('stays in a report whose template leaves the history out', async () => {
    const template = join(bench.folder, 'template.html');
    writeFileSync(template, '<!doctype html>\n<!-- A report of Assay -->\n<h1>{{title}}</h1>\n');
    const output = join(bench.folder, 'short.html');
    await bench.done('report', { casePath: bench.casePath, output, template });
    expect(historyMarksIn(readFileSync(output, 'utf8'))).toHaveLength(1);
  });

  it('is asked of what names none with a sentence', async () => {
    const input = { casePath: bench.casePath, verify: true, against: bench.recording } as const;
    await expect(bench.done('audit', input)).rejects.toThrow('names no entry of a history');
    await expect(bench.done('doctor', { casePath: bench.casePath, against: bench.recording })).rejects.toThrow(
      'names no entry of a history',
    );
    await expect(bench.done('audit', { ...input, against: join(bench.folder, 'none') })).rejects.toThrow(
      'cannot be read',
    );
  });
});

it('reads every head that it writes, wherever it stands in a text', () => {
  const hash = fc.stringMatching(/^[0-9a-f]{64}$/u);
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 1, max: 1e9 }),
      hash,
      fc.string({ minLength: 1 }),
      (ahead, entry, digest, behind) => {
        const text = `${ahead}${historyMark({ entry, hash: digest })},${behind}`;
        return historyMarksIn(text).some((mark) => mark.entry === entry && mark.hash === digest);
      },
    ),
  );
  expect(historyMarksIn(historyMark(null))).toEqual([]);
});
