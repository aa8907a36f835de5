import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ParsedRequestInput, RequestName, RequestOutput } from '../../../preload/contract/requests.ts';
import { decodeMessage, encodeMessage } from '../../../preload/contract/wire/codec.ts';
import { firstScreenFile, firstScreensFolder } from '../../case/first-screen-file.ts';
import { findModel } from '../../case/model/chosen-model.ts';
import type { CaseSession } from '../../case/case-session.ts';
import { lockKeyOf, openSealed, sealUnder } from '../../store/case-lock.ts';

/** What a window that opens on a case asks before anybody does anything. Their answers follow from the case alone. */
const keptRequests: ReadonlySet<RequestName> = new Set<RequestName>([
  'case.read',
  'profile.read',
  'models.list',
  'alerts.page',
  'alerts.days',
  'alerts.detail',
]);
/** Asked later and costly: the answer that was given last is kept, not computed anew. It follows from the case as those above. */
const givenRequests: ReadonlySet<string> = new Set<RequestName>(['tuning.read']);
/** Of each request the first input of an opening is kept, and the last: where the next one begins. */
const inputsKept = 2;
const mostFiles = 20;

const keptSchema = z.object({
  casePath: z.string(),
  state: z.string(),
  answers: z.array(z.object({ request: z.string(), input: z.string(), answer: z.unknown() })),
});
type Kept = z.infer<typeof keptSchema>;
type KeptAnswer = Kept['answers'][number];

/** What is kept of a locked case can be read with its key alone. */
const sealedSchema = z.object({ casePath: z.string(), sealed: z.instanceof(Uint8Array) });
const USE = 'first screen';

/** Answers a request anew, from the case. */
export type AnswerAnew = (name: RequestName, input: unknown) => unknown;

/**
 * The answers that the first screen of a case shows, kept in the data folder beside the settings: the window shows them before
 * the columns of a large case have been read. They hold for one state of the case, told by the digest over all of its evidence
 * and history, and for one version of Assay; of another one nothing is shown, and it is written anew.
 */
export class FirstScreen {
  readonly #session: CaseSession;
  readonly #folder: string;
  readonly #file: string;
  readonly #version: string;
  #kept: Kept | null;
  readonly #asked = new Map<RequestName, string[]>();
  /** What was given of the costly requests, and of which state of the case. */
  readonly #given = new Map<RequestName, KeptAnswer & { readonly state: string }>();

  constructor(session: CaseSession, dataFolder: string, version: string) {
    this.#session = session;
    this.#version = version;
    this.#folder = firstScreensFolder(dataFolder);
    this.#file = firstScreenFile(dataFolder, session.path);
    this.#kept = read(this.#file);
    if (this.#kept?.casePath !== session.path || this.#kept.state !== this.#stateNow()) this.forget();
  }

  /** Whether answers of the case as it was opened are there. */
  get isKept(): boolean {
    return this.#kept !== null;
  }

  /** What was answered of the case as it is now; undefined where nothing was, or the case is another since. */
  answer<R extends RequestName>(name: R, input: ParsedRequestInput<R>): RequestOutput<R> | undefined {
    if (!keptRequests.has(name) && !givenRequests.has(name)) return undefined;
    const text = JSON.stringify(input);
    if (keptRequests.has(name)) this.#note(name, text);
    const known = this.#kept?.answers.find((each) => each.request === name && each.input === text);
    if (known === undefined) return undefined;
    if (this.#kept?.state !== this.#stateNow()) {
      this.#kept = null;
      return undefined;
    }
    // Written by the same version under the same name.
    return known.answer as RequestOutput<R>;
  }

  /** Takes the answer to a request that is about to be computed; undefined where it is not to be kept. */
  taker<R extends RequestName>(
    name: R,
    input: ParsedRequestInput<R>,
  ): ((answer: RequestOutput<R>) => void) | undefined {
    if (!givenRequests.has(name)) return undefined;
    const state = this.#stateNow();
    return (answer) => {
      if (isUnfinished(answer) || !this.#session.openCase.isOpen || state !== this.#stateNow()) return;
      this.#given.set(name, { request: name, input: JSON.stringify(input), answer, state });
    };
  }

  /**
   * Writes the answers of the case as it is, unless they are there. Whatever fails costs the next opening time and nothing else.
   * @param answerAnew is asked for everything that was asked since the case was opened, and is kept
   */
  keep(answerAnew: AnswerAnew): void {
    if (!this.#followsFromCase()) return this.forget();
    const asked = [...this.#asked].flatMap(([request, inputs]) => inputs.map((input) => ({ request, input })));
    const state = this.#stateNow();
    const before = this.#kept?.state === state ? this.#kept.answers : [];
    const given = [...this.#given.values()].filter((each) => each.state === state);
    const isKept = ({ request, input }: Pick<KeptAnswer, 'request' | 'input'>): boolean =>
      before.some((each) => each.request === request && each.input === input);
    if (before.length > 0 && [...asked, ...given].every(isKept)) return;
    const givenBefore = before.filter(
      ({ request }) => givenRequests.has(request) && !given.some((each) => each.request === request),
    );
    const computed = asked.flatMap(({ request, input }) => {
      const answer = attempt(() => answerAnew(request, JSON.parse(input)));
      return isUnfinished(answer) ? [] : [{ request, input, answer }];
    });
    const answers = [...computed, ...givenBefore, ...given.map(({ state: _state, ...answer }) => answer)];
    this.#kept = { casePath: this.#session.path, state, answers };
    write(this.#folder, this.#file, this.#kept);
    forgetStale(this.#folder);
  }

  forget(): void {
    this.#kept = null;
    attempt(() => rmSync(this.#file, { force: true }));
  }

  /** Who comes back when hangs on the clock; and while rows are read, alerts stay for a while what they were. */
  #followsFromCase(): boolean {
    const { openCase, decisions, models } = this.#session;
    const champion = findModel(models, undefined);
    if (champion === undefined || this.#asked.size === 0) return false;
    return decisions.snoozes.size === 0 && openCase.segmentsWithoutScores(champion.id).length === 0;
  }

  #note(name: RequestName, input: string): void {
    const inputs = this.#asked.get(name) ?? [];
    if (inputs.includes(input)) return;
    this.#asked.set(name, [...inputs.slice(0, inputsKept - 1), input]);
  }

  #stateNow(): string {
    return `${this.#version} ${this.#session.openCase.decisions.stateDigest()}`;
  }
}

/** An answer that failed, is awaited, or was given before the reasons of its rows or its rankings were known. */
function isUnfinished(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || answer instanceof Promise) return true;
  if ('rankingsPending' in answer && answer.rankingsPending !== false) return true;
  return 'reasonsPending' in answer && answer.reasonsPending !== 0;
}

function read(file: string): Kept | null {
  return attempt(() => keptSchema.parse(opened(decodeMessage(readFileSync(file))))) ?? null;
}

function opened(kept: unknown): unknown {
  const sealed = sealedSchema.safeParse(kept);
  if (!sealed.success) return kept;
  const key = lockKeyOf(sealed.data.casePath);
  const bytes = key && openSealed(key, USE, sealed.data.sealed);
  return bytes && decodeMessage(bytes);
}

/** Of which case a file tells; undefined where it tells of none. */
function casePathIn(file: string): string | undefined {
  return attempt(() => z.object({ casePath: z.string() }).parse(decodeMessage(readFileSync(file))).casePath);
}

/** Under another name first: the file is never half there. Only its user may read it, as is so of the settings. */
function write(folder: string, file: string, kept: Kept): void {
  const temporary = `${file}.writing-${process.pid}`;
  attempt(() => {
    const key = lockKeyOf(kept.casePath);
    const bytes = encodeMessage(kept);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      temporary,
      key === null ? bytes : encodeMessage({ casePath: kept.casePath, sealed: sealUnder(key, USE, bytes) }),
      { mode: 0o600 },
    );
    renameSync(temporary, file);
  });
}

/** Takes away what was kept of cases that are gone, and the oldest of too many. */
function forgetStale(folder: string): void {
  attempt(() => {
    if (!existsSync(folder)) return;
    const files = readdirSync(folder).map((name) => {
      const path = join(folder, name);
      return { path, keptAtMs: statSync(path).mtimeMs, casePath: casePathIn(path) };
    });
    files.sort((one, other) => other.keptAtMs - one.keptAtMs);
    files.forEach(({ path, casePath }, place) => {
      if (place >= mostFiles || casePath === undefined || !existsSync(casePath)) rmSync(path, { force: true });
    });
  });
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
