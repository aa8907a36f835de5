import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { helpPages, programWithoutEngine } from '../surface/surface.ts';

const project = resolve(import.meta.dirname, '../..');
const pages = [
  'README.md',
  'docs/user-guide.md',
  'docs/exports.md',
  'docs/from-five-scripts.md',
  'docs/what-is-understood.md',
  'docs/monitoring/*.md',
];

/** One command as a page or `--help` shows it. */
export interface DocumentedExample {
  /** As it is written, for the name of a test. */
  readonly line: string;
  readonly words: readonly ExampleWord[];
}

export interface ExampleWord {
  readonly text: string;
  /** Without quotes a shell would put file names in the place of a `*`. */
  readonly isQuoted: boolean;
}

/** Every `assay` line in the code of the pages and in the examples of `--help`, each once. */
export function documentedExamples(): readonly DocumentedExample[] {
  const files = globSync(pages, { cwd: project }).toSorted();
  const lines = [
    ...files.flatMap((file) => codeOf(readFileSync(join(project, file), 'utf8'))),
    ...helpPages(programWithoutEngine()).flatMap((page) => page.split('\n').filter((line) => line.startsWith('  '))),
  ];
  const examples = new Map<string, DocumentedExample>();
  for (const line of commandsIn(lines)) {
    const words = wordsOf(line);
    examples.set(words.map(({ text }) => text).join(' '), { line, words });
  }
  return [...examples.values()];
}

/** What examples give with a flag, such as the keys of all `--alert`. */
export function documentedValues(flag: string): readonly string[] {
  const given = documentedExamples().flatMap(({ words }) =>
    words.filter((_, position) => words[position - 1]?.text === flag).flatMap(({ text }) => text.split(',')),
  );
  return [...new Set(given)];
}

/** The text of the profile that the guide shows, which its next command names. */
export function documentedProfile(): string {
  const guide = readFileSync(join(project, 'docs/user-guide.md'), 'utf8');
  const profile = /```yaml\n(# profile\.yaml\n[^`]*)```/.exec(guide)?.[1];
  if (profile === undefined) throw new Error('docs/user-guide.md shows no profile.yaml.');
  return profile;
}

/** The lines of a Markdown page that are code: between fences, or indented by four. */
function codeOf(page: string): readonly string[] {
  let isFenced = false;
  return page.split('\n').filter((line) => {
    if (line.startsWith('```')) isFenced = !isFenced;
    return isFenced || line.startsWith('    ');
  });
}

/** Commands, each as one line and without the program's name. */
function commandsIn(lines: readonly string[]): readonly string[] {
  const whole = lines.join('\n').replaceAll(/ *\\\n\s*/g, ' ');
  return whole
    .split('\n')
    .map((line) => /^\s*(?:npm run --silent assay --|assay) (\S.*)$/.exec(line)?.[1])
    .filter((command) => command !== undefined);
}

/** Words as a shell would split them; a `#` and, in help, two spaces begin what is said of the command. */
function wordsOf(line: string): readonly ExampleWord[] {
  const words: ExampleWord[] = [];
  const word = / ?(?:'([^']*)'|"([^"]*)"|([^\s'"#][^\s'"]*))/y;
  for (let found = word.exec(line); found !== null; found = word.exec(line)) {
    const [, single, double, plain] = found;
    words.push({ text: single ?? double ?? plain, isQuoted: plain === undefined });
  }
  return words;
}
