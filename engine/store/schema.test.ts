import { describe, expect, it, onTestFinished } from 'vitest';
import { join } from 'node:path';
import { verifyCase } from './backup.ts';
import { openCase, openCaseReadOnly } from './open-case.ts';
import { connect } from './sqlite.ts';
import { codeOf, errorOfWork, temporaryFolder } from './store-fixtures.ts';

const planted = [
  `CREATE TRIGGER close AFTER INSERT ON verdict BEGIN UPDATE verdict SET kind = 'legitimate'; END`,
  'CREATE VIEW alert AS SELECT * FROM verdict',
  'CREATE TABLE extra (text TEXT)',
  'CREATE INDEX few ON verdict (alert_key) WHERE id < 0',
];

/** A closed case into which somebody wrote these statements by another program. */
function caseWith(statements: readonly string[]): string {
  const path = join(temporaryFolder(onTestFinished), 'a.assay');
  openCase(path, { create: true }).close();
  const connection = connect(path, {});
  connection.unsafeMode(true);
  connection.pragma('writable_schema = ON');
  for (const statement of statements) connection.exec(statement);
  connection.close();
  return path;
}

describe('a case that was mailed', () => {
  it('loses triggers, views, tables and indexes that Assay did not make, before anything is written', () => {
    const path = caseWith(planted);
    expect(verifyCase(path).problems).toEqual([
      'It holds index "few", table "extra", trigger "close" and view "alert", which Assay did not make.',
    ]);
    const opened = openCase(path);
    opened.decisions.addVerdicts({
      by: 'Ana',
      atMs: 1,
      kind: 'fraud',
      reason: null,
      modelDigest: 'm',
      closedUntilMs: null,
      alerts: [{ key: 'a', score: 1, sequences: Uint32Array.of(0) }],
    });
    expect(opened.decisions.standingVerdicts().map(({ kind }) => kind)).toEqual(['fraud']);
    const history = opened.decisions.auditPage({ limit: 10 }).rows.map(({ what, by }) => `${by}: ${what}`);
    expect(history).toContain(
      'Assay: removed index "few", table "extra", trigger "close" and view "alert": not made by Assay',
    );
    opened.close();
    expect(verifyCase(path).problems).toEqual([]);
  });

  it('is read without them where that is safe, and refused where an index may hide rows', () => {
    openCaseReadOnly(caseWith(planted.slice(0, 3))).close();
    const error = errorOfWork(() => openCaseReadOnly(caseWith(planted.slice(3))));
    expect(error.message).toContain('index "few", which Assay did not make');
  });

  it('is refused where a table is another than Assay makes it', () => {
    const path = caseWith([
      `UPDATE sqlite_schema SET sql = replace(sql, 'kind TEXT NOT NULL', 'kind TEXT NOT NULL DEFAULT ''fraud''')
       WHERE name = 'verdict'`,
    ]);
    expect(codeOf(() => openCase(path))).toBe('CASE_CORRUPT');
    expect(codeOf(() => openCase(caseWith(['DROP INDEX one_champion'])))).toBe('CASE_CORRUPT');
  });
});
