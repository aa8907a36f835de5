import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inWindowWords, noticesInWindow } from './window-words.ts';

const engine = join(import.meta.dirname, '..', '..');
const flag = /(?<![\w-])--[a-z]|`assay /u;

/** What only a command reaches, or is written into a file that runs commands. */
const onlyOfCommands: readonly string[] = [
  'export/kubeflow/pipeline-files.ts',
  'export/serving/service-files.ts',
  'export/spark/spark-job.ts',
  'features/parse-window-spec.ts',
  'case/retention.ts',
  'host/scoring-service.ts',
  'host/case-commands.ts',
  'host/command-line-engine.ts',
  'jobs/doctor.ts',
  'jobs/labels/carry-verdicts.ts',
  'jobs/reading/check-expectation.ts',
  'jobs/retain-rows.ts',
];
/** Of other programs: zstd's, npm's and MLflow's own flags; a flag by itself; what only --strict and --expect say, and what is written into exported files. */
const ofOthers =
  /--ignore-scripts|--long|--serve-artifacts|--allowed-hosts|^--[a-z-]+$|'--(time|time-format|number-format|label|positive|ignore|id|amount|detection)'|leave out --strict|Write for example --expect|computed by `assay score`|those of `assay score`/u;

/** Every text in quotes of the engine's sources that names a flag or a command, with `x` for what is put into it. */
function sentencesWithFlags(): readonly string[] {
  return globSync('**/*.ts', { cwd: engine })
    .filter((path) => !path.endsWith('.test.ts') && !onlyOfCommands.includes(path) && !path.includes('window-words'))
    .flatMap((path) =>
      readFileSync(join(engine, path), 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\/\/|\/?\*)/u.test(line))
        .flatMap((line) => [...line.matchAll(/'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`/gu)])
        .map(([, plain, template]) => (plain ?? template ?? '').replaceAll(/\$\{[^}]*\}/gu, 'x').replaceAll('\\`', '`'))
        .filter((text) => flag.test(text) && !ofOthers.test(text)),
    );
}

describe('the words of the window', () => {
  it('name no flag and no command, in any sentence that the engine says there', () => {
    const sentences = sentencesWithFlags();
    expect(sentences.length).toBeGreaterThan(20);
    const forgotten = sentences.filter((sentence) => flag.test(inWindowWords(sentence)));
    expect(forgotten, 'say in window-words.ts what the window says instead').toEqual([]);
  });

  it('say where the same step is in the window', () => {
    expect(inWindowWords('Train one with `assay train --case FILE`.')).toBe('Train one in Tuning.');
    expect(
      inWindowWords(
        "Name another column, or say how its times are written: --time-format 'day time=dd-MMM-yyyy HH:mm:ss'.",
      ),
    ).toBe('Name another column, or say beside it how its times are written, such as dd-MMM-yyyy HH:mm:ss.');
    const [told, meant] = ['No label. --label says otherwise.', 'No label. The role of the column can be changed.'];
    expect(noticesInWindow({ rows: 2, notices: [told, { atMs: 1, sentence: told }] })).toEqual({
      rows: 2,
      notices: [meant, { atMs: 1, sentence: meant }],
    });
  });
});
