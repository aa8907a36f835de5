import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createBench, type Bench } from '../../../engine/case/small-recording.test-support.ts';
import { journalPath, type JournalEntry } from '../../../engine/case/decisions/decision-journal.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import type { DoneAct, FromPerson, PersonTask } from './person-frames.ts';

/*
 * Simulated people, each a process, decide at the same alerts of one case. What each was told is done must be what the case,
 * its history and its journal say: nothing lost, nothing twice, nobody's work replaced or taken back by another unasked.
 */

const entry = join(import.meta.dirname, 'person.child.ts');
const modelId = 1;

export interface GatheringOptions {
  readonly people: number;
  readonly seed: number;
  readonly until: { readonly actsEach: number } | { readonly minutes: number };
}

export interface GatheringReport {
  readonly acts: Readonly<Record<DoneAct['kind'], number>>;
  /** How often an act was refused, by code. */
  readonly refused: ReadonlyMap<string, number>;
  /** Sentences; none where all is well. */
  readonly faults: readonly string[];
}

interface Person {
  readonly name: string;
  readonly child: ChildProcess;
  readonly done: DoneAct[];
  readonly refused: string[];
}

/** Lets people at a new case, and says what became of their work. */
export async function gather(options: GatheringOptions): Promise<GatheringReport> {
  const cleanUps: (() => Promise<void>)[] = [];
  try {
    const bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
    await bench.ask('case.open', { path: bench.casePath });
    const people = Array.from({ length: options.people }, (_, index) => comes(bench, options, index));
    const gone = people.map(({ child }) => once(child, 'exit'));
    if ('minutes' in options.until) {
      await sleep(options.until.minutes * 60_000);
      for (const { child } of people) if (child.connected) child.send('go home');
    }
    await Promise.all(gone);
    return {
      acts: countActs(people.flatMap(({ done }) => done)),
      refused: countOf(people.flatMap(({ refused }) => refused)),
      faults: await faultsOf(bench, people),
    };
  } finally {
    for (const cleanUp of cleanUps) await cleanUp();
  }
}

function comes({ casePath, folder }: Bench, { seed, until }: GatheringOptions, index: number): Person {
  const name = `person ${index + 1}`;
  const task: PersonTask = {
    casePath,
    modelId,
    homeFolder: join(folder, name),
    name,
    seed: seed + index,
    acts: 'actsEach' in until ? until.actsEach : null,
  };
  const child = fork(entry, [JSON.stringify(task)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const person: Person = { name, child, done: [], refused: [] };
  child.on('message', (frame: FromPerson) => {
    if (frame.kind === 'done') person.done.push(frame.act);
    else person.refused.push(frame.code);
  });
  return person;
}

function countActs(acts: readonly DoneAct[]): GatheringReport['acts'] {
  const count = (kind: DoneAct['kind']): number => acts.filter((act) => act.kind === kind).length;
  return { verdict: count('verdict'), note: count('note'), undo: count('undo') };
}

function countOf(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

async function faultsOf(bench: Bench, people: readonly Person[]): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { name, child } of people)
    if (child.exitCode !== 0) faults.push(`${name} ended with exit code ${child.exitCode} (${child.signalCode})`);
  const context = { signal: new AbortController().signal, report: () => undefined };
  const audited = await bench.engine.runJob('audit', { casePath: bench.casePath, verify: true }, context);
  if (!audited.ok) return [...faults, audited.error.message];
  if (audited.data.whole !== true) faults.push(`the history is broken at entry ${audited.data.brokenEntry}`);
  const journal = readFileSync(journalPath(bench.casePath), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry);
  faults.push(...differencesOfHistory(audited.data, journal));
  for (const person of people) faults.push(...differencesOfPerson(person, journal));
  const { standing, faults: unasked } = replay(people, journal);
  faults.push(...unasked, ...(await differencesOfCase(bench, journal, standing)));
  return faults;
}

/** The history speaks of the same actions as the journal, in the same order, each by the same person. */
function differencesOfHistory({ entries }: JobResult<'audit'>, journal: readonly JournalEntry[]): readonly string[] {
  const history = entries.flatMap(({ by, details }) => {
    const { action, undoneAction } = details as { readonly action?: number; readonly undoneAction?: number };
    return action === undefined && undoneAction === undefined ? [] : [{ by, action, undoneAction }];
  });
  const written = journal.map(({ by, action, kind }) =>
    kind === 'undo' ? { by, action: undefined, undoneAction: action } : { by, action, undoneAction: undefined },
  );
  return isDeepStrictEqual(history, written)
    ? []
    : [`the history has ${history.length} actions, the journal ${written.length}, or they are not the same`];
}

/** What a person was told is done, as the journal must say it. */
function differencesOfPerson({ name, done }: Person, journal: readonly JournalEntry[]): readonly string[] {
  const whatOf = new Map(
    journal.flatMap((line): [number, string][] =>
      line.kind === 'undo' ? [] : [[line.action, line.kind === 'verdict' ? `verdict ${line.verdict}` : line.kind]],
    ),
  );
  const written = journal
    .filter(({ by }) => by === name)
    .map((line) => {
      if (line.kind === 'verdict') return [line.verdict, ...line.alerts.map(({ key }) => key)];
      if (line.kind === 'note') return [line.text, line.key];
      return ['undone', whatOf.get(line.action)];
    });
  const told = done.map((act) => {
    if (act.kind === 'verdict') return [act.verdict, act.key];
    return act.kind === 'note' ? [act.text, act.key] : ['undone', act.undone];
  });
  const lost = told.findIndex((act, index) => !isDeepStrictEqual(act, written[index]));
  if (lost >= 0)
    return [`${name}: act ${lost + 1}, ${JSON.stringify(told[lost])}, is ${JSON.stringify(written[lost])}`];
  return told.length === written.length ? [] : [`${name}: ${written.length - told.length} acts that nobody asked for`];
}

type Standing = ReadonlyMap<number, Exclude<JournalEntry, { readonly kind: 'undo' }>>;

/** Does everything again in order: an undo takes the newest of its own person's acts, a verdict replaces only where it says so. */
function replay(
  people: readonly Person[],
  journal: readonly JournalEntry[],
): { readonly standing: Standing; readonly faults: readonly string[] } {
  const standing = new Map<number, Exclude<JournalEntry, { readonly kind: 'undo' }>>();
  const faults: string[] = [];
  const told = new Map(people.map(({ name, done }) => [name, done.values()]));
  for (const line of journal) {
    const act = told.get(line.by)?.next().value;
    if (line.kind === 'undo') {
      const newest = [...standing.values()].findLast(({ by }) => by === line.by);
      if (newest?.action !== line.action) faults.push(`${line.by} took back action ${line.action}, not their newest`);
      standing.delete(line.action);
      continue;
    }
    if (line.kind === 'verdict' && act?.kind === 'verdict' && !act.replaces)
      for (const { key, sequences } of line.alerts) {
        const others = sequences.map((row) => verdictOn(standing, row)?.by);
        if (others.every((by) => by !== undefined && by !== line.by))
          faults.push(`${line.by} replaced what ${others[0]} had decided of ${key} without saying so`);
      }
    standing.set(line.action, line);
  }
  return { standing, faults };
}

function verdictOn(standing: Standing, row: number): Extract<JournalEntry, { readonly kind: 'verdict' }> | undefined {
  const covers = [...standing.values()].findLast(
    (line) => line.kind === 'verdict' && line.alerts.some(({ sequences }) => sequences.includes(row)),
  );
  return covers?.kind === 'verdict' ? covers : undefined;
}

/** The case shows of each alert what stands after everything was done again. */
async function differencesOfCase(
  { ask }: Bench,
  journal: readonly JournalEntry[],
  standing: Standing,
): Promise<readonly string[]> {
  const keys = new Set(
    journal.flatMap((line) =>
      line.kind === 'verdict' ? line.alerts.map(({ key }) => key) : line.kind === 'note' ? [line.key] : [],
    ),
  );
  const faults: string[] = [];
  for (const key of keys) {
    const { decision, notes } = await ask('alerts.detail', { modelId, key });
    const verdict = verdictOn(standing, Number(key.slice(1)));
    if (decision?.decidedBy !== verdict?.by || decision?.kind !== verdict?.verdict)
      faults.push(`${key} is ${decision?.kind} by ${decision?.decidedBy}, not ${verdict?.verdict} by ${verdict?.by}`);
    const kept = [...standing.values()].flatMap((line) =>
      line.kind === 'note' && line.key === key ? [`${line.by}: ${line.text}`] : [],
    );
    const shown = notes.map(({ writtenBy, text }) => `${writtenBy}: ${text}`);
    if (!isDeepStrictEqual(shown, kept)) faults.push(`${key} shows ${shown.length} notes of ${kept.length}`);
  }
  return faults;
}
