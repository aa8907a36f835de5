import { userInfo } from 'node:os';
import { usageError } from '../../domain/error.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { EventName, Events } from '../../../preload/contract/events.ts';
import { JobCommands } from './job-commands.ts';
import { CaseSession } from './case-session.ts';
import { readSettingsFile } from './settings-file.ts';

/** Where the workbench finds and keeps what is not in a case. */
export interface WorkbenchPlaces {
  readonly dataFolder: string;
  readonly bundledRecording: string;
  /** Where the case of the bundled recording is made at the first start. */
  readonly firstCasePath: string;
  readonly version: string;
  readonly host: 'electron' | 'browser' | 'command-line';
}

type Tell = <E extends EventName>(name: E, payload: Events[E]) => void;

/** The state behind one window: at most one open case. */
export class Workbench {
  readonly places: WorkbenchPlaces;
  /** Tells the window something unasked. */
  readonly tell: Tell;
  /** What the window asks of jobs that run. */
  readonly commands = new JobCommands();
  #session: CaseSession | null = null;
  #background: (() => boolean) | null = null;

  constructor(places: WorkbenchPlaces, tell: Tell) {
    this.places = places;
    this.tell = tell;
  }

  get openSession(): CaseSession | null {
    return this.#session;
  }

  /** @throws AssayError WRONG_USE where no case is open. */
  get session(): CaseSession {
    if (this.#session === null) throw usageError('WRONG_USE', 'No case is open.', 'Open a case first.');
    this.#session.refresh();
    return this.#session;
  }

  /** Opens a case in place of the one before; where that fails, the one before stays open. */
  open(path: string): CaseSession {
    const session = new CaseSession(path);
    this.close();
    this.#session = session;
    return session;
  }

  close(): void {
    this.#session?.close();
    this.#session = null;
  }

  /**
   * Does a piece of work turn by turn while nothing else waits, as long as a turn returns true. A new piece takes the
   * place of the one before: only what the window shows now is worth the time.
   */
  inBackground(turn: () => boolean): void {
    const isRunning = this.#background !== null;
    this.#background = turn;
    if (!isRunning) setImmediate(() => this.#nextTurn());
  }

  #nextTurn(): void {
    const turn = this.#background;
    if (turn === null) return;
    // A failure of unasked work has nobody to be told to; the same work fails by name when it is asked for.
    const goesOn = succeeds(turn);
    if (!goesOn && this.#background === turn) this.#background = null;
    if (this.#background !== null) setImmediate(() => this.#nextTurn());
  }

  /** Who acts now: the name in the settings, else that of the system's user. */
  doing(): Doing {
    const { analyst } = readSettingsFile(this.places.dataFolder).settings;
    return { by: analyst.trim() === '' ? systemUser() : analyst.trim(), atMs: Date.now() };
  }
}

function succeeds(turn: () => boolean): boolean {
  try {
    return turn();
  } catch {
    return false;
  }
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as in some containers.
    return 'unknown';
  }
}
