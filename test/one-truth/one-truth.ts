import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { createEngine, type Engine } from '../../engine/host/engine.ts';
import { startScoringService } from '../../engine/host/scoring-service.ts';
import { createProgram } from '../../main/cli/program.ts';
import type { AlertRow } from '../../preload/contract/alerts.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../preload/contract/requests.ts';

/*
 * One case asked at four doors: the command line (`--json`), a window's requests, the export to MLflow and the metrics
 * endpoint. Whatever is done at whichever door, they must tell of the same model, line, alerts, flags, labels and figures.
 */

const rowsAtFirst = 240;
const rowsOfMore = 40;
const cards = 9;

/** Payments that are the same on every machine; some are wild, and the first half of them is labelled. */
function recordingOf(from: number, count: number, hasLabels: boolean): string {
  const lines = [`payment_id,paid_at,card_id,amount${hasLabels ? ',is_fraud' : ''}`];
  for (let row = from; row < from + count; row++) {
    const turn = (row * 2_654_435_761) % 4_294_967_296;
    const isWild = turn % 17 === 0;
    const amount = isWild ? 700 + (turn % 90_000) / 100 : 10 + (turn % 4000) / 100;
    const time = new Date(Date.UTC(2026, 0, 1) + row * 3_600_000 + (turn % 600_000)).toISOString();
    const label = hasLabels ? `,${isWild && turn % 3 > 0 ? 1 : 0}` : '';
    lines.push(`${row + 1},${time},K${turn % cards},${amount.toFixed(2)}${label}`);
  }
  return `${lines.join('\n')}\n`;
}

/** One thing done to a case. `which` chooses among what there is then. */
export type Deed =
  | { readonly kind: 'train'; readonly seed: number }
  | { readonly kind: 'tune'; readonly at: 'window' | 'command'; readonly value: number }
  | { readonly kind: 'judge'; readonly at: 'window' | 'command'; readonly which: number; readonly fraud: boolean }
  | { readonly kind: 'undo'; readonly at: 'window' | 'command' }
  | { readonly kind: 'more rows' }
  | { readonly kind: 'promote'; readonly at: 'window' | 'command'; readonly which: number }
  | { readonly kind: 'explore'; readonly at: 'window' | 'command'; readonly tenths: number }
  | { readonly kind: 'suppress'; readonly at: 'window' | 'command'; readonly which: number }
  | { readonly kind: 'roll back' };

const door = fc.constantFrom('window' as const, 'command' as const);
const which = fc.nat({ max: 50 });

export const someDeeds: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('train' as const), seed: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('tune' as const), at: door, value: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ kind: fc.constant('judge' as const), at: door, which, fraud: fc.boolean() }),
    fc.record({ kind: fc.constant('judge' as const), at: door, which, fraud: fc.boolean() }),
    fc.record({ kind: fc.constant('undo' as const), at: door }),
    fc.record({ kind: fc.constant('more rows' as const) }),
    fc.record({ kind: fc.constant('promote' as const), at: door, which }),
    fc.record({ kind: fc.constant('explore' as const), at: door, tenths: fc.nat({ max: 5 }) }),
    fc.record({ kind: fc.constant('suppress' as const), at: door, which }),
    fc.record({ kind: fc.constant('roll back' as const) }),
  ),
  { minLength: 1, maxLength: 6 },
);

/** What a door says of the case. Figures are as the door gives them, to the last bit. */
interface Truth {
  readonly digest: string;
  readonly thresholdUnits: number;
  readonly threshold: number;
  readonly flagged: number;
  readonly alerts: number;
  readonly alertsPerDay: number | null;
  readonly list: readonly string[];
  readonly basis: string | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly auprc: number | null;
}

/** A case and its doors. */
export class Doors {
  readonly #folder: string;
  readonly #engine: Engine;
  readonly #hasLabels: boolean;
  #parts = 0;

  private constructor(folder: string, hasLabels: boolean) {
    this.#folder = folder;
    this.#hasLabels = hasLabels;
    this.#engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
  }

  /** A folder with a case that was just made, to be copied for each sequence. */
  static async make(folder: string, hasLabels: boolean): Promise<void> {
    mkdirSync(join(folder, 'home'), { recursive: true });
    const doors = new Doors(folder, hasLabels);
    writeFileSync(join(folder, 'payments.csv'), recordingOf(0, rowsAtFirst, hasLabels));
    const label = hasLabels ? ['--label', 'is_fraud'] : [];
    await doors.#command(['run', join(folder, 'payments.csv'), '--case', doors.#case, ...label, ...forest(1)]);
    await doors.close();
  }

  static async open(made: string, folder: string, hasLabels: boolean): Promise<Doors> {
    mkdirSync(join(folder, 'home'), { recursive: true });
    copyFileSync(join(made, 'case.assay'), join(folder, 'case.assay'));
    const doors = new Doors(folder, hasLabels);
    await doors.#ask('settings.write', { analyst: 'ana' });
    await doors.#ask('case.open', { path: doors.#case });
    return doors;
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }

  get #case(): string {
    return join(this.#folder, 'case.assay');
  }

  async do(deed: Deed): Promise<void> {
    const models = await this.#ask('models.list', {});
    const champion = models.find(({ isChampion }) => isChampion)?.id ?? 1;
    switch (deed.kind) {
      case 'train':
        await this.#command(['train', '--case', this.#case, ...forest(deed.seed)]);
        return;
      case 'tune':
        if (deed.at === 'command')
          await this.#command(['tune', '--case', this.#case, '--alerts-per-day', String(deed.value)]);
        else
          await this.#ask('tuning.apply', {
            modelId: champion,
            handle: { kind: 'contamination', value: deed.value / 50 },
          });
        return;
      case 'judge':
        await this.#judge(deed, champion);
        return;
      case 'undo':
        if (deed.at === 'command') await this.#command(['judge', '--case', this.#case, '--undo']);
        else await this.#ask('actions.undo', {});
        return;
      case 'more rows':
        await this.#moreRows();
        return;
      case 'promote': {
        const whole = models.filter(({ scoresAllRows }) => scoresAllRows);
        const { id } = whole[deed.which % whole.length];
        if (deed.at === 'command')
          await this.#command(['promote', '--case', this.#case, '--model', String(id), '--reason', 'a try']);
        else await this.#ask('models.setChampion', { modelId: id });
        return;
      }
      case 'explore':
        if (deed.at === 'command')
          await this.#command(['tune', '--case', this.#case, '--explore', String(deed.tenths / 10)]);
        else await this.#ask('case.explore', { share: deed.tenths / 10 });
        return;
      case 'suppress':
        await this.#suppress(deed, champion);
        return;
      case 'roll back':
        // Nothing to go back to is a sentence, not a failure of this test; a champion without scores of all rows neither.
        await this.#engine.request('models.rollBack', {});
    }
  }

  async #judge({ at, which: place, fraud }: Extract<Deed, { kind: 'judge' }>, modelId: number): Promise<void> {
    const { rows } = await this.#ask('alerts.page', { modelId });
    if (rows.length === 0) return;
    const { key } = rows[place % rows.length];
    const kind = fraud ? 'fraud' : 'legitimate';
    if (at === 'command') await this.#command(['judge', '--case', this.#case, '--alert', key, '--as', kind]);
    else await this.#ask('verdicts.set', { modelId, keys: [key], kind });
  }

  async #suppress({ at, which: place }: Extract<Deed, { kind: 'suppress' }>, modelId: number): Promise<void> {
    const card = `K${place % cards}`;
    const reason = 'known';
    if (at === 'command')
      await this.#command(['suppress', 'add', '--case', this.#case, '--entity', card, '--reason', reason]);
    else
      await this.#ask('suppressions.add', {
        ...{ modelId, reason },
        pattern: { entities: [card], counterparts: [], features: [] },
      });
  }

  /** Rows that come after the others, scored by the champion as a stream is. */
  async #moreRows(): Promise<void> {
    const path = join(this.#folder, `more-${this.#parts}.csv`);
    writeFileSync(path, recordingOf(rowsAtFirst + this.#parts * rowsOfMore, rowsOfMore, this.#hasLabels));
    this.#parts++;
    await this.#command(['replay', path, '--case', this.#case, '--speed', 'max']);
  }

  /** False where the champion has not scored all rows: then every door says so instead of figures. */
  async isAnswerable(): Promise<boolean> {
    const models = await this.#ask('models.list', {});
    return models.find(({ isChampion }) => isChampion)?.scoresAllRows === true;
  }

  async truths(): Promise<{ readonly command: Truth; readonly window: Truth }> {
    return { command: await this.#truthOfCommands(), window: await this.#truthOfWindow() };
  }

  async #truthOfCommands(): Promise<Truth> {
    const tuned = await this.#json<JobResult<'tune'>>(['tune', '--case', this.#case]);
    const listed = await this.#json<JobResult<'alerts'>>(['alerts', '--case', this.#case]);
    return {
      digest: tuned.model.digest,
      thresholdUnits: tuned.thresholdUnits,
      threshold: tuned.threshold,
      flagged: tuned.flagged,
      alerts: tuned.alerts,
      alertsPerDay: tuned.alertsPerDay,
      list: listed.alerts.map(({ key, flagged, verdict, reopened }) =>
        JSON.stringify([key, flagged, verdict, reopened?.newTransactions ?? 0]),
      ),
      basis: tuned.evaluation?.basis ?? null,
      precision: tuned.evaluation?.precision ?? null,
      recall: tuned.evaluation?.recall ?? null,
      auprc: tuned.evaluation?.auprc ?? null,
    };
  }

  async #truthOfWindow(): Promise<Truth> {
    const models = await this.#ask('models.list', {});
    const champion = models.find(({ isChampion }) => isChampion);
    if (champion === undefined) throw new Error('The case has no champion.');
    const modelId = champion.id;
    let view = await this.#ask('tuning.read', { modelId });
    while (view.rankingsPending) {
      await new Promise(setImmediate);
      view = await this.#ask('tuning.read', { modelId });
    }
    const { rows } = await this.#ask('alerts.page', { modelId, limit: 500 });
    const { point } = view;
    return {
      digest: champion.digest,
      thresholdUnits: point.thresholdUnits,
      threshold: point.threshold,
      flagged: point.flagged,
      alerts: point.alerts,
      alertsPerDay: point.alertsPerDay,
      list: rows.map((row: AlertRow) =>
        JSON.stringify([row.key, row.flaggedTransactions, row.verdict, row.reopened?.newTransactions ?? 0]),
      ),
      basis: point.basis,
      precision: point.precision,
      recall: point.recall,
      auprc: view.rankings.find(({ isModel }) => isModel)?.auprc ?? null,
    };
  }

  /** The figures that leave with the model for MLflow. */
  async exported(): Promise<Readonly<Record<string, number>>> {
    const folder = join(this.#folder, 'mlflow');
    rmSync(folder, { recursive: true, force: true });
    await this.#command(['export', 'mlflow', '--case', this.#case, '--out', folder]);
    return JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8')) as Record<string, number>;
  }

  /** The model and its threshold as Prometheus is told. */
  async measured(): Promise<{ readonly model: string | undefined; readonly threshold: number }> {
    const source = { model: this.#case, hostname: '127.0.0.1', port: 0, mostBodyBytes: 1000 };
    const service = await startScoringService(source, new AbortController().signal);
    try {
      const text = await (await fetch(`${service.address}/metrics`)).text();
      const [, model, threshold] = /^iforest_threshold_ratio\{[^}]*model="([^"]+)"[^}]*\} (\S+)$/m.exec(text) ?? [];
      return { model, threshold: Number(threshold) };
    } finally {
      await service.close();
    }
  }

  async brokenEntry(): Promise<number | null> {
    const audited = await this.#json<JobResult<'audit'>>(['audit', '--case', this.#case, '--verify']);
    const paged = await this.#ask('audit.page', { limit: 500 });
    if (audited.total !== paged.rows.length) return -1;
    return audited.brokenEntry ?? paged.brokenEntry;
  }

  async #ask<R extends RequestName>(name: R, input: RequestInput<R>): Promise<RequestOutput<R>> {
    const answer = await this.#engine.request(name, input);
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
    return answer.data;
  }

  async #command(argv: readonly string[]): Promise<string> {
    const printed: string[] = [];
    let failure: string | null = null;
    const program = createProgram({
      engine: this.#engine,
      context: { signal: new AbortController().signal, report: () => undefined },
      print: (text) => printed.push(text),
      note: () => undefined,
      abandon: () => undefined,
      ask: null,
      fail: (error) => (failure = `${argv.join(' ')}: ${error.code} ${error.message}`),
    });
    await program.parseAsync([...argv, '--json'], { from: 'user' });
    if (failure !== null) throw new Error(failure);
    return printed.at(-1) ?? '';
  }

  async #json<T>(argv: readonly string[]): Promise<T> {
    return JSON.parse(await this.#command(argv)) as T;
  }
}

function forest(seed: number): readonly string[] {
  return ['--trees', '8', '--sample', '32', '--seed', String(seed)];
}
