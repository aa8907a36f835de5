import { impossible } from '../domain/error.ts';
import type { DismissalReason, VerdictKind } from '../domain/verdict.ts';
import { alignedBuffer, bytesOf } from './blob.ts';
import { sha256 } from './digest.ts';
import { evidenceDigest, hasEvidence, isSealed } from './evidence.ts';
import { knownHead, type HistoryHead, type NewestEntry } from './known-heads.ts';
import { inJson } from './rewritten-texts.ts';
import { hasSessions } from './session.ts';
import type { Connection, Parameter, Statement } from './sqlite.ts';
import { guarded } from './store-error.ts';
import type { JsonValue, Page } from './types.ts';

/** Who does something to a case, and when. */
export interface Doing {
  readonly by: string;
  readonly atMs: number;
}

export type ActionKind = 'verdict' | 'note' | 'snooze' | 'grouping';

/** A verdict on several alerts at once; it is undone as one. */
export interface NewVerdicts extends Doing {
  readonly kind: VerdictKind;
  readonly reason: DismissalReason | null;
  readonly modelDigest: string;
  /** New flags of an alert before this time leave it closed; null where any new flag opens it again. */
  readonly closedUntilMs: number | null;
  /** Who took it over from a file, and when; absent where it was given in this case. */
  readonly takenOver?: Doing;
  readonly alerts: readonly {
    readonly key: string;
    /** The alert's score when it was decided. */
    readonly score: number;
    /** The extent: the transactions that were flagged and shown when it was decided. The verdict speaks for these. */
    readonly sequences: Uint32Array;
  }[];
}

/** Transactions that are one alert of their own, because a person split or joined them; later ones hold over earlier. */
export interface NewGrouping extends Doing {
  readonly kind: 'split' | 'join';
  readonly key: string;
  readonly sequences: Uint32Array;
}

export interface StoredVerdict extends Doing {
  readonly id: number;
  readonly alertKey: string;
  readonly kind: VerdictKind;
  readonly reason: DismissalReason | null;
  readonly score: number;
  readonly modelDigest: string;
  readonly closedUntilMs: number | null;
  readonly sequences: Uint32Array;
}

export interface StoredNote extends Doing {
  readonly id: number;
  readonly text: string;
}

export interface UndoneAction {
  readonly actionId: number;
  readonly kind: ActionKind;
  readonly what: string;
  readonly keys: readonly string[];
}

export interface AuditEntry extends Doing {
  readonly id: number;
  readonly what: string;
  readonly details: string;
  readonly hash: string;
}

/** Which entries of the chain; those that meet all that is given. */
export interface AuditFilter {
  /** About one of these alerts. */
  readonly keys?: readonly string[];
  readonly modelDigest?: string;
  /** Words of what was done, by whom, or of the details. */
  readonly text?: string;
}

interface AuditRow {
  readonly id: number;
  readonly at_ms: number;
  readonly done_by: string;
  readonly what: string;
  readonly details: string;
  readonly subjects_sha256: string;
  readonly previous_hash: string;
  readonly hash: string;
  /** Digest of all that stood under evidence when the link was made; null before the layout that keeps it. */
  readonly evidence_sha256?: string | null;
}

interface VerdictRow {
  readonly id: number;
  readonly alert_key: string;
  readonly kind: VerdictKind;
  readonly reason: DismissalReason | null;
  readonly score: number;
  readonly model_digest: string;
  readonly closed_until_ms: number | null;
  readonly sequences: Uint8Array;
  readonly done_at_ms: number;
  readonly done_by: string;
}

/** What stands before the first link of the audit chain. */
const CHAIN_START = '0'.repeat(64);

/** A change waits for another's no longer; a newest action further ahead was taken over from a clock that goes wrong. */
const LONGEST_WAIT_MS = 60_000;

const tableOfKind: Readonly<Record<ActionKind, string>> = {
  verdict: 'verdict',
  note: 'note',
  snooze: 'snooze',
  grouping: '"grouping"',
};

/**
 * What analysts decided in a case. Nothing is ever deleted: an action that is undone stays, marked as undone, and the
 * undoing is one more link of the audit chain. Each link carries the SHA-256 of the one before it, of the alerts it
 * is about, and of what it recorded, so that a changed row anywhere is found by `brokenAuditEntry`.
 * Errors of the writing methods: DISK_FULL, CASE_BUSY, CASE_READ_ONLY, CASE_CORRUPT.
 */
export class DecisionLog {
  readonly #connection: Connection;
  readonly #path: string;
  readonly #statements = new Map<string, Statement>();
  readonly #evidenceChanges: (() => number) | null;
  #verified: { readonly state: string; readonly brokenEntry: number | null } | undefined;
  #evidence: { readonly state: string; readonly digest: string } | undefined;

  /** @param evidenceChanges how often evidence was changed through this connection; null where it only reads */
  constructor(connection: Connection, path: string, evidenceChanges: (() => number) | null) {
    this.#connection = connection;
    this.#path = path;
    this.#evidenceChanges = evidenceChanges;
  }

  /** One verdict on each of the alerts, as one action; returns the action's id. */
  addVerdicts(verdicts: NewVerdicts): number {
    const reason = verdicts.reason === null ? '' : ` (${verdicts.reason})`;
    const { takenOver } = verdicts;
    const what = `verdict ${verdicts.kind}${reason}`;
    const link = takenOver && { ...takenOver, what: `${what} of ${verdicts.by}, taken over from a file` };
    return this.#act('verdict', what, verdicts, keysOf(verdicts.alerts), link, (actionId) => {
      for (const alert of verdicts.alerts)
        this.#run(
          `INSERT INTO verdict (action_id, alert_key, kind, reason, score, model_digest, closed_until_ms, sequences)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          actionId,
          alert.key,
          verdicts.kind,
          verdicts.reason,
          alert.score,
          verdicts.modelDigest,
          verdicts.closedUntilMs,
          bytesOf(alert.sequences),
        );
      return { kind: verdicts.kind, reason: verdicts.reason, modelDigest: verdicts.modelDigest };
    });
  }

  /** Adds a note to an alert; returns the action's id. */
  addNote(note: Doing & { readonly key: string; readonly text: string }): number {
    return this.#act('note', 'note', note, [note.key], undefined, (actionId) => {
      this.#run('INSERT INTO note (action_id, alert_key, text) VALUES (?, ?, ?)', actionId, note.key, note.text);
      return {};
    });
  }

  /** Puts alerts aside until a time; returns the action's id. */
  addSnooze(snooze: Doing & { readonly keys: readonly string[]; readonly untilMs: number }): number {
    return this.#act('snooze', 'snoozed', snooze, snooze.keys, undefined, (actionId) => {
      for (const key of snooze.keys)
        this.#run(
          'INSERT INTO snooze (action_id, alert_key, until_ms) VALUES (?, ?, ?)',
          actionId,
          key,
          snooze.untilMs,
        );
      return { untilMs: snooze.untilMs };
    });
  }

  /** Makes transactions one alert of their own; returns the action's id. */
  addGrouping(grouping: NewGrouping): number {
    const { kind, key, sequences } = grouping;
    const what = kind === 'split' ? 'split from its alert' : 'joined into one alert';
    return this.#act('grouping', `${sequences.length} transactions ${what}`, grouping, [key], undefined, (actionId) => {
      this.#run(
        'INSERT INTO "grouping" (action_id, alert_key, sequences) VALUES (?, ?, ?)',
        actionId,
        key,
        bytesOf(sequences),
      );
      return { kind, transactions: sequences.length };
    });
  }

  /** The transactions of every grouping that stands, oldest first. */
  standingGroupings(): readonly Uint32Array[] {
    return this.#rows<{ sequences: Uint8Array }>(
      `SELECT sequences FROM "grouping" JOIN action ON action.id = action_id
       WHERE undone_at_ms IS NULL ORDER BY "grouping".id`,
    ).map(({ sequences }) => new Uint32Array(alignedBuffer(sequences)));
  }

  /** Takes back the newest of a person's actions that still stand; null where there is none. */
  undoLast(doing: Doing): UndoneAction | null {
    return this.#transaction(() => {
      const row = this.#row<{ id: number; kind: ActionKind; what: string }>(
        'SELECT id, kind, what FROM action WHERE undone_at_ms IS NULL AND done_by = ? ORDER BY id DESC LIMIT 1',
        doing.by,
      );
      if (row === undefined) return null;
      const keys = this.#keysOfAction(row.id, row.kind);
      this.#run('UPDATE action SET undone_at_ms = ? WHERE id = ?', doing.atMs, row.id);
      this.#link(doing, `undone: ${row.what}`, { undoneAction: row.id }, keys);
      return { actionId: row.id, kind: row.kind, what: row.what, keys };
    });
  }

  /** Whether anybody has decided anything, taken back or not. */
  hasActions(): boolean {
    return this.#row('SELECT 1 FROM action LIMIT 1') !== undefined;
  }

  /** How many actions a person can take back, one after the other. */
  undoDepth(by: string): number {
    const row = this.#row<{ count: number }>(
      'SELECT count(*) AS count FROM action WHERE undone_at_ms IS NULL AND done_by = ?',
      by,
    );
    return row?.count ?? 0;
  }

  /** Adds a link to the audit chain for something that is not undone by `undoLast`, such as a moved threshold. */
  addAudit(doing: Doing, what: string, details: { readonly [name: string]: JsonValue }): void {
    this.#transaction(() => this.#link(doing, what, details, []));
  }

  /** Digest of all that stands under evidence now, and of the newest link of the history. */
  stateDigest(): string {
    return digestOf([this.#evidenceNow(), this.head()?.hash ?? CHAIN_START]);
  }

  #evidenceNow(): string {
    const state = `${this.#dataVersion()} ${this.#evidenceChanges?.() ?? 0}`;
    if (this.#evidence?.state !== state)
      this.#evidence = { state, digest: guarded(this.#path, () => evidenceDigest(this.#connection)) };
    return this.#evidence.digest;
  }

  /** Every verdict that nobody took back, oldest first; of several on a transaction the newest holds. */
  standingVerdicts(): readonly StoredVerdict[] {
    return this.#verdicts('undone_at_ms IS NULL');
  }

  /** Every verdict there ever was, taken back or not. */
  everyVerdict(): readonly StoredVerdict[] {
    return this.#verdicts('TRUE');
  }

  verdictsOfAction(actionId: number): readonly StoredVerdict[] {
    return this.#verdicts('action_id = ?', actionId);
  }

  /** Until when each snoozed alert is put aside, by key; times in the past are in it too. */
  standingSnoozes(): ReadonlyMap<string, number> {
    const rows = this.#rows<{ alert_key: string; until_ms: number }>(
      `SELECT alert_key, until_ms FROM snooze JOIN action ON action.id = action_id
       WHERE undone_at_ms IS NULL ORDER BY snooze.id`,
    );
    return new Map(rows.map((row) => [row.alert_key, row.until_ms]));
  }

  /** The standing notes under these keys, oldest first. */
  notes(keys: readonly string[]): readonly StoredNote[] {
    return this.#rows<{ id: number; text: string; done_at_ms: number; done_by: string }>(
      `SELECT note.id, text, done_at_ms, done_by FROM note JOIN action ON action.id = action_id
       WHERE alert_key IN (SELECT value FROM json_each(?)) AND undone_at_ms IS NULL ORDER BY note.id`,
      JSON.stringify(keys),
    ).map((row) => ({ id: row.id, text: row.text, atMs: row.done_at_ms, by: row.done_by }));
  }

  keysWithNotes(): ReadonlySet<string> {
    const rows = this.#rows<{ alert_key: string }>(
      `SELECT DISTINCT alert_key FROM note JOIN action ON action.id = action_id WHERE undone_at_ms IS NULL`,
    );
    return new Set(rows.map((row) => row.alert_key));
  }

  keysWithDrafts(): readonly string[] {
    return this.#rows<{ alert_key: string }>('SELECT alert_key FROM draft').map((row) => row.alert_key);
  }

  /** Keeps a text that is still being typed; an empty one removes it. */
  writeDraft(key: string, text: string, atMs: number): void {
    if (text === '') this.#run('DELETE FROM draft WHERE alert_key = ?', key);
    else
      this.#run(
        `INSERT INTO draft (alert_key, text, saved_at_ms) VALUES (?, ?, ?)
         ON CONFLICT (alert_key) DO UPDATE SET text = excluded.text, saved_at_ms = excluded.saved_at_ms`,
        key,
        text,
        atMs,
      );
  }

  draft(key: string): string {
    return this.#row<{ text: string }>('SELECT text FROM draft WHERE alert_key = ?', key)?.text ?? '';
  }

  /** Everything that was done under these keys, undone or not, oldest first. */
  history(keys: readonly string[]): readonly AuditEntry[] {
    return this.#rows<AuditRow>(
      `SELECT DISTINCT audit.* FROM audit_subject JOIN audit ON audit.id = audit_id
       WHERE alert_key IN (SELECT value FROM json_each(?)) ORDER BY audit.id`,
      JSON.stringify(keys),
    ).map(entryOf);
  }

  /** The audit chain, newest first; `after` is the id of the last one seen. */
  auditPage(page: AuditFilter & { readonly after?: number; readonly limit: number }): Page<AuditEntry, number> {
    const rows = this.#rows<AuditRow>(
      `WITH wanted (keys, digest, words) AS (VALUES (?, ?, ?))
       SELECT audit.* FROM audit, wanted WHERE id < ?
         AND (keys IS NULL OR id IN (SELECT audit_id FROM audit_subject
              WHERE alert_key IN (SELECT value FROM json_each(keys))))
         AND (digest IS NULL OR instr(details, digest) > 0)
         AND (words IS NULL OR instr(lower(what || ' ' || done_by || ' ' || details), lower(words)) > 0)
       ORDER BY id DESC LIMIT ?`,
      page.keys === undefined ? null : JSON.stringify(page.keys),
      page.modelDigest ?? null,
      page.text ?? null,
      page.after ?? Number.MAX_SAFE_INTEGER,
      page.limit,
    ).map(entryOf);
    const last = rows.at(-1);
    return { rows, next: last === undefined || rows.length < page.limit ? null : last.id };
  }

  /** Of how many alerts some entries speak, and the first of their keys; entries of none are left out. */
  auditSubjects(ids: readonly number[]): ReadonlyMap<number, { readonly first: string; readonly count: number }> {
    const rows = this.#rows<{ id: number; first: string; count: number }>(
      `SELECT audit_id AS id, min(alert_key) AS first, count(*) AS count FROM audit_subject
       WHERE audit_id IN (SELECT value FROM json_each(?)) GROUP BY audit_id`,
      JSON.stringify(ids),
    );
    return new Map(rows.map(({ id, first, count }) => [id, { first, count }]));
  }

  /** The newest entry, by which a history that was cut off or written anew is told from this one; null where it is empty. */
  head(): NewestEntry | null {
    const row = this.#row<NewestEntry>('SELECT id AS entry, hash, at_ms AS atMs FROM audit ORDER BY id DESC LIMIT 1');
    return row ?? null;
  }

  /** Whether an entry that was known elsewhere is as it was; also where none was known. */
  holds(head: Pick<HistoryHead, 'entry' | 'hash'> | null): boolean {
    return (
      head === null || this.#row('SELECT 1 FROM audit WHERE id = ? AND hash = ?', head.entry, head.hash) !== undefined
    );
  }

  /** The id of the first entry that is not as it was written, or that one is missing before; null where all is whole. */
  brokenAuditEntry(): number | null {
    const state = this.#chainState();
    if (this.#verified?.state !== state) this.#verified = { state, brokenEntry: this.#verifyChain() };
    return this.#verified.brokenEntry;
  }

  /** Another one after every change: of other connections by SQLite's count, of this one by the entry that it adds. */
  #chainState(): string {
    const version = this.#dataVersion();
    const last = this.#row<{ id: number; hash: string }>('SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1');
    return JSON.stringify([version, last]);
  }

  #dataVersion(): unknown {
    return guarded(this.#path, () => this.#connection.pragma('data_version', { simple: true }));
  }

  #verifyChain(): number | null {
    const undone = new Map<number, number>();
    const known = knownHead(this.#path);
    if (known !== null && !this.holds(known)) return known.entry;
    let previous = CHAIN_START;
    let expectedId = 1;
    for (const row of this.#rows<AuditRow>('SELECT * FROM audit ORDER BY id')) {
      const details = JSON.parse(row.details) as {
        readonly action?: number;
        readonly undoneAction?: number;
        readonly recordSha256?: string;
      };
      const subjects = this.#rows<{ alert_key: string }>(
        'SELECT alert_key FROM audit_subject WHERE audit_id = ? ORDER BY alert_key',
        row.id,
      ).map((subject) => subject.alert_key);
      const isWhole =
        row.id === expectedId &&
        row.previous_hash === previous &&
        row.hash === linkHash(row) &&
        row.subjects_sha256 === digestOf(subjects) &&
        (details.action === undefined || details.recordSha256 === this.#recordDigest(details.action));
      if (!isWhole) return row.id;
      if (details.undoneAction !== undefined) undone.set(details.undoneAction, row.at_ms);
      previous = row.hash;
      expectedId = row.id + 1;
    }
    const isWhole = this.#newestActionIsAudited() && this.#undoneAre(undone) && this.#isLeftAlone();
    return isWhole ? null : expectedId;
  }

  /** What is stored is what the last writer left, unless somebody is at it, or was stopped in the middle. */
  #isLeftAlone(): boolean {
    if (!hasEvidence(this.#connection) || hasSessions(this.#connection)) return true;
    const known = knownHead(this.#path);
    const isNewest = known !== null && known.entry === this.head()?.entry;
    const state = this.stateDigest();
    return isSealed(this.#connection, state) && (!isNewest || known.state === state);
  }

  /** What was taken back, and when, is what the chain says of it. */
  #undoneAre(undone: ReadonlyMap<number, number>): boolean {
    const found = this.#rows<{ id: number; at: number }>(
      'SELECT id, undone_at_ms AS at FROM action WHERE undone_at_ms IS NOT NULL',
    );
    return found.length === undone.size && found.every(({ id, at }) => undone.get(id) === at);
  }

  /** A chain cut off at its end leaves actions that no link speaks of. */
  #newestActionIsAudited(): boolean {
    const actions = this.#row<{ count: number }>('SELECT count(*) + count(undone_at_ms) AS count FROM action');
    const links = this.#row<{ count: number }>(
      `SELECT count(*) AS count FROM audit WHERE details LIKE '{"action":%' OR details LIKE '{"undoneAction":%'`,
    );
    return actions?.count === links?.count;
  }

  #act(
    kind: ActionKind,
    what: string,
    doing: Doing,
    keys: readonly string[],
    link: (Doing & { readonly what: string }) | undefined,
    insert: (actionId: number) => { readonly [name: string]: JsonValue },
  ): number {
    return this.#transaction(() => {
      const actionId = this.#run(
        'INSERT INTO action (kind, what, done_at_ms, done_by) VALUES (?, ?, ?, ?)',
        kind,
        what,
        link === undefined ? this.#behindNewest(doing.atMs) : doing.atMs,
        doing.by,
      );
      const details = insert(actionId);
      const recordSha256 = this.#recordDigest(actionId);
      this.#link(link ?? doing, link?.what ?? what, { action: actionId, ...details, recordSha256 }, keys);
      return actionId;
    });
  }

  /**
   * A time behind that of the newest action. Whoever waits for another's change took the time before it, and of two decisions
   * the later time holds, not the later entry.
   */
  #behindNewest(atMs: number): number {
    const newest = this.#row<{ atMs: number }>('SELECT done_at_ms AS atMs FROM action ORDER BY id DESC LIMIT 1');
    const isWaiting = newest !== undefined && newest.atMs >= atMs && newest.atMs - atMs < LONGEST_WAIT_MS;
    return isWaiting ? newest.atMs + 1 : atMs;
  }

  #link(doing: Doing, what: string, details: { readonly [name: string]: JsonValue }, keys: readonly string[]): void {
    const last = this.#row<{ id: number; hash: string }>('SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1');
    const subjects = [...new Set(keys)].sort(byCodeUnits);
    const row = {
      id: (last?.id ?? 0) + 1,
      at_ms: doing.atMs,
      done_by: doing.by,
      what,
      details: JSON.stringify(details),
      subjects_sha256: digestOf(subjects),
      previous_hash: last?.hash ?? CHAIN_START,
      evidence_sha256: this.#evidenceChanges === null ? null : this.#evidenceNow(),
    };
    this.#run(
      `INSERT INTO audit
         (id, at_ms, done_by, what, details, subjects_sha256, previous_hash, evidence_sha256, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.id,
      row.at_ms,
      row.done_by,
      row.what,
      row.details,
      row.subjects_sha256,
      row.previous_hash,
      row.evidence_sha256,
      linkHash(row),
    );
    for (const key of subjects) this.#run('INSERT INTO audit_subject (alert_key, audit_id) VALUES (?, ?)', key, row.id);
  }

  /**
   * Writes the history anew with other texts, in notes too: every link keeps its number, time and person, and gets the digest of
   * what it says now. For a copy that is no longer the case it was copied from.
   */
  rewriteTexts(sentence: (text: string) => string): void {
    this.#transaction(() => {
      for (const { id, text } of this.#rows<{ id: number; text: string }>('SELECT id, text FROM note'))
        this.#run('UPDATE note SET text = ? WHERE id = ?', sentence(text), id);
      const rows = this.#rows<AuditRow>('SELECT * FROM audit ORDER BY id');
      let previous = CHAIN_START;
      for (const row of rows) {
        const said = JSON.parse(inJson(row.details, sentence)) as { readonly action?: number };
        const { action } = said;
        const details = action !== undefined ? { ...said, recordSha256: this.#recordDigest(action) } : said;
        const changed = {
          ...row,
          what: sentence(row.what),
          details: JSON.stringify(details),
          previous_hash: previous,
        };
        previous = linkHash(changed);
        this.#run(
          'UPDATE audit SET what = ?, details = ?, previous_hash = ?, hash = ? WHERE id = ?',
          changed.what,
          changed.details,
          changed.previous_hash,
          previous,
          row.id,
        );
      }
    });
  }

  /** Digest of everything an action stored, so that the chain also covers verdicts, notes and snoozes themselves. */
  #recordDigest(actionId: number): string {
    const action = this.#row<{ kind: ActionKind; what: string; done_at_ms: number; done_by: string }>(
      'SELECT kind, what, done_at_ms, done_by FROM action WHERE id = ?',
      actionId,
    );
    if (action === undefined) return 'the action is missing';
    const verdicts = this.#verdicts('action_id = ?', actionId).map(({ closedUntilMs, ...verdict }) => ({
      ...verdict,
      sequences: sha256(bytesOf(verdict.sequences)),
      ...(closedUntilMs === null ? {} : { closedUntilMs }),
    }));
    const notes = this.#rows('SELECT id, alert_key, text FROM note WHERE action_id = ? ORDER BY id', actionId);
    const snoozes = this.#rows('SELECT id, alert_key, until_ms FROM snooze WHERE action_id = ? ORDER BY id', actionId);
    const groupings = this.#rows<{ id: number; alert_key: string; sequences: Uint8Array }>(
      'SELECT id, alert_key, sequences FROM "grouping" WHERE action_id = ? ORDER BY id',
      actionId,
    ).map((grouping) => ({ ...grouping, sequences: sha256(grouping.sequences) }));
    return digestOf([action, verdicts, notes, snoozes, ...(groupings.length === 0 ? [] : [groupings])]);
  }

  #keysOfAction(actionId: number, kind: ActionKind): readonly string[] {
    return this.#rows<{ alert_key: string }>(
      `SELECT alert_key FROM ${tableOfKind[kind]} WHERE action_id = ? ORDER BY id`,
      actionId,
    ).map((row) => row.alert_key);
  }

  #verdicts(condition: string, ...parameters: readonly Parameter[]): readonly StoredVerdict[] {
    return this.#rows<VerdictRow>(
      `SELECT verdict.*, done_at_ms, done_by FROM verdict JOIN action ON action.id = action_id
       WHERE ${condition} ORDER BY verdict.id`,
      ...parameters,
    ).map((row) => ({
      id: row.id,
      alertKey: row.alert_key,
      kind: row.kind,
      reason: row.reason,
      score: row.score,
      modelDigest: row.model_digest,
      closedUntilMs: row.closed_until_ms,
      sequences: new Uint32Array(alignedBuffer(row.sequences)),
      atMs: row.done_at_ms,
      by: row.done_by,
    }));
  }

  #transaction<T>(work: () => T): T {
    try {
      return guarded(this.#path, () => this.#connection.transaction(work).immediate());
    } catch (error) {
      this.forgetEvidence();
      throw error;
    }
  }

  /** What was digested within a transaction that is taken back is not there. */
  forgetEvidence(): void {
    this.#evidence = undefined;
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#connection.prepare<unknown[]>(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #row<Row>(sql: string, ...parameters: readonly Parameter[]): Row | undefined {
    return guarded(this.#path, () => this.#statement(sql).get(...parameters) as Row | undefined);
  }

  #rows<Row>(sql: string, ...parameters: readonly Parameter[]): readonly Row[] {
    return guarded(this.#path, () => this.#statement(sql).all(...parameters) as readonly Row[]);
  }

  /** Changes rows and gives the id of the one inserted, if any. */
  #run(sql: string, ...parameters: readonly Parameter[]): number {
    return guarded(this.#path, () => Number(this.#statement(sql).run(...parameters).lastInsertRowid));
  }
}

function keysOf(alerts: NewVerdicts['alerts']): readonly string[] {
  const keys = alerts.map((alert) => alert.key);
  if (new Set(keys).size < keys.length) impossible('an alert is decided twice in one action');
  return keys;
}

function linkHash(row: Omit<AuditRow, 'hash'>): string {
  const { previous_hash, id, at_ms, done_by, what, details, subjects_sha256, evidence_sha256: evidence } = row;
  const values = [previous_hash, id, at_ms, done_by, what, details, subjects_sha256];
  return digestOf(evidence == null ? values : [...values, evidence]);
}

function digestOf(value: unknown): string {
  return sha256(new TextEncoder().encode(JSON.stringify(value)));
}

function entryOf(row: AuditRow): AuditEntry {
  return { id: row.id, atMs: row.at_ms, by: row.done_by, what: row.what, details: row.details, hash: row.hash };
}

/** As SQLite orders texts with its default collation, for texts without lone surrogates. */
function byCodeUnits(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
