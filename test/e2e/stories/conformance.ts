import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { differences } from '../../electron-standin/conformance/differences.ts';
import { observeElectron } from '../../electron-standin/conformance/observe.ts';
import { projectFolder } from '../build.ts';

/** One app, run on the stand-in and on a real binary, sees the same. */
export function conformanceStories(): void {
  it('behaves as Electron does, in everything that Assay leans on', async () => {
    const path = join(projectFolder, 'test/electron-standin/conformance/observations.json');
    expect(differences(JSON.parse(readFileSync(path, 'utf8')), await observeElectron())).toEqual([]);
  });
}
