import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { reportOf } from './error-report.ts';
import { nearPaths } from './near-paths.ts';
import { AssayError } from '../domain/error.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-near-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'cases', 'may'), { recursive: true });
for (const name of [
  'cases/may/cards.assay',
  'cases/may/terminals.assay',
  'cases/june.assay',
  'cases/june.assay-wal',
  'cases/june.decisions.jsonl',
])
  writeFileSync(join(folder, name), '');
const at = (path: string): string => join(folder, path);

describe('a mistyped path', () => {
  it.each([
    ['cases/may/crads.assay', 'cases/may/cards.assay'],
    ['casse/may/cards.assay', 'cases/may/cards.assay'],
    ['casse/mya/cards.asay', 'cases/may/cards.assay'],
    ['cases/june', 'cases/june.assay'],
  ])('%s is taken for %s', (typed, meant) => {
    expect(nearPaths(at(typed))).toEqual([at(meant)]);
  });

  it('is taken for nothing where nothing is near, and never for itself', () => {
    expect(nearPaths(at('cases/may/something-else-entirely.csv'))).toEqual([]);
    expect(nearPaths(at('cases/june.assay'))).toEqual([]);
    expect(nearPaths('/no/such/folder/at/all')).toEqual([]);
  });

  it('is asked about in the report, before what to do otherwise', () => {
    const error = new AssayError('CASE_NOT_FOUND', 'usage', 'There is none.', {
      nextStep: 'Check the path.',
      missingPath: at('cases/jun.assay'),
    });
    expect(reportOf(error, null)).toMatchObject({
      nextStep: `Did you mean ${at('cases/june.assay')}? Check the path.`,
      missing: { path: at('cases/jun.assay'), near: [at('cases/june.assay')] },
    });
  });

  it('is told in words, without the code of the system', () => {
    const error = Object.assign(new Error('x'), { code: 'ENOENT', path: at('cases/jun.assay') });
    expect(reportOf(error, null).message).toBe(`There is no ${at('cases/jun.assay')}.`);
    for (const code of ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EISDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC'])
      expect(reportOf(Object.assign(new Error('x'), { code, path: '/p' }), null).message).not.toContain(code);
  });
});
