import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendOf, rowText } from './append-fixture.ts';
import { backupCase, verifyCase } from './backup.ts';
import { APPLICATION_ID } from './case-header.ts';
import { sha256 } from './digest.ts';
import { latestVersion, migrations, type Migration } from './migrations/migrations.ts';
import { openCase, openCaseReadOnly, openCaseWithMigrations } from './open-case.ts';
import { assertRuntime, connect } from './sqlite.ts';
import { codeOf, errorOfWork, oneRecording, temporaryFolder } from './store-fixtures.ts';

const nextLayout: Migration = {
  version: migrations.length + 1,
  name: 'later',
  up: 'CREATE TABLE later (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT',
};

/** A closed case of 1000 rows. */
function filledCase(folder: string, name = 'a.assay'): string {
  const path = join(folder, name);
  const store = openCase(path, { create: true });
  store.appendSegment(appendOf(store.addSource(oneRecording), 0, 1000));
  store.close();
  return path;
}

describe('opening what is not a case', () => {
  it('names what is wrong and leaves the file as it is', () => {
    const folder = temporaryFolder(onTestFinished);
    const text = join(folder, 'text.csv');
    writeFileSync(text, 'id,amount\n1,2\n'.repeat(20));
    const empty = join(folder, 'empty.assay');
    writeFileSync(empty, '');
    const foreign = join(folder, 'other.db');
    const other = connect(foreign, {});
    other.exec('CREATE TABLE t (x)');
    other.close();
    const before = [text, empty, foreign].map((file) => sha256(readFileSync(file)));
    expect(codeOf(() => openCase(join(folder, 'absent.assay')))).toBe('CASE_NOT_FOUND');
    expect(codeOf(() => openCaseReadOnly(join(folder, 'absent', 'x.assay')))).toBe('CASE_NOT_FOUND');
    for (const [file, why] of [
      [text, 'not an SQLite file'],
      [empty, 'empty'],
      [foreign, 'another program'],
      [folder, 'a folder'],
    ]) {
      const error = errorOfWork(() => openCase(file, { create: true }));
      expect([error.code, error.kind]).toEqual(['NOT_A_CASE', 'usage']);
      expect(error.message).toContain(why);
      expect(error.nextStep).toBeDefined();
    }
    expect([text, empty, foreign].map((file) => sha256(readFileSync(file)))).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(['empty.assay', 'other.db', 'text.csv']);
  });

  it('tells a cut-off case and a case with a damaged page from a good one', () => {
    const folder = temporaryFolder(onTestFinished);
    const path = filledCase(folder);
    const cut = join(folder, 'cut.assay');
    copyFileSync(path, cut);
    truncateSync(cut, statSync(cut).size - 20_000);
    expect(codeOf(() => openCase(cut))).toBe('CASE_CORRUPT');
    expect(verifyCase(path)).toEqual({ ok: true, problems: [], models: 0 });

    const damaged = join(folder, 'damaged.assay');
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 16_384, 2 * 16_384);
    writeFileSync(damaged, bytes);
    expect(verifyCase(damaged).ok).toBe(false);
    expect(codeOf(() => openCase(damaged).close())).toBe('CASE_CORRUPT');
  });

  it('says of a header with a schema format that there is not that the case is damaged', () => {
    const path = filledCase(temporaryFolder(onTestFinished));
    const bytes = readFileSync(path);
    bytes.writeUInt32BE(9, 44);
    writeFileSync(path, bytes);
    expect(codeOf(() => openCase(path))).toBe('CASE_CORRUPT');
    expect(codeOf(() => openCaseReadOnly(path))).toBe('CASE_CORRUPT');
  });

  it('notices a changed byte in the rows as received, which SQLite itself cannot', () => {
    const path = filledCase(temporaryFolder(onTestFinished));
    const writer = connect(path, {});
    const raw = writer.prepare<[], { raw: Buffer }>('SELECT raw FROM segment').get()?.raw ?? Buffer.alloc(0);
    raw[raw.length >> 1] ^= 1;
    writer.prepare('UPDATE segment SET raw = ?').run(raw);
    writer.close();
    expect(verifyCase(path).problems.join()).toContain('as received');
    const read = openCaseReadOnly(path);
    expect(codeOf(() => read.readRaw(0))).toBe('CASE_CORRUPT');
    read.close();
  });

  it('says of a case that lacks a column that it is damaged, when it is opened or meanwhile', () => {
    const path = filledCase(temporaryFolder(onTestFinished));
    const writer = connect(path, {});
    const read = openCaseReadOnly(path);
    writer.exec('ALTER TABLE action RENAME COLUMN done_at_ms TO done_at_mt');
    writer.close();
    expect(codeOf(() => read.decisions.standingVerdicts())).toBe('CASE_CORRUPT');
    read.close();
    expect(codeOf(() => openCaseReadOnly(path))).toBe('CASE_CORRUPT');
    expect(codeOf(() => openCase(path))).toBe('CASE_CORRUPT');
  });

  it('says of stored blocks that no Assay writes that the case is damaged', () => {
    const path = filledCase(temporaryFolder(onTestFinished));
    const writer = connect(path, {});
    writer.pragma('ignore_check_constraints = ON');
    writer.exec(`UPDATE segment_column SET encoding = 'uint('`);
    writer.exec(`UPDATE "column" SET kind = 'code' WHERE id = 1`);
    writer.exec(`INSERT INTO dictionary_entry VALUES (1, 998, 'twice'), (1, 999, 'twice'); DELETE FROM left_behind`);
    writer.close();
    const read = openCaseReadOnly(path);
    onTestFinished(() => read.close());
    expect(codeOf(() => read.dictionaries())).toBe('CASE_CORRUPT');
    expect(codeOf(() => read.readSegmentColumns(read.segments()[0]))).toBe('CASE_CORRUPT');
  });

  it('refuses a Node that the binding would crash', () => {
    expect(codeOf(() => assertRuntime({ node: '20.20.2', napi: '9' }))).toBe('WRONG_RUNTIME');
    expect(codeOf(() => assertRuntime({ node: '1.0.0' }))).toBe('WRONG_RUNTIME');
    expect(() => assertRuntime({ node: '24.0.0', napi: '10' })).not.toThrow();
  });
});

describe('a new case', () => {
  it('is refused with a sentence where it cannot be, and leaves nothing behind', () => {
    const folder = temporaryFolder(onTestFinished);
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    const places = [
      join(folder, 'n'.repeat(250)),
      join(file, 'a.assay'),
      join(folder, 'n'.repeat(300), 'a.assay'),
      `${join(folder, 'blank')} `,
    ];
    for (const place of places) expect(codeOf(() => openCase(place, { create: true }))).toBe('WRONG_USE');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('is the same case through a symbolic link, also while its log lies beside the real file', () => {
    const folder = temporaryFolder(onTestFinished);
    const path = filledCase(folder);
    const link = join(folder, 'link.assay');
    symlinkSync(path, link);
    const store = openCase(link);
    store.appendSegment(appendOf(store.source(1), 1000, 10));
    const read = openCaseReadOnly(link);
    expect([store.path, read.nextSequence()]).toEqual([path, 1010]);
    read.close();
    store.close();
  });

  it('is one plain file after closing, with its application id, and can be opened again', () => {
    const folder = join(temporaryFolder(onTestFinished), 'new', 'folder');
    const path = filledCase(folder);
    expect(readdirSync(folder)).toEqual(['a.assay']);
    expect(readFileSync(path).readUInt32BE(68)).toBe(APPLICATION_ID);
    const store = openCase(path, { create: true });
    expect(store.nextSequence()).toBe(1000);
    store.close();
  });
});

describe('layouts', () => {
  it('pins released migrations, because a case in the field was made by exactly that text', () => {
    expect(migrations.map((step) => sha256(new TextEncoder().encode(step.up)))).toMatchInlineSnapshot(`
      [
        "91475d34a53830013b3c411496be170ce5fc50f78df67022bc2961c26eb49e5a",
        "b23866537981b18602e917117771ba235facdff22e175037c0477f6872b90054",
        "072137c9ac2cf0a83e42b68194e81bf6d470d7916991c343cff85f412349988d",
        "9b7ae8e6bc05f46412529a4be0aae5f5435223f3527af6c9cf067f7620d2d1ed",
        "a75a4c6d195fa5528ea5f004fec867a289e61e0f619baef9d19f9f8843398075",
        "2f173cd110908d5e22545ca9473d189200d2ba7fa62668a200ec18e5181bdff7",
        "907f7db95be780b9004325189c1924787bf0c3ef742d2ee1042a6ab62f66a14d",
        "a5efadf5f8084200af273a7cae0e90be1f675490567f560028e143229b7125e5",
        "24553d1dfc03547e5ae10b5a9be3869b43ad59bbb02e84f48994c6dc692d566e",
        "692be20c946b9c87605f13d2fd5f9c5ada5b2a658ebf0a9d2eabdb72d43995c6",
        "e2e729d1e7b1cd26f9fdbfaf02ba6381d7fdb6d3a72a4c688c9c765ffb8a7127",
      ]
    `);
    expect(() => latestVersion([{ version: 2, name: 'gap', up: '' }])).toThrow(/at place 1/);
  });

  it('brings a case of the layout before up to date after a backup that is itself a whole case', () => {
    const folder = temporaryFolder(onTestFinished);
    const path = filledCase(folder);
    const store = openCaseWithMigrations(path, {}, [...migrations, nextLayout]);
    expect(new TextDecoder().decode(store.readRaw(999).bytes)).toBe(rowText(999));
    store.close();
    expect(readFileSync(path).readUInt32BE(60)).toBe(nextLayout.version);
    const backups = readdirSync(folder).filter((name) => name.includes(`.backup-v${migrations.length}-`));
    expect(backups).toHaveLength(1);
    expect(verifyCase(join(folder, backups[0]))).toMatchObject({ ok: true });
    const old = openCaseReadOnly(join(folder, backups[0]));
    expect(old.nextSequence()).toBe(1000);
    old.close();
  });

  it('leaves a case as it was when a step fails, also the steps before it', () => {
    const path = filledCase(temporaryFolder(onTestFinished));
    const broken: Migration = { version: nextLayout.version + 1, name: 'broken', up: 'CREATE TABLE source (x)' };
    const error = errorOfWork(() => openCaseWithMigrations(path, {}, [...migrations, nextLayout, broken]));
    expect(error.code).toBe('MIGRATION_FAILED');
    expect(error.message).toContain('broken');
    const store = openCase(path);
    expect(store.nextSequence()).toBe(1000);
    store.close();
  });

  it('refuses a newer case by name of both layouts and does not touch one byte', () => {
    const folder = temporaryFolder(onTestFinished);
    const path = filledCase(folder);
    openCaseWithMigrations(path, {}, [...migrations, nextLayout]).close();
    const files = readdirSync(folder);
    const before = sha256(readFileSync(path));
    for (const open of [openCase, openCaseReadOnly, verifyCase]) {
      const error = errorOfWork(() => open(path));
      expect(error.code).toBe('CASE_FROM_FUTURE');
      expect(error.message).toContain(`layout ${nextLayout.version}`);
      expect(error.message).toContain(`up to ${migrations.length}`);
    }
    expect(sha256(readFileSync(path))).toBe(before);
    expect(readdirSync(folder)).toEqual(files);
  });
});

describe('a backup', () => {
  it('holds what is committed while the case is open for writing, and never replaces a file', () => {
    const folder = temporaryFolder(onTestFinished);
    const path = filledCase(folder);
    const store = openCase(path);
    store.appendSegment(appendOf(store.source(1), 1000, 10));
    const target = join(folder, 'copy.assay');
    backupCase(path, target);
    store.close();
    const copy = openCase(target);
    expect(copy.nextSequence()).toBe(1010);
    copy.close();
    expect(codeOf(() => backupCase(path, target))).toBe('WRONG_USE');
  });
});

describe('two processes on one case', () => {
  it('lets the first writer win, and the second go on once it has looked again', () => {
    const path = join(temporaryFolder(onTestFinished), 'a.assay');
    const first = openCase(path, { create: true });
    const source = first.addSource(oneRecording);
    const second = openCase(path);
    const append = appendOf(source, 0, 10);
    first.appendSegment(append);
    const error = errorOfWork(() => second.appendSegment(append));
    expect(error.code).toBe('CASE_BUSY');
    expect(error.message).toContain('Another process is writing to this case');
    second.appendSegment(appendOf(second.source(source.id), second.nextSequence(), 5));
    expect(codeOf(() => first.appendSegment(appendOf({ id: source.id, position: append.next }, 10, 5)))).toBe(
      'CASE_BUSY',
    );
    expect(first.nextSequence()).toBe(15);
    first.close();
    second.close();
  });

  it('notices a second writer that has only moved the position', () => {
    const path = join(temporaryFolder(onTestFinished), 'a.assay');
    const first = openCase(path, { create: true });
    const source = first.addSource(oneRecording);
    const second = openCase(path);
    first.appendSegment({ ...appendOf(source, 0, 0), next: { byteOffset: 9, line: 2 } });
    expect(codeOf(() => second.appendSegment(appendOf(source, 0, 1)))).toBe('CASE_BUSY');
    first.close();
    second.close();
  });

  it('gives up with a sentence when the case stays locked', () => {
    const path = filledCase(temporaryFolder(onTestFinished));
    const store = openCase(path);
    const other = connect(path, {});
    other.exec('BEGIN IMMEDIATE');
    const error = errorOfWork(() => store.setSetting('a', 1));
    expect(error.code).toBe('CASE_BUSY');
    expect(error.message).toContain(path);
    other.exec('ROLLBACK');
    other.close();
    store.setSetting('a', 1);
    store.close();
  });
});

describe('a case whose file is taken away while it is open', () => {
  it('says so before the next change, and leaves what is there now alone', () => {
    const folder = temporaryFolder(onTestFinished);
    const path = filledCase(folder, 'a.assay');
    const other = filledCase(folder, 'b.assay');
    const store = openCase(path);
    const change = (): void => store.inTransaction(() => store.setSetting('a', 1));
    change();
    renameSync(path, join(folder, 'elsewhere.assay'));
    expect(errorOfWork(change)).toMatchObject({ code: 'CASE_NOT_FOUND', message: expect.stringContaining('moved') });
    renameSync(other, path);
    const before = readFileSync(path);
    expect(errorOfWork(change)).toMatchObject({ code: 'CASE_BUSY', message: expect.stringContaining('replaced') });
    expect(readFileSync(path).equals(before)).toBe(true);
    renameSync(join(folder, 'elsewhere.assay'), path);
    change();
    store.close();
  });
});

describe('who may read a case', () => {
  it.skipIf(process.getuid === undefined)('is its owner alone, also where the file came with wider rights', () => {
    const path = filledCase(temporaryFolder(onTestFinished), 'wide.assay');
    chmodSync(path, 0o664);
    openCase(path).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('places that cannot be written', () => {
  it('refuses to write a read-only file or folder, and still reads it there', () => {
    const folder = temporaryFolder(onTestFinished);
    chmodSync(folder, 0o755);
    const file = filledCase(folder, 'file.assay');
    chmodSync(file, 0o444);
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    const inFolder = filledCase(closed, 'folder.assay');
    chmodSync(inFolder, 0o644);
    chmodSync(closed, 0o555);
    onTestFinished(() => chmodSync(closed, 0o755));
    const child = spawnSync(process.execPath, [join(import.meta.dirname, 'read-only.child.ts'), file, inFolder], {
      encoding: 'utf8',
    });
    expect(child.stderr).toBe('');
    expect(child.stdout.trim().split('\n')).toEqual(['CASE_READ_ONLY 1000', 'CASE_READ_ONLY 1000']);
  });

  it('reads there what SQLite alone cannot: a log mode, a log without its index, an older layout', () => {
    const folder = temporaryFolder(onTestFinished);
    chmodSync(folder, 0o755);
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    const place = (name: string): string => join(closed, `${name}.assay`);
    const case1000 = filledCase(folder, 'source.assay');
    const connection = connect(case1000, {});
    connection.pragma('journal_mode = WAL');
    copyFileSync(case1000, place('log mode'));
    // Another row count is another list of segments than the one that was left behind.
    connection.exec('UPDATE segment SET row_count = 999; DELETE FROM left_behind');
    for (const end of ['', '-wal']) copyFileSync(`${case1000}${end}`, `${place('log')}${end}`);
    connection.close();
    openCaseWithMigrations(place('older'), { create: true }, migrations.slice(0, 4)).close();
    const places = ['log mode', 'log', 'older'].map(place);
    for (const file of readdirSync(closed)) chmodSync(join(closed, file), 0o444);
    chmodSync(closed, 0o555);
    onTestFinished(() => chmodSync(closed, 0o755));
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    chmodSync(temporary, 0o777);
    const child = spawnSync(process.execPath, [join(import.meta.dirname, 'read-only.child.ts'), ...places], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: temporary },
    });
    expect(child.stderr).toBe('');
    expect(child.stdout.trim().split('\n')).toEqual(['CASE_READ_ONLY 1000', 'CASE_READ_ONLY 999', 'CASE_READ_ONLY 0']);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(closed)).toHaveLength(4);
  });
});

describe.skipIf(!canMount())('a full disk (needs root and mount)', () => {
  it('ends with DISK_FULL, keeps what was stored, and goes on once there is space', () => {
    const disk = temporaryFolder(onTestFinished);
    expect(mountSmallDisk(disk)).toBe(true);
    onTestFinished(() => void spawnSync('umount', [disk]));
    const path = join(disk, 'a.assay');
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, new Uint8Array(4 * 1024 * 1024));
    let store = openCase(path, { create: true });
    let source = store.addSource(oneRecording);
    const error = errorOfWork(() => {
      for (;;) {
        store.appendSegment(appendOf(store.source(source.id), store.nextSequence(), 4000));
      }
    });
    expect(error.code).toBe('DISK_FULL');
    expect(error.message).toContain(path);
    const stored = store.nextSequence();
    expect(stored).toBeGreaterThan(0);
    expect(codeOf(() => backupCase(path, join(disk, 'copy.assay')))).toBe('DISK_FULL');
    expect(existsSync(join(disk, 'copy.assay'))).toBe(false);
    store.close();
    expect(verifyCase(path)).toMatchObject({ ok: true });

    truncateSync(ballast, 0);
    store = openCase(path);
    source = store.source(source.id);
    expect([store.nextSequence(), source.rows]).toEqual([stored, stored]);
    store.appendSegment(appendOf(source, stored, 10));
    expect(new TextDecoder().decode(store.readRaw(stored).bytes)).toBe(rowText(stored));
    store.close();
  });
});

/** Puts a disk of 8 MB over a folder; false where this user may not. */
function mountSmallDisk(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', folder]).status === 0;
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'assay-store-'));
  const mounted = mountSmallDisk(folder);
  if (mounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return mounted;
}
