import { statSync } from 'node:fs';
import { usageError } from '../../domain/error.ts';
import { guarded } from '../../store/store-error.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { EventName, Events } from '../../../preload/contract/events.ts';
import { JobThreads } from '../job-threads.ts';
import { JobCommands } from './job-commands.ts';
import { CaseSession } from '../../case/case-session.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { openCaseForWindow } from '../../case/opening.ts';
import { FirstScreen, type AnswerAnew } from './first-screen.ts';
import { prepareAnswers } from './prepare-answers.ts';
import { askerOf } from './settings-file.ts';

/** Where the workbench finds and keeps what is not in a case. */
export interface WorkbenchPlaces {
  readonly dataFolder: string;
  readonly bundledRecording: string;
  /** Where the case of the bundled recording is made at the first start. */
  readonly firstCasePath: string;
  readonly version: string;
  readonly host: 'electron' | 'browser' | 'command-line';
}

/** What the window asks at once comes first; less is computed for it where the first screen was kept. */
const prepareAfterMs = 250;
const prepareBehindKeptMs = 50;

type Tell = <E extends EventName>(name: E, payload: Events[E]) => void;

/** The state behind one window: at most one open case. */
export class Workbench {
  readonly places: WorkbenchPlaces;
  /** Tells the window something unasked. */
  readonly tell: Tell;
  /** What the window asks of jobs that run. */
  readonly commands = new JobCommands();
  readonly jobThreads = new JobThreads();
  readonly #answerAnew: AnswerAnew;
  #session: CaseSession | null = null;
  #firstScreen: FirstScreen | null = null;
  #background: (() => boolean) | null = null;
  #preparation: Iterator<unknown> | null = null;
  #isTurning = false;
  #isPrepared = false;

  /** @param answerAnew answers a request of the window from the open case */
  constructor(places: WorkbenchPlaces, tell: Tell, answerAnew: AnswerAnew) {
    this.places = places;
    this.tell = tell;
    this.#answerAnew = answerAnew;
  }

  get openSession(): CaseSession | null {
    return this.#session;
  }

  /** What was kept of the first screen of the open case; null where none is open. */
  get firstScreen(): FirstScreen | null {
    return this.#firstScreen;
  }

  /** @throws AssayError WRONG_USE where no case is open. */
  get session(): CaseSession {
    if (this.#session === null) throw usageError('WRONG_USE', 'No case is open.', 'Open a case first.');
    this.#session.refresh();
    return this.#session;
  }

  /**
   * Opens a case in place of the one before, which is closed also where that fails: no key meant for one lands in the
   * other. A path where nothing is leaves it open: that is asked about first.
   */
  open(path: string): CaseSession {
    guarded(path, () => statSync(path));
    this.close();
    this.#session = new CaseSession(openCaseForWindow(path));
    return this.#session;
  }

  close(): void {
    this.#background = null;
    this.#preparation = null;
    this.#keepFirstScreen();
    this.#firstScreen = null;
    this.#isPrepared = false;
    this.#session?.close();
    this.#session = null;
  }

  /** From now on the first screen of the open case is kept, once what it needs has been computed and when the case is closed. */
  prepareFirstScreen(): void {
    const { session } = this;
    this.#firstScreen = new FirstScreen(session, this.places.dataFolder, this.places.version);
    this.prepare(this.#preparing(session));
  }

  *#preparing(session: CaseSession): Generator<void> {
    yield* prepareAnswers(session);
    this.#isPrepared = true;
    if (this.#session === session) this.#keepFirstScreen();
  }

  /** Cheap where everything has been read; a case that is closed before is not read for the next time. */
  #keepFirstScreen(): void {
    if (!this.#isPrepared || this.#session?.openCase.isOpen !== true) return;
    this.#session.refresh();
    this.#firstScreen?.keep(this.#answerAnew);
  }

  /**
   * Does a piece of work turn by turn while nothing else waits, as long as a turn returns true. A new piece takes the
   * place of the one before: only what the window shows now is worth the time.
   */
  inBackground(turn: () => boolean): void {
    this.#background = turn;
    this.#goOn();
  }

  /** Does step by step what will be asked for soon, while there is nothing else to do. New steps take the place of old. */
  prepare(steps: Iterator<unknown>): void {
    this.#preparation = steps;
    const afterMs = this.#firstScreen?.isKept === true ? prepareBehindKeptMs : prepareAfterMs;
    setTimeout(() => this.#goOn(), afterMs).unref();
  }

  #goOn(): void {
    if (this.#isTurning || (this.#background === null && this.#preparation === null)) return;
    this.#isTurning = true;
    setImmediate(() => {
      this.#isTurning = false;
      this.#nextTurn();
      this.#goOn();
    });
  }

  /** A failure of unasked work has nobody to be told to; the same work fails by name when it is asked for. */
  #nextTurn(): void {
    const turn = this.#background;
    const steps = this.#preparation;
    if (turn !== null) {
      const goesOn = succeeds(turn);
      if (!goesOn && this.#background === turn) this.#background = null;
    } else if (steps !== null) {
      const goesOn = succeeds(() => steps.next().done !== true);
      if (!goesOn && this.#preparation === steps) this.#preparation = null;
    }
  }

  /** Who acts now, and when. */
  doing(): Doing {
    return doingOf({ asker: askerOf(this.places.dataFolder) });
  }
}

function succeeds(turn: () => boolean): boolean {
  try {
    return turn();
  } catch {
    return false;
  }
}
