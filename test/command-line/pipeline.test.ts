import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonOf, runAssayHere, temporaryFolder } from './run-assay.ts';

/** Two months of card payments in a form of their own: other separators, local times, fraud by a word. */
function recordingOf(rows: number): string {
  const lines = ['ref;booked;card;shop;sum;kind;note;state'];
  for (let row = 0; row < rows; row++) {
    const time = new Date(Date.UTC(2024, 2, 1) + row * 1_200_000);
    const [year, month, day, ...clock] = time.toISOString().split(/[-T:.]/u);
    const amount = row % 97 === 5 ? 4_000 + (row % 700) : 10 + ((row * 7919) % 90);
    const written = `${day}.${month}.${year} ${clock[0]}:${clock[1]}`;
    const state = row % 97 === 5 && row % 2 === 1 ? 'Betrug' : 'gut';
    lines.push(`R${row};${written};C${row % 25};S${row % 11};${amount},50;${row % 3};n${row % 7};${state}`);
  }
  return `${lines.join('\n')}\n`;
}

const everyOption = [
  ...['--time', 'booked', '--time-zone', 'Europe/Berlin', '--time-format', 'booked=dd.MM.yyyy HH:mm'],
  ...[
    '--number-format',
    'sum=1234,5',
    '--amount',
    'sum',
    '--id',
    'ref',
    '--role',
    'card=card',
    '--role',
    'shop=terminal',
  ],
  ...['--ignore', 'note', '--label', 'state', '--positive', 'Betrug', '--log-amount', '--without-theme', 'time'],
  ...['--trees', '40', '--sample', '300', '--seed', '9', '--grower', 'ml-isolation-forest', '--contamination', '0.013'],
];

it.each([
  ['with every option changed', everyOption],
  ['of the simplest kind, without labels', ['--ignore', 'state', '--no-windows', '--trees', '30']],
])(
  'a pipeline %s gives the model and the line of the laptop on the same rows, and later a challenger through the gate',
  async (_, options) => {
    const home = temporaryFolder();
    const recording = join(home, 'march.csv');
    writeFileSync(recording, recordingOf(2500));
    const ask = async (...parameters: readonly string[]): Promise<Record<string, unknown>> => {
      const outcome = await runAssayHere([...parameters, '--json'], home);
      expect(outcome.code, outcome.stderr).toBe(0);
      return jsonOf(outcome);
    };
    const laptop = await ask('run', recording, '--case', join(home, 'laptop.assay'), ...options);
    const pipeline = join(home, 'pipeline');
    const target = ['--image', 'registry.example/assay:1', '--recordings', '/data/*.csv', '--register', 'cards'];
    await ask(
      ...['export', 'kubeflow', '--case', join(home, 'laptop.assay'), '--out', pipeline, ...target],
      ...['--tracking-uri', 'http://mlflow:5000'],
    );
    const scheduled = join(home, 'scheduled.assay');
    const first = await ask('pipeline', 'run', recording, '--recipe', pipeline, '--case', scheduled);
    const { model } = laptop as { readonly model: { readonly digest: string } };
    expect(first).toMatchObject({ isFirst: true, thresholdUnits: laptop['thresholdUnits'] });
    expect(first['model']).toMatchObject({ digest: model.digest });
    expect(JSON.stringify(first['notices'])).not.toContain('others than those of the recipe');

    // Every form of the pipeline hands its step this very recipe.
    const recipe = JSON.stringify(JSON.parse(readFileSync(join(pipeline, 'recipe.json'), 'utf8')));
    const workflow = parse(readFileSync(join(pipeline, 'cron-workflow.yaml'), 'utf8')) as {
      readonly spec: { readonly workflowSpec: { readonly arguments: { readonly parameters: readonly object[] } } };
    };
    expect(workflow.spec.workflowSpec.arguments.parameters).toContainEqual({ name: 'recipe', value: recipe });
    expect(readFileSync(join(pipeline, 'cron-job.yaml'), 'utf8')).toContain(model.digest);

    const later = join(home, 'april.csv');
    const [header, ...rows] = recordingOf(5000).trim().split('\n');
    writeFileSync(later, `${[header, ...rows.slice(2500)].join('\n')}\n`);
    const second = await ask('pipeline', 'run', recording, later, '--recipe', pipeline, '--case', scheduled);
    expect(second).toMatchObject({ isFirst: false, rows: 5000, gate: { passed: expect.any(Boolean) as boolean } });
    const again = await ask('pipeline', 'run', recording, later, '--recipe', pipeline, '--case', scheduled);
    expect(again).toMatchObject({ isFirst: false, rows: 5000, gate: null });
  },
);
