// `npm run quality`: how well the forests detect, beside other detectors, into docs/detection-quality.md.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sharedDataFolder } from '../shared-data.ts';
import { replaceSection } from './markdown.ts';
import { measureDetectors } from './quality/detectors-section.ts';
import { measureExploration } from './quality/exploration-section.ts';
import { measureFeedback } from './quality/feedback-section.ts';
import { measureHandbook } from './quality/handbook-section.ts';
import { measureNewWorlds } from './quality/new-worlds-section.ts';
import { measurePurchasingCards } from './quality/purchasing-cards-section.ts';
import { measureSets } from './quality/sets-section.ts';
import { measureStability } from './quality/stability-section.ts';
import { measureUntouched } from './quality/untouched-section.ts';
import { measureVerdicts } from './quality/verdicts-section.ts';
import { measureWorlds } from './quality/worlds-section.ts';

const page = resolve(import.meta.dirname, '../../docs/detection-quality.md');
const sections = {
  sets: measureSets,
  'sets-untouched': measureUntouched,
  worlds: measureWorlds,
  'worlds-new': measureNewWorlds,
  'worlds-purchasing-cards': measurePurchasingCards,
  handbook: measureHandbook,
  stability: measureStability,
  detectors: measureDetectors,
  verdicts: measureVerdicts,
  feedback: measureFeedback,
  exploration: measureExploration,
};
const names = Object.keys(sections) as readonly (keyof typeof sections)[];

const { values } = parseArgs({
  options: { only: { type: 'string' }, seeds: { type: 'string', default: '10' } },
});
/** `worlds` means all whose names begin so; `worlds-new` that one alone, and `worlds.` the first of them alone. */
const isAsked = (name: string): boolean =>
  values.only === undefined ||
  values.only.split(',').some((asked) => asked === name || asked === `${name}.` || name.startsWith(`${asked}-`));
const chosen = names.filter(isAsked);
const seeds = Number(values.seeds);
if (sharedDataFolder === null || chosen.length === 0 || !Number.isInteger(seeds) || seeds < 2) {
  console.error(
    sharedDataFolder === null
      ? 'The shared recordings are absent: set ASSAY_SHARED_DATA to their folder.'
      : `Use: npm run quality -- [--only ${names.join(',')}] [--seeds N, at least 2]`,
  );
  process.exitCode = 2;
} else {
  for (const name of chosen) {
    await replaceSection(page, name, await sections[name](seeds, (line) => console.error(line)));
  }
}
