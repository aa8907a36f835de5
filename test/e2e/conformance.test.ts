import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { differences } from '../electron-standin/conformance/differences.ts';
import { observeElectron } from '../electron-standin/conformance/observe.ts';
import { describeWithChromium } from './chromium.ts';
import { projectFolder } from './build.ts';
import { electronName } from './launchers.ts';

describeWithChromium(`conformance of ${electronName}`, () => {
  it('behaves as Electron documents, in everything that Assay leans on', async () => {
    const path = join(projectFolder, 'test/electron-standin/conformance/observations.json');
    expect(differences(JSON.parse(readFileSync(path, 'utf8')), await observeElectron())).toEqual([]);
  });

  it('would see a difference', () => {
    expect(differences({ a: [1, { b: 2 }], c: 1 }, { a: [1, { b: 3 }] })).toEqual([
      'a.1.b: expected 2, observed 3',
      'c: expected 1, observed undefined',
    ]);
  });
});
