import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { NewVerdicts } from './decision-log.ts';
import { openCase, openCaseReadOnly } from './open-case.ts';
import { connect, watchSlowQueries } from './sqlite.ts';
import { codeOf, temporaryFolder } from './store-fixtures.ts';
import type { WritableCase } from './writable-case.ts';

function newCase(): { readonly path: string; readonly store: WritableCase } {
  const path = join(temporaryFolder(onTestFinished), 'a.assay');
  const store = openCase(path, { create: true });
  onTestFinished(() => store.close());
  return { path, store };
}

function verdictOn(keys: readonly string[], kind: NewVerdicts['kind'], atMs = 1000): NewVerdicts {
  return {
    by: 'ana',
    atMs,
    kind,
    reason: kind === 'fraud' ? 'card-stolen' : null,
    modelDigest: 'abc',
    closedUntilMs: null,
    alerts: keys.map((key, index) => ({
      key,
      score: 0.5 + index / 100,
      sequences: Uint32Array.of(index, 1000 + index),
    })),
  };
}

/** Changes a closed-over case as nobody should. */
function tamper(path: string, sql: string): void {
  const connection = connect(path, {});
  connection.exec(sql);
  connection.close();
}

describe('verdicts', () => {
  it('keeps score, model, rows, person and time of a decision over closing and opening', () => {
    const { path, store } = newCase();
    store.decisions.addVerdicts(verdictOn(['card-1', 'card-2'], 'fraud'));
    store.close();
    const again = openCaseReadOnly(path);
    onTestFinished(() => again.close());
    expect(again.decisions.standingVerdicts().find(({ alertKey }) => alertKey === 'card-2')).toMatchObject({
      alertKey: 'card-2',
      kind: 'fraud',
      reason: 'card-stolen',
      score: 0.51,
      modelDigest: 'abc',
      sequences: Uint32Array.of(1, 1001),
      by: 'ana',
      atMs: 1000,
    });
  });

  it('gives a decision that waited for another the later time, and one from a clock that goes wrong its own', () => {
    const { decisions } = newCase().store;
    decisions.addVerdicts(verdictOn(['card-1'], 'legitimate', 5000));
    // Its time was taken before the one above was stored.
    decisions.addVerdicts(verdictOn(['card-1'], 'fraud', 4990));
    decisions.addVerdicts(verdictOn(['card-1'], 'unsure', 5001));
    expect(decisions.standingVerdicts().map(({ atMs }) => atMs)).toEqual([5000, 5001, 5002]);
    const dayMs = 86_400_000;
    decisions.addVerdicts({ ...verdictOn(['card-2'], 'fraud', dayMs), takenOver: { by: 'bo', atMs: 5003 } });
    decisions.addVerdicts(verdictOn(['card-2'], 'legitimate', 5004));
    expect(decisions.standingVerdicts().map(({ atMs }) => atMs)).toEqual([5000, 5001, 5002, dayMs, 5004]);
  });

  it('lets the newest standing verdict count, and the one before again once it is undone', () => {
    const { decisions } = newCase().store;
    decisions.addVerdicts(verdictOn(['card-1', 'card-2'], 'legitimate', 1));
    decisions.addVerdicts(verdictOn(['card-1'], 'fraud', 2));
    expect(decisions.standingVerdicts().map(({ alertKey, kind }) => [alertKey, kind])).toEqual([
      ['card-1', 'legitimate'],
      ['card-2', 'legitimate'],
      ['card-1', 'fraud'],
    ]);
    decisions.undoLast({ by: 'ana', atMs: 3 });
    expect(decisions.standingVerdicts().map(({ kind }) => kind)).toEqual(['legitimate', 'legitimate']);
  });

  it('refuses a decision in a case that is open for reading only', () => {
    const { path, store } = newCase();
    store.close();
    const reading = openCaseReadOnly(path);
    onTestFinished(() => reading.close());
    expect(codeOf(() => reading.decisions.addVerdicts(verdictOn(['x'], 'fraud')))).toBe('CASE_READ_ONLY');
  });
});

describe('undo', () => {
  it('goes back through verdicts, bulk verdicts, notes and snoozes, more than 20 deep, also after reopening', () => {
    const { path, store } = newCase();
    const { decisions } = store;
    for (let round = 0; round < 10; round++) {
      decisions.addVerdicts(verdictOn([`card-${round}`, `other-${round}`], 'valuable', round));
      decisions.addNote({ by: 'ana', atMs: round, key: `card-${round}`, text: `note ${round}` });
      decisions.addSnooze({ by: 'ana', atMs: round, keys: [`card-${round}`], untilMs: 5000 });
    }
    store.close();
    const again = openCase(path);
    onTestFinished(() => again.close());
    expect(again.decisions.undoDepth('ana')).toBe(30);
    expect(again.decisions.undoLast({ by: 'bo', atMs: 98 })).toBeNull();
    const undone = Array.from({ length: 30 }, () => again.decisions.undoLast({ by: 'ana', atMs: 99 }));
    expect(undone.slice(0, 3)).toMatchObject([
      { kind: 'snooze', keys: ['card-9'] },
      { kind: 'note', keys: ['card-9'] },
      { kind: 'verdict', keys: ['card-9', 'other-9'] },
    ]);
    expect(again.decisions.undoLast({ by: 'ana', atMs: 99 })).toBeNull();
    expect(again.decisions.standingVerdicts()).toEqual([]);
    expect(again.decisions.standingSnoozes().size).toBe(0);
    expect(again.decisions.keysWithNotes().size).toBe(0);
    expect(again.decisions.history(['card-9'])).toHaveLength(6);
    expect(again.decisions.brokenAuditEntry()).toBeNull();
  });
});

describe('the audit chain', () => {
  function decidedCase(): { readonly path: string; readonly store: WritableCase } {
    const made = newCase();
    const { decisions } = made.store;
    decisions.addVerdicts(verdictOn(['card-1', 'kårt "2"'], 'fraud', 1));
    decisions.addNote({ by: 'ana', atMs: 2, key: 'card-1', text: 'called the customer' });
    decisions.addSnooze({ by: 'ana', atMs: 3, keys: ['card-3'], untilMs: 99 });
    decisions.undoLast({ by: 'ana', atMs: 4 });
    decisions.addAudit({ by: 'bo', atMs: 5 }, 'threshold', { units: 12 });
    return made;
  }

  it('is whole as it was written', () => {
    expect(decidedCase().store.decisions.brokenAuditEntry()).toBeNull();
  });

  it.each([
    ['who decided', "UPDATE audit SET done_by = 'eve' WHERE id = 2", 2],
    ['when it was decided', 'UPDATE audit SET at_ms = 7 WHERE id = 3', 3],
    ['a verdict itself', "UPDATE verdict SET kind = 'legitimate' WHERE id = 2", 1],
    ['the score at the decision', 'UPDATE verdict SET score = 0.4 WHERE id = 1', 1],
    ['the rows a verdict is about', "UPDATE verdict SET sequences = x'00000000' WHERE id = 1", 1],
    ['the words of a note', "UPDATE note SET text = 'never called'", 2],
    ['whom it is about', "UPDATE audit_subject SET alert_key = 'card-9' WHERE audit_id = 3", 3],
    ['a link taken out', 'DELETE FROM audit_subject WHERE audit_id = 4; DELETE FROM audit WHERE id = 4', 5],
    [
      'the last decision cut off',
      'DELETE FROM audit WHERE id = 5; DELETE FROM audit_subject WHERE audit_id = 4; DELETE FROM audit WHERE id = 4',
      4,
    ],
  ])('names the first entry that does not fit where somebody changed %s', (_, sql, entry) => {
    const { path, store } = decidedCase();
    expect(store.decisions.brokenAuditEntry()).toBeNull();
    tamper(path, sql);
    expect(store.decisions.brokenAuditEntry()).toBe(entry);
  });

  it('is gone through once for each change, not for each page of the history', () => {
    const statements: string[] = [];
    watchSlowQueries(({ what }) => statements.push(what), -1);
    const { store } = decidedCase();
    const timesRead = (): number => statements.filter((text) => text === 'SELECT * FROM audit ORDER BY id').length;
    for (let page = 0; page < 3; page++) expect(store.decisions.brokenAuditEntry()).toBeNull();
    expect(timesRead()).toBe(1);
    store.decisions.addNote({ by: 'ana', atMs: 9, key: 'card-1', text: 'one more' });
    expect(store.decisions.brokenAuditEntry()).toBeNull();
    expect(timesRead()).toBe(2);
  });

  it('pages from the newest to the oldest without a gap', () => {
    const { decisions } = decidedCase().store;
    const first = decisions.auditPage({ limit: 2 });
    const second = decisions.auditPage({ limit: 10, after: first.next ?? 0 });
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual([5, 4, 3, 2, 1]);
    expect(second.next).toBeNull();
  });
});

describe('drafts', () => {
  it('keep what was typed last, and go when they are emptied', () => {
    const { path, store } = newCase();
    store.decisions.writeDraft('card-1', 'half a sent', 1);
    store.decisions.writeDraft('card-1', 'half a sentence', 2);
    store.close();
    const again = openCase(path);
    onTestFinished(() => again.close());
    expect(again.decisions.draft('card-1')).toBe('half a sentence');
    again.decisions.writeDraft('card-1', '', 3);
    expect(again.decisions.draft('card-1')).toBe('');
  });
});
