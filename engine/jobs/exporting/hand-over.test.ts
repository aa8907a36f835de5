import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import { CaseSession } from '../../case/case-session.ts';
import { recommendationsOf } from '../../case/decisions/four-eyes.ts';
import { openCaseToRead } from '../../case/opening.ts';
import type { Bench } from '../../case/small-recording.test-support.ts';
import { keepOutsideIn } from '../../store/own-folder.ts';
import type { Answer } from '../../../preload/contract/envelope.ts';
import type { JobInput, JobName, JobResult } from '../../../preload/contract/jobs.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

const context = { signal: new AbortController().signal, report: () => undefined };
type Person = 'ana' | 'ben';

/** Each person's laptop: a case and a data folder of its own. */
class Laptop {
  readonly person: Person;
  readonly casePath: string;
  readonly #home: string;

  constructor(person: Person, name: string) {
    this.person = person;
    this.casePath = join(bench.folder, `${name}-${person}.assay`);
    this.#home = join(bench.folder, `home of ${person}`);
    mkdirSync(this.#home, { recursive: true });
    copyFileSync(bench.casePath, this.casePath);
  }

  get publicKey(): string {
    return join(this.#home, 'keys', 'seal-case.pub');
  }

  run<J extends JobName>(name: J, input: JobInput<J>): Promise<Answer<JobResult<J>>> {
    keepOutsideIn(this.#home);
    return bench.engine.runJob(name, input, context);
  }

  async judge(key: string, as: 'fraud' | 'legitimate', by: string = this.person): Promise<JobResult<'judge'>> {
    const action = { kind: 'verdict' as const, alerts: [key], as, replace: true };
    return dataOf(await this.run('judge', { casePath: this.casePath, by, action }));
  }

  async handOver(): Promise<string> {
    const output = `${this.casePath}.hand-over.json`;
    dataOf(
      await this.run('handOver', { casePath: this.casePath, by: this.person, output, makeKey: true, force: true }),
    );
    return output;
  }

  take(file: string, from: Laptop): Promise<Answer<JobResult<'takeHandOver'>>> {
    return this.run('takeHandOver', { casePath: this.casePath, file, key: from.publicKey, by: this.person });
  }

  /** Of each verdict of fraud that stands: rows, who decided, and who else recommended the same of all of them. */
  frauds(): readonly { readonly rows: string; readonly people: readonly string[] }[] {
    const openedCase = openCaseToRead(this.casePath);
    try {
      const session = new CaseSession(openedCase);
      expect(openedCase.decisions.brokenAuditEntry()).toBeNull();
      const words = recommendationsOf(session);
      return session.decisions.verdicts
        .filter(({ kind }) => kind === 'fraud')
        .map(({ by, sequences }) => {
          const others = words.filter(
            (word) =>
              word.kind === 'fraud' && word.by !== by && sequences.every((row) => word.transactions.includes(row)),
          );
          return { rows: sequences.join(), people: [...new Set([by, ...others.map((word) => word.by)])].sort() };
        });
    } finally {
      openedCase.close();
    }
  }
}

function dataOf<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.data;
  throw new Error(`${answer.error.code}: ${answer.error.message}`);
}

async function laptopsUnderFourEyes(name: string, signed = false): Promise<readonly [Laptop, Laptop, string[]]> {
  const [ana, ben] = [new Laptop('ana', name), new Laptop('ben', name)];
  for (const laptop of [ana, ben])
    dataOf(await laptop.run('fourEyes', { casePath: laptop.casePath, rule: { outcomes: ['fraud'], signed } }));
  const listed = dataOf(await ana.run('alerts', { casePath: ana.casePath }));
  return [ana, ben, listed.alerts.slice(0, 3).map(({ key }) => key)];
}

it('recommends what one person says, and decides what two say, on one laptop', async () => {
  const [ana, , [key, other]] = await laptopsUnderFourEyes('one');
  expect(await ana.judge(key, 'fraud')).toMatchObject({ verdicts: [], recommended: [key] });
  expect(await ana.judge(key, 'fraud')).toMatchObject({ verdicts: [], recommended: [key] });
  expect(await ana.judge(other, 'legitimate')).toMatchObject({
    verdicts: [{ verdict: 'legitimate' }],
    recommended: [],
  });
  const read = { casePath: ana.casePath };
  expect(dataOf(await ana.run('fourEyes', read)).waiting).toMatchObject([{ key, kind: 'fraud', by: 'ana' }]);
  expect(await ana.judge(key, 'fraud', 'ben')).toMatchObject({
    verdicts: [{ key, verdict: 'fraud', by: 'ben' }],
    recommended: [],
  });
  expect(dataOf(await ana.run('fourEyes', read)).waiting).toEqual([]);
  expect(ana.frauds()).toMatchObject([{ people: ['ana', 'ben'] }]);
  const { entries } = dataOf(await ana.run('audit', { ...read, verify: true }));
  const report = join(bench.folder, 'both.html');
  dataOf(await ana.run('report', { ...read, alert: key, output: report }));
  const page = readFileSync(report, 'utf8');
  expect(page).toMatch(/ana recommended fraud at .*for a second person to decide/u);
  expect(page).toMatch(/ben decided fraud at /u);
  expect(entries.map(({ by, what }) => `${by}: ${what}`)).toEqual(
    expect.arrayContaining([`ana: recommended fraud by ana: ${key}`, 'ben: verdict fraud']),
  );
});

it('counts names alone for nothing where one word has to be signed', async () => {
  const [ana, ben, [key]] = await laptopsUnderFourEyes('signed', true);
  await ana.judge(key, 'fraud');
  expect(await ana.judge(key, 'fraud', 'ben')).toMatchObject({ verdicts: [], recommended: [key] });
  expect(ana.frauds()).toEqual([]);
  const file = await ana.handOver();
  dataOf(await ben.take(file, ana));
  expect(await ben.judge(key, 'fraud')).toMatchObject({ verdicts: [{ by: 'ben' }] });
});

it('believes no hand-over that was changed, of another key, or of oneself, and no file of verdicts', async () => {
  const [ana, ben, [key]] = await laptopsUnderFourEyes('forged');
  await ana.judge(key, 'fraud');
  await ben.judge(key, 'fraud');
  const file = await ana.handOver();
  await ben.handOver();
  expect(await ana.take(file, ana)).toMatchObject({ ok: false, error: { code: 'WRONG_USE' } });
  expect(await ben.take(file, ben)).toMatchObject({ ok: false, error: { code: 'CHECK_FAILED' } });
  const envelope = JSON.parse(readFileSync(file, 'utf8')) as { payload: string };
  const said = Buffer.from(envelope.payload, 'base64').toString('utf8').replaceAll('"ana"', '"eva"');
  writeFileSync(file, JSON.stringify({ ...envelope, payload: Buffer.from(said).toString('base64') }));
  expect(await ben.take(file, ana)).toMatchObject({ ok: false, error: { code: 'CHECK_FAILED' } });
  expect(ben.frauds()).toEqual([]);

  // A case without the rule gives a file of verdicts, which anybody can write.
  const free = new Laptop('ana', 'free');
  await free.judge(key, 'fraud', 'eva');
  const output = join(bench.folder, 'eva.verdicts');
  dataOf(await free.run('labelExport', { casePath: free.casePath, output }));
  const merged = dataOf(await ben.run('labelMerge', { casePath: ben.casePath, files: [output] }));
  expect(merged).toMatchObject({ added: 0, needSecond: 1 });
  expect(ben.frauds()).toEqual([]);
});

it('never lets one person alone decide, and comes to one answer on both laptops, whatever is said and handed over when', async () => {
  let turn = 0;
  const step = fc.record({
    who: fc.constantFrom(0, 1),
    what: fc.constantFrom('judge', 'judge', 'hand over'),
    alert: fc.nat({ max: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const [ana, ben, keys] = await laptopsUnderFourEyes(`random-${++turn}`);
      const pair = [ana, ben] as const;
      const said = new Set<Laptop>();
      const exchange = async (from: Laptop, to: Laptop): Promise<void> => {
        if (said.has(from)) dataOf(await to.take(await from.handOver(), from));
      };
      for (const { who, what, alert } of steps) {
        const [laptop, other] = [pair[who], pair[1 - who]];
        if (what === 'judge') {
          await laptop.judge(keys[alert], 'fraud');
          said.add(laptop);
        } else if (what === 'hand over') await exchange(laptop, other);
        for (const each of pair)
          for (const { people: both } of each.frauds()) expect(both, JSON.stringify(steps)).toEqual(['ana', 'ben']);
      }
      await exchange(ana, ben);
      await exchange(ben, ana);
      await exchange(ana, ben);
      const decided = pair.map((each) => [...new Set(each.frauds().map(({ rows }) => rows))].sort());
      expect(decided[0]).toEqual(decided[1]);
    }),
    { numRuns: 5 },
  );
});
