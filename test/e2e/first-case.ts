import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './build.ts';

/** Who acts in the stories that begin on a ready case. */
export const analystName = 'Ines Duarte';

const recording = join(projectFolder, 'datasets', 'payments-30-days.csv.gz');

/** Makes the first case in a data folder, as the first start does, so that stories begin on a ready case. */
export function makeFirstCase(home: string): void {
  execFileSync(
    process.execPath,
    [
      'scripts/assay.mjs',
      'run',
      recording,
      '--label',
      'is_fraud',
      '--ignore',
      'fraud_scenario',
      '--trees',
      '50',
      '--json',
    ],
    { cwd: projectFolder, env: { ...process.env, ASSAY_HOME: home }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  // Who acts is asked once, which is a story of its own.
  writeFileSync(
    join(home, 'settings.json'),
    JSON.stringify({ version: 1, settings: { analyst: analystName }, recent: [] }),
  );
}

/** A copy of a data folder, so that what one story decides is not seen by the next. */
export function copyHome(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
}

/** The file of the first case in a data folder. */
export function preparedCase(home: string): string {
  const found = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('.assay'));
  if (found === undefined) throw new Error(`No case lies in ${home}.`);
  return join(home, found);
}
