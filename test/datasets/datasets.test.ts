import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fraudScenarios } from '../../engine/domain/simulation.ts';
import { renderHeader, renderTransaction, simulationColumns } from '../../engine/jobs/simulate/render-transaction.ts';
import { simulateTransactions } from '../../engine/jobs/simulate/simulate-transactions.ts';

const folder = resolve(import.meta.dirname, '../../datasets');
const manifestSchema = z.object({
  version: z.literal(1),
  recordings: z.array(
    z.object({
      file: z.string(),
      rows: z.number().int(),
      positives: z.number().int(),
      sha256: z.string(),
      licence: z.string(),
      label: z.string(),
      generator: z.object({ seed: z.number().int() }),
      columns: z.array(z.object({ name: z.string(), meaning: z.string() })),
    }),
  ),
});
const { recordings } = manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

describe('the bundled recordings', () => {
  it('are all in the manifest', () => {
    const files = readdirSync(folder).filter((name) => name !== 'manifest.json' && name !== 'README.md');
    expect(files).toEqual(recordings.map(({ file }) => file));
  });

  it.each(recordings)('$file is what the manifest says', ({ file, rows, positives, columns, label, ...entry }) => {
    const content = gunzipSync(readFileSync(join(folder, file)));
    expect(sha256(content)).toBe(entry.sha256);
    const [header, ...lines] = content.toString('utf8').trimEnd().split('\n');
    expect(header.split(',')).toEqual(columns.map(({ name }) => name));
    expect(lines).toHaveLength(rows);
    const labelColumn = header.split(',').indexOf(label);
    expect(lines.filter((line) => line.split(',')[labelColumn] === '1')).toHaveLength(positives);
    expect(entry.licence).toBe('CC0-1.0');
  });

  it.each(recordings)(
    '$file comes out of the generator again, byte for byte',
    ({ sha256: expected, generator, columns }) => {
      const startMs = Date.UTC(2026, 2, 2);
      const defaults = { customers: 300, terminals: 400, days: 30, startMs, scenarios: fraudScenarios };
      const lines = [renderHeader('csv')];
      let index = 0;
      for (const transaction of simulateTransactions({ ...defaults, seed: generator.seed })) {
        lines.push(renderTransaction(transaction, index++, 'csv'));
      }
      expect(sha256(lines.join(''))).toBe(expected);
      expect(columns.map(({ name }) => name)).toEqual([...simulationColumns]);
    },
  );
});
