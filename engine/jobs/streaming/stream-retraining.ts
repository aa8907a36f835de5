import { z } from 'zod';
import { CaseSession } from '../../case/case-session.ts';
import { openCaseToRead } from '../../case/opening.ts';
import { AssayError } from '../../domain/error.ts';
import type { WorkContext } from '../../domain/progress.ts';
import { dueBy } from '../../domain/retraining.ts';
import type { FeatureDrift } from '../../monitor/drift.ts';
import type { ModelMetrics } from '../../monitor/model-metrics.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { retrain, RETRAINING_SETTING, sinceTraining } from '../retraining/retrain.ts';

type Choice = NonNullable<ParsedJobInput<'follow'>['retrain']>;

/** So often it is asked whether a rule asks for a new model. */
const LOOKED_AFTER_MS = 500;

const lastGateSchema = z.object({
  modelDigest: z.string(),
  passed: z.boolean(),
  checks: z.array(z.object({ name: z.string(), before: z.number().nullable(), after: z.number().nullable() })),
});

/** Where a stream stands when it is asked. */
export interface StreamPosition {
  /** Rows stored so far. */
  readonly rows: number;
  readonly positionMs: number | null;
  readonly drift: readonly FeatureDrift[];
}

/**
 * Makes challengers of a stream while it goes on, by a rule. The stream itself changes over when the case has another champion,
 * whoever made it so.
 */
export class StreamRetraining {
  readonly #choice: Choice;
  readonly #casePath: string;
  readonly #metrics: ModelMetrics;
  readonly #context: WorkContext;
  readonly #note: (sentence: string) => void;
  /** Rows stored, and event time reached, when a model was made last. */
  #seen: { readonly rows: number; readonly positionMs: number | null } | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  /** What no one foresaw; thrown at the next look. */
  #bug: Error | undefined;

  constructor(
    choice: Choice,
    casePath: string,
    metrics: ModelMetrics,
    context: WorkContext,
    note: (sentence: string) => void,
  ) {
    this.#choice = choice;
    this.#casePath = casePath;
    this.#metrics = metrics;
    this.#context = context;
    this.#note = note;
    this.#tellLastGate();
  }

  /** Starts a retraining where the rule asks for one and none runs; it goes on beside the stream. */
  look(position: StreamPosition): void {
    if (this.#bug !== undefined) throw this.#bug;
    if (this.#running !== undefined || performance.now() - this.#lookedMs < LOOKED_AFTER_MS) return;
    this.#lookedMs = performance.now();
    this.#seen ??= this.#seenInCase();
    const seen = this.#seen;
    const drift = position.drift.reduce<FeatureDrift | null>(
      (most, each) => (most === null || each.psi > most.psi ? each : most),
      null,
    );
    const passedMs =
      position.positionMs === null || seen.positionMs === null ? null : position.positionMs - seen.positionMs;
    const { isDue, sentence } = dueBy(this.#choice.when, { rows: position.rows - seen.rows, passedMs, drift });
    if (!isDue) return;
    this.#seen = { rows: position.rows, positionMs: position.positionMs };
    this.#running = this.#retrain(sentence).finally(() => {
      this.#running = undefined;
    });
  }

  /** Settles once nothing runs any more. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #retrain(due: string): Promise<void> {
    const { recent, withoutFraud, promote } = this.#choice;
    const quiet = { ...this.#context, report: (): void => undefined };
    const input = { casePath: this.#casePath, withoutFraud, promote, ...(recent === undefined ? {} : { recent }) };
    try {
      const made = await retrain(input, quiet);
      this.#tell(made, due);
    } catch (error) {
      // Being stopped is no failure of the retraining; a bug is one of the stream.
      if (!(error instanceof AssayError)) {
        this.#bug = error instanceof Error ? error : new Error(String(error));
        return;
      }
      if (error.code === 'CANCELLED') return;
      this.#metrics.retrained('failed');
      this.#note(`No challenger was made: ${error.message}`);
    }
  }

  #tell({ gate, model, isChampion }: JobResult<'retrain'>, due: string): void {
    if (gate === null || model === null) {
      this.#metrics.retrained('unchanged');
      return;
    }
    this.#metrics.retrained(isChampion ? 'promoted' : gate.passed ? 'passed' : 'held_back');
    this.#metrics.gate({ model: model.digest, passed: gate.passed, checks: gate.checks });
    this.#note(`Model ${model.id} was made (${due.replace(/\.$/u, '')}). ${gate.sentence}`);
  }

  /** What was told before a restart is told again. */
  #tellLastGate(): void {
    const openedCase = openCaseToRead(this.#casePath);
    try {
      const last = lastGateSchema.safeParse(openedCase.setting(RETRAINING_SETTING)).data;
      if (last === undefined) return;
      const checks = last.checks.map(({ name, before, after }) => ({ name, champion: before, challenger: after }));
      this.#metrics.gate({ model: last.modelDigest, passed: last.passed, checks });
    } finally {
      openedCase.close();
    }
  }

  #seenInCase(): { readonly rows: number; readonly positionMs: number | null } {
    const openedCase = openCaseToRead(this.#casePath);
    try {
      const session = new CaseSession(openedCase);
      const { rows, passedMs } = sinceTraining(session, session.chosenModel(undefined), false);
      const newest = session.arrays.timeSpan?.last ?? null;
      return {
        rows: session.arrays.rowCount - rows,
        positionMs: newest === null ? null : newest - (passedMs ?? 0),
      };
    } finally {
      openedCase.close();
    }
  }
}
