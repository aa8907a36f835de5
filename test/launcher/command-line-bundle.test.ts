import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLineEntry, commandLineFolder, sourcesFile, stampOf } from '../../scripts/command-line-bundle.mjs';

describe('the bundle of the command line', () => {
  let project = '';
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'assay-bundle-'));
    mkdirSync(join(project, commandLineFolder), { recursive: true });
    writeFileSync(join(project, 'one.ts'), 'export {};');
    writeFileSync(join(project, sourcesFile), JSON.stringify({ 'one.ts': stampOf('one.ts', project) }));
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  const started = (): string => basename(commandLineEntry(project).pathname);

  it('is started where the sources are those it was built from', () => {
    expect(started()).toBe('main.js');
  });

  it("gives way to the sources after a change of one, so that nobody runs yesterday's code", () => {
    utimesSync(join(project, 'one.ts'), 1, 1);
    expect(started()).toBe('main.ts');
    writeFileSync(join(project, 'one.ts'), 'export const one = 1;');
    expect(started()).toBe('main.ts');
    rmSync(join(project, 'one.ts'));
    expect(started()).toBe('main.ts');
  });

  it('is not needed', () => {
    rmSync(join(project, sourcesFile));
    expect(started()).toBe('main.ts');
  });
});
