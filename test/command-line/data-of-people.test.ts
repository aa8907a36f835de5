import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../engine/host/engine.ts';
import { backupCase } from '../../engine/store/backup.ts';
import { openCaseReadOnly } from '../../engine/store/open-case.ts';
import { jsonOf, runAssayHere, temporaryFolder } from './run-assay.ts';

/* From the recording to the report: what only a card's owner may know, and who they are, is in no file and in nothing that is shown. */

const people = 25;
const rows = 1500;

function withCheckDigit(digits: string): string {
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const weighed = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const cardOf = (person: number): string =>
  withCheckDigit(`51673${String(9_400_017_311 + person * 104_729)}`.slice(0, 15));
/** Longer than a code is, so that no other number holds it by chance; read all the same by its first digits. */
const codeOf = (person: number): string => String(1000 + ((person * 7919 + 4211) % 9000));
const nameOf = (person: number): string => `Quirin${'abcdefghijklmnopqrstuvwxy'[person]} Zebrowskyx`;
const mailOf = (person: number): string => `q${person}zebrowskyx@example.org`;
const streetOf = (person: number): string => `${person + 3} Zwiebelgassx`;
const trackOf = (person: number): string => `;${cardOf(person)}=29121010000${person}?`;

const all = Array.from({ length: people }, (_, person) => person);
const secrets = all.flatMap((person) => [
  cardOf(person),
  nameOf(person),
  mailOf(person),
  streetOf(person),
  trackOf(person),
]);
const columns = [
  'payment_id',
  'paid_at',
  'card_number',
  'cvv',
  'track2',
  'customer_name',
  'email',
  'billing_address',
  'terminal_id',
  'amount',
  'is_fraud',
];

function recording(): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const person = (row * 17) % people;
    const wild = row % 60 === 30;
    return [
      `P${10_000 + row}`,
      new Date(Date.UTC(2025, 0, 1) + row * 3_600_000).toISOString(),
      cardOf(person).replace(/(\d{4})(?=\d)/g, row % 2 === 0 ? '$1' : '$1 '),
      codeOf(person),
      trackOf(person),
      nameOf(person),
      mailOf(person),
      streetOf(person),
      `T${row % 9}`,
      wild ? 3000 + row : 20 + (row % 31),
      wild ? 1 : 0,
    ].join(',');
  });
  // One that cannot be read, with everything in it.
  lines.splice(700, 0, `P1,${cardOf(1)},${nameOf(2)},${trackOf(3)}`);
  return `${columns.join(',')}\n${lines.join('\n')}\n`;
}

/** Everything under a folder, files within files unpacked. */
function everythingUnder(folder: string): readonly (readonly [path: string, content: Buffer])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .flatMap((path): readonly (readonly [string, Buffer])[] => {
      const content = readFileSync(path);
      const unpacked = content.subarray(0, 2).toString('hex') === '1f8b' ? [gunzipSync(content)] : framesIn(content);
      return [[path, content], ...unpacked.map((each) => [path, each] as const)];
    });
}

/** Blobs of a case are Zstandard frames; those that lie in one piece, in free pages and logs too. */
function framesIn(content: Buffer): readonly Buffer[] {
  const frames: Buffer[] = [];
  for (let at = content.indexOf('28b52ffd', 0, 'hex'); at >= 0; at = content.indexOf('28b52ffd', at + 4, 'hex')) {
    try {
      frames.push(zstdDecompressSync(content.subarray(at)));
    } catch {
      // In several pages: what the store gives is looked at beside.
    }
  }
  return frames;
}

function rowsAsReceived(casePath: string): Buffer {
  const openedCase = openCaseReadOnly(casePath);
  try {
    return Buffer.concat(openedCase.segments().flatMap((segment) => openedCase.readRawSegment(segment)));
  } finally {
    openedCase.close();
  }
}

function foundIn(texts: readonly string[], contents: readonly (readonly [string, Buffer])[]): readonly string[] {
  return contents.flatMap(([path, content]) =>
    texts.flatMap((text) => (content.includes(text) ? [`${text} in ${path}`] : [])),
  );
}

describe('data of people, from reading to report', () => {
  it('stand in no file, free page, log, journal, backup, export, report or output of a command', async () => {
    const folder = temporaryFolder();
    const home = join(folder, 'home');
    const outside = temporaryFolder();
    const source = join(outside, 'payments.csv');
    writeFileSync(source, recording());
    const casePath = join(folder, 'spring.assay');
    const out = join(folder, 'out');
    mkdirSync(out);
    const printed: string[] = [];
    const run = async (...parameters: readonly string[]): Promise<Record<string, unknown>> => {
      const outcome = await runAssayHere([...parameters, '--json'], home);
      printed.push(outcome.stdout, outcome.stderr);
      expect(outcome.code, `${parameters.join(' ')}\n${outcome.stderr}`).toBe(0);
      return jsonOf(outcome);
    };
    await run('run', source, '--case', casePath, '--label', 'is_fraud', '--trees', '20', '--contamination', '0.02');
    const plain = await runAssayHere(['run', source, '--case', casePath, '--label', 'is_fraud', '--trees', '20'], home);
    printed.push(plain.stdout, plain.stderr);
    rmSync(source);
    const { alerts } = (await run('alerts', '--case', casePath, '--transactions', '--limit', '5')) as {
      readonly alerts: readonly { readonly key: string; readonly entity: string }[];
    };
    expect(alerts[0].entity).toMatch(/^516739-[0-9a-z]{8}-\d{4}$/);
    const [{ key }] = alerts;
    await run('judge', '--case', casePath, '--alert', key, '--as', 'fraud', '--note', 'called');
    await run('explain', '--case', casePath);
    await run('quarantine', '--case', casePath);
    await run('export', 'narrative', '--case', casePath, '--alert', key, '--out', join(out, 'draft.md'));
    await run('export', 'csv', '--case', casePath, '--out', join(out, 'flagged.csv'));
    await run('export', 'alerts', '--case', casePath, '--out', join(out, 'alerts.csv'));
    await run('export', 'mlflow', '--case', casePath, '--out', join(out, 'model'));
    await run('label', 'export', '--case', casePath, '--out', join(out, 'ana.verdicts'));
    await run('report', '--case', casePath, '--alert', key, '--out', join(out, 'alert.html'));
    await run('report', '--case', casePath, '--case-wide', '--out', join(out, 'case.html'));
    await run('audit', '--case', casePath, '--verify', '--out', join(out, 'history.ndjson'));
    await run('share', '--case', casePath, '--out', join(out, 'shared.assay'));
    backupCase(casePath, join(out, 'spring.backup'));

    // Open in a window and changed: the log lies beside the case, and what is copied comes from these answers.
    const engine = createEngine({ host: 'command-line', dataFolder: home });
    const ask = async (...[name, input]: Parameters<typeof engine.request>): Promise<void> => {
      const answer = await engine.request(name, input);
      expect(answer.ok, JSON.stringify(answer)).toBe(true);
      printed.push(JSON.stringify(answer));
    };
    await ask('case.open', { path: casePath });
    await ask('notes.add', { modelId: 1, key, text: 'asked the bank' });
    await ask('alerts.detail', { modelId: 1, key });
    await ask('alerts.narrative', { modelId: 1, key });
    await ask('transactions.page', { limit: 500 } as never);
    await ask('quarantine.page', {});
    await ask('profile.read', {});
    const whileOpen = everythingUnder(folder);
    expect(whileOpen.some(([path]) => path.endsWith('-wal'))).toBe(true);
    await engine.close();

    const shown = Buffer.from(printed.join('\n'));
    const contents = [
      ...whileOpen,
      ...everythingUnder(folder),
      ['rows as received', rowsAsReceived(casePath)] as const,
    ];
    expect(contents.length).toBeGreaterThan(20);
    expect(foundIn(secrets, contents)).toEqual([]);
    expect(foundIn(secrets, [['what was printed and answered', shown]])).toEqual([]);
    // Codes are short: they are looked for as cells of the rows, where they stood.
    const cells = new Set(rowsAsReceived(casePath).toString('utf8').split(/[,\n]/));
    expect(all.map(codeOf).filter((code) => cells.has(code))).toEqual([]);
  });
});
