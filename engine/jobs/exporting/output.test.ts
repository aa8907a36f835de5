import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobInput, JobName } from '../../../preload/contract/jobs.ts';
import { createEngine } from '../../host/engine.ts';

const context = { signal: new AbortController().signal, report: () => undefined };
const folder = mkdtempSync(join(tmpdir(), 'assay-output-'));
const engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
const recording = join(folder, 'recording.csv');
const casePath = join(folder, 'own.assay');
const otherCase = join(folder, 'other.assay');
const journal = join(folder, 'own.decisions.jsonl');
const model = join(folder, 'model.onnx');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  const rows = Array.from({ length: 400 }, (_, row) => {
    const amount = row % 50 === 0 ? 9000 + row : 10 + (row % 37);
    const day = String(1 + Math.floor(row / 20)).padStart(2, '0');
    return `T${row},2026-03-${day}T10:${String(row % 60).padStart(2, '0')}:00Z,C${row % 9},${amount},${row % 50 === 0 ? 1 : 0}`;
  });
  writeFileSync(recording, `id,event_time,card_id,amount,is_fraud\n${rows.join('\n')}\n`);
  await done('run', { recordings: [recording], casePath, overrides: { label: 'is_fraud' }, forest: { trees: 10 } });
  await done('exportOnnx', { casePath, output: model });
  copyFileSync(casePath, otherCase);
  writeFileSync(journal, '{"format":1}\n');
});

async function done<J extends JobName>(name: J, input: JobInput<J>): Promise<void> {
  const answer = await engine.runJob(name, input, context);
  if (!answer.ok) throw new Error(answer.error.message);
}

/** Every job that writes one file, with the name that it gives the file. */
const fileJobs = {
  exportCsv: { name: 'flagged.csv', input: { casePath } },
  exportAlerts: { name: 'alerts.csv', input: { casePath } },
  'exportAlerts as Parquet': { name: 'alerts.parquet', input: { casePath, format: 'parquet' } },
  exportOnnx: { name: 'again.onnx', input: { casePath } },
  features: { name: 'spec.json', input: { casePath, oneOut: false } },
  score: { name: 'scores.csv', input: { model: casePath, recordings: [recording] } },
  'score by ONNX': { name: 'scores.csv', input: { model, recordings: [recording] } },
  simulate: { name: 'month.csv', input: { days: 1, customers: 5, terminals: 5 } },
  'simulate as NDJSON': { name: 'month.ndjson.zst', input: { days: 1, customers: 5, terminals: 5 } },
  'simulate as kcat': { name: 'month.kcat.gz', input: { days: 1, customers: 5, terminals: 5, format: 'kcat' } },
  'simulate messages': { name: 'some.ndjson', input: { days: 1, customers: 5, terminals: 5, format: 'messages' } },
} as const;
const fileCases = Object.entries(fileJobs).map(([title, { name, input }]) => ({
  title,
  name,
  write: async (output: string, force = false): Promise<string> => {
    const job = title.split(' ')[0] as 'exportCsv';
    const answer = await engine.runJob(job, { ...input, output, force } as JobInput<'exportCsv'>, context);
    return answer.ok ? 'written' : answer.error.code;
  },
}));

/** Every job that writes a folder, and one of its files. */
const folderJobs = {
  exportMlflow: { file: 'MLmodel', input: {} },
  exportKserve: { file: 'triton/assay/config.pbtxt', input: {} },
  exportKubeflow: {
    file: 'pipeline.yaml',
    input: {
      image: 'registry.example/assay:1',
      recordings: '/data/*.csv',
      trackingUri: 'http://m',
      registeredModel: 'm',
    },
  },
  exportService: { file: 'scoring-service.yaml', input: { image: 'registry.example/assay:1' } },
  exportSpark: { file: 'job.json', input: {} },
  exportBigquery: { file: 'schema.json', input: {} },
} as const;
const folderCases = Object.entries(folderJobs).map(([title, { file, input }]) => ({
  title,
  file,
  write: async (output: string, force = false): Promise<string> => {
    const job = title as 'exportSpark';
    const answer = await engine.runJob(job, { casePath, ...input, output, force } as JobInput<'exportSpark'>, context);
    return answer.ok ? 'written' : answer.error.code;
  },
}));

function scratch(): string {
  return mkdtempSync(join(folder, 'scratch-'));
}

function content(path: string): string {
  return readFileSync(path).toString('base64');
}

describe.each(fileCases)('$title', ({ title, name, write }) => {
  const readsCase = !title.startsWith('simulate') && title !== 'score by ONNX';

  it.each(['', '-wal', '-shm', '-journal'])(
    'never writes over the case it reads%s, whatever is forced',
    async (suffix) => {
      const target = `${casePath}${suffix}`;
      const before = content(casePath);
      const files = readdirSync(folder).sort();
      expect(await write(target)).toBe(readsCase ? 'OUTPUT_IS_INPUT' : 'WOULD_OVERWRITE');
      expect(await write(relative(process.cwd(), target))).not.toBe('written');
      if (readsCase) {
        expect(await write(target, true)).toBe('OUTPUT_IS_INPUT');
        expect(await write(join(folder, `OWN.assay${suffix}`))).toBe('OUTPUT_IS_INPUT');
      }
      expect(content(casePath)).toBe(before);
      expect(readdirSync(folder).sort()).toEqual(files);
    },
  );

  it('does not write over a journal, another case, what belongs to one, links to them, or a folder', async () => {
    const place = scratch();
    const symbolic = join(place, 'symbolic');
    const hard = join(place, 'hard');
    const inFolder = join(place, 'linked');
    symlinkSync(casePath, symbolic);
    linkSync(otherCase, hard);
    symlinkSync(folder, inFolder);
    const before = [casePath, otherCase, journal].map(content);
    for (const target of [journal, otherCase, `${otherCase}-wal`, symbolic, hard, join(inFolder, 'own.assay')])
      expect([target, await write(target)]).toEqual([
        target,
        expect.stringMatching(/WOULD_OVERWRITE|OUTPUT_IS_INPUT|NOT_A_FILE/u),
      ]);
    mkdirSync(join(place, name));
    expect(await write(join(place, name), true)).toBe('NOT_A_FILE');
    expect([casePath, otherCase, journal].map(content)).toEqual(before);
    expect(existsSync(`${otherCase}-wal`)).toBe(false);
  });

  it('does not write over a file of another kind, whatever its name, unless that is forced', async () => {
    const foreign = ['some notes\n', 'id,amount\n1,2\n', '{"id": 1}\n', '\b\u0007\u0012\u0007pytorch', 'PAR1'];
    for (const text of foreign) {
      const target = join(scratch(), name);
      writeFileSync(target, text);
      expect(await write(target)).toBe('WOULD_OVERWRITE');
      expect(readFileSync(target, 'utf8')).toBe(text);
      expect(readdirSync(join(target, '..'))).toEqual([name]);
      expect(await write(target, true)).toBe('written');
    }
  });

  it('writes over nothing, an empty file and its own kind, and lets a symbolic link stay one', async () => {
    const place = scratch();
    const target = join(place, name);
    const link = join(place, `link-${name}`);
    expect(await write(target)).toBe('written');
    symlinkSync(target, link);
    expect(await write(target)).toBe('written');
    writeFileSync(target, '');
    expect(await write(link)).toBe('written');
    expect(readFileSync(target).length).toBeGreaterThan(0);
    expect(content(link)).toBe(content(target));
    expect(readdirSync(place).sort()).toEqual([name, `link-${name}`].sort());
  });

  it('writes no kind over another one of Assay', async () => {
    const others = fileCases.filter((other) => other.title.split(' ')[0] !== title.split(' ')[0]);
    for (const other of others) {
      const place = scratch();
      const target = join(place, name);
      expect(await other.write(join(place, other.name))).toBe('written');
      renameSync(join(place, other.name), target);
      expect([other.title, await write(target)]).toEqual([other.title, 'WOULD_OVERWRITE']);
    }
  });
});

describe.each(folderCases)('$title', ({ file, write }) => {
  it('writes again over what it wrote, and over nothing that was changed since, unless that is forced', async () => {
    const place = scratch();
    expect(await write(place)).toBe('written');
    expect(existsSync(join(place, file))).toBe(true);
    expect(await write(place)).toBe('written');
    writeFileSync(join(place, file), 'mine now');
    const before = readdirSync(place, { recursive: true });
    expect(await write(place)).toBe('WOULD_OVERWRITE');
    expect(readFileSync(join(place, file), 'utf8')).toBe('mine now');
    expect(readdirSync(place, { recursive: true })).toEqual(before);
    expect(await write(place, true)).toBe('written');
    expect(readFileSync(join(place, file), 'utf8')).not.toBe('mine now');
  });

  it('does not write over a file that lay there before, a case, or links to one', async () => {
    const place = scratch();
    mkdirSync(join(place, file, '..'), { recursive: true });
    linkSync(casePath, join(place, file));
    expect(await write(place)).toBe('OUTPUT_IS_INPUT');
    expect(await write(place, true)).toBe('OUTPUT_IS_INPUT');
    rmSync(join(place, file));
    symlinkSync(otherCase, join(place, file));
    expect(await write(place)).toBe('WOULD_OVERWRITE');
    expect(await write(casePath)).toBe('OUTPUT_IS_INPUT');
    expect(await write(`${casePath}-wal`, true)).toBe('OUTPUT_IS_INPUT');
    expect(await write(`${otherCase}-wal`)).toBe('WOULD_OVERWRITE');
    expect(await write(recording)).toBe('NOT_A_FILE');
    for (const kept of [casePath, otherCase])
      await done('exportCsv', { casePath: kept, output: join(scratch(), 'flagged.csv') });
  });
});

it('scores are not written over the recording or the model they come from, whatever is forced', async () => {
  const before = [recording, model].map(content);
  for (const output of [recording, model, casePath]) {
    const answer = await engine.runJob('score', { model, recordings: [recording], output, force: true }, context);
    expect([output, answer.ok]).toEqual([output, output === casePath]);
    if (output === casePath) copyFileSync(otherCase, casePath);
  }
  expect([recording, model].map(content)).toEqual(before);
});

it('two exports in one folder do not write over files of each other', async () => {
  const place = scratch();
  await done('exportMlflow', { casePath, output: place });
  const answer = await engine.runJob('exportSpark', { casePath, output: place }, context);
  expect(answer.ok).toBe(false);
  expect(readFileSync(join(place, 'requirements.txt'), 'utf8')).toContain('mlflow');
});
