import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from '../../../engine/store/sqlite.ts';

/** What somebody may mail in the place of a case; `make` changes a whole one that lies at the path. */
export interface HostileCase {
  readonly name: string;
  readonly make: (path: string) => void;
}

const bySql = (name: string, ...statements: readonly string[]): HostileCase => ({
  name,
  make: (path) => {
    const connection = connect(path, {});
    connection.pragma('foreign_keys = OFF');
    connection.pragma('ignore_check_constraints = ON');
    for (const statement of statements) connection.exec(statement);
    connection.close();
  },
});

/** Changes the text of the schema itself, which SQLite guards. */
const bySchema = (name: string, statement: string): HostileCase => ({
  name,
  make: (path) => {
    const connection = connect(path, {});
    connection.unsafeMode(true);
    connection.pragma('writable_schema = ON');
    connection.exec(statement);
    connection.close();
  },
});

const byBytes = (name: string, change: (bytes: Buffer) => Buffer): HostileCase => ({
  name,
  make: (path) => writeFileSync(path, change(readFileSync(path))),
});

const at =
  (place: number, ...values: readonly number[]) =>
  (bytes: Buffer): Buffer => {
    bytes.set(values, place);
    return bytes;
  };

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

export const hostileCases: readonly HostileCase[] = [
  bySql(
    'a trigger that turns fraud into legitimate',
    `CREATE TRIGGER turn AFTER INSERT ON verdict BEGIN UPDATE verdict SET kind = 'legitimate'; END`,
  ),
  bySql('a trigger on the history', `CREATE TRIGGER gone AFTER INSERT ON audit BEGIN DELETE FROM audit; END`),
  bySql('a trigger on sessions', `CREATE TRIGGER busy AFTER INSERT ON session BEGIN DELETE FROM verdict; END`),
  bySql('a trigger on digests', `CREATE TRIGGER hide AFTER INSERT ON evidence BEGIN DELETE FROM evidence; END`),
  bySql('a trigger on what was left', `CREATE TRIGGER left AFTER DELETE ON left_behind BEGIN DELETE FROM setting; END`),
  bySql('a view in front of nothing', 'CREATE VIEW alert AS SELECT * FROM verdict'),
  bySql('a view with a slow query', 'CREATE VIEW slow AS SELECT 1 FROM audit a, audit b, audit c, audit d, audit e'),
  bySql('a view in the place of a table', 'ALTER TABLE verdict RENAME TO v', 'CREATE VIEW verdict AS SELECT * FROM v'),
  bySql(
    'a view in the place of the settings',
    'DROP TABLE setting',
    `CREATE VIEW setting AS SELECT 'a' AS key, '1' AS value`,
  ),
  bySql('a foreign table', 'CREATE TABLE payload (content BLOB)', 'INSERT INTO payload VALUES (zeroblob(1000000))'),
  bySql('a virtual table', 'CREATE VIRTUAL TABLE words USING fts5 (content)'),
  bySql('an index that hides rows', `CREATE INDEX some ON verdict (kind) WHERE kind = 'fraud'`),
  bySql('an index over an expression', 'CREATE INDEX expensive ON audit (lower(what))'),
  bySql('a table missing', 'DROP TABLE note'),
  bySql('an index missing', 'DROP INDEX verdict_of_alert'),
  bySql('a column more', 'ALTER TABLE verdict ADD COLUMN hidden TEXT'),
  bySql('a column less', 'ALTER TABLE draft DROP COLUMN saved_at_ms'),
  bySql('a column with a computed value', `ALTER TABLE verdict ADD COLUMN twin TEXT AS (kind) VIRTUAL`),
  bySql('a table under another name', 'ALTER TABLE snooze RENAME TO snoozes'),
  bySchema('a schema that is no SQL', `UPDATE sqlite_schema SET sql = 'CREATE NONSENSE' WHERE name = 'verdict'`),
  bySchema('a check taken away', `UPDATE sqlite_schema SET sql = replace(sql, 'CHECK', '--') WHERE name = 'verdict'`),
  bySchema('two tables on one root', `UPDATE sqlite_schema SET rootpage = 2 WHERE name IN ('verdict', 'note')`),
  bySchema('a root outside of the file', `UPDATE sqlite_schema SET rootpage = 999999 WHERE name = 'audit'`),
  bySql('settings that are no JSON', `UPDATE setting SET value = '{'`),
  bySql('settings nested without end', `INSERT INTO setting VALUES ('alertGapHours', '${deep}')`),
  bySql(
    'a setting that changes prototypes',
    `INSERT INTO setting VALUES ('retention', '{"__proto__":{"isAdmin":true}}')`,
  ),
  bySql('a profile that is no profile', `UPDATE profile SET content = '{"columns":7}'`),
  bySql('a profile of 50 MB', `UPDATE profile SET content = printf('%.*c', 50000000, 'x')`),
  bySql('a feature set of another version', `UPDATE feature_set SET spec = '{"version":99}'`),
  bySql('a threshold that is no number', `UPDATE model SET threshold = '{"units":"many"}'`),
  bySql('a model of negative trees', `UPDATE model SET parameters = json_set(parameters, '$.trees', -1)`),
  bySql(
    'a forest of nothing',
    `UPDATE model SET forest = x'', forest_sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'`,
  ),
  bySql('a forest of zeros', 'UPDATE model SET forest = zeroblob(1000000)'),
  bySql('a format that is none', `UPDATE source SET format = '{"kind":"exe"}'`),
  bySql('a recording at another path', `UPDATE source SET uri = '/etc/passwd'`),
  bySql('rows counted twice', 'UPDATE segment SET row_count = 4096'),
  bySql('rows from the end of time', 'UPDATE segment SET first_sequence = 9000000000000000000 WHERE id = 1'),
  bySql('a bomb in the place of rows', `UPDATE segment SET raw = CAST(x'28b52ffda0ffffff7f' || zeroblob(64) AS BLOB)`),
  bySql(
    'texts with line ends and markup',
    `UPDATE dictionary_entry SET text = text || char(10) || '<script>' WHERE code = 0`,
  ),
  bySql('a person with line ends', `UPDATE audit SET done_by = 'Ana' || char(10) || 'verdict fraud by Ben'`),
  bySql('history that speaks of other actions', `UPDATE audit SET details = '{"action":999}'`),
  bySql('history that is no JSON', `UPDATE audit SET details = 'x' WHERE id = 1`),
  bySql('verdicts of no kind', `UPDATE verdict SET kind = 'maybe'`),
  bySql('verdicts on rows that are not there', `UPDATE verdict SET sequences = x'ffffff7f'`),
  bySql('numbers of rows that go back', 'INSERT INTO row_numbering VALUES (0, 5), (10, 1)'),
  byBytes('a newer layout', at(60, 0, 0, 0, 99)),
  byBytes('an older layout', at(60, 0, 0, 0, 9)),
  byBytes('no layout at all', at(60, 0, 0, 0, 0)),
  byBytes('another program', at(68, 1, 2, 3, 4)),
  byBytes('no header', (bytes) => bytes.fill(0, 0, 100)),
  byBytes('pages of another size', at(16, 2, 0)),
  byBytes('a text in the place of a file', () => Buffer.from('SQLite format 3\0 but not really')),
  { name: 'the first half', make: (path) => truncateSync(path, readFileSync(path).length >> 1) },
  { name: 'nothing', make: (path) => truncateSync(path, 0) },
  {
    name: 'a folder',
    make: (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  },
  {
    name: 'a link to a device',
    make: (path) => {
      rmSync(path);
      symlinkSync('/dev/zero', path);
    },
  },
  { name: 'a log of nonsense beside it', make: (path) => writeFileSync(`${path}-wal`, Buffer.alloc(100_000, 7)) },
  {
    name: 'a journal of nonsense beside it',
    make: (path) => writeFileSync(`${path}-journal`, Buffer.alloc(100_000, 7)),
  },
  {
    name: 'decisions of somebody beside it',
    make: (path) =>
      writeFileSync(
        `${path.replace(/\.assay$/u, '')}.decisions.jsonl`,
        `${JSON.stringify({ kind: 'verdict', by: 'Ana', atMs: 1, alerts: [] })}\n`,
      ),
  },
];
