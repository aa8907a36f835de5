import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { createBench } from '../../case/small-recording.test-support.ts';
import { verifyCase } from '../../store/backup.ts';
import { openCase, openCaseReadOnly } from '../../store/open-case.ts';

const context = { signal: new AbortController().signal, report: () => undefined };

it('shares a whole case with the same alerts and decisions, in which no card is named, and none without its key', async () => {
  const { engine, folder, casePath, ask } = await createBench(onTestFinished);
  await ask('case.open', { path: casePath });
  const modelId = (await ask('models.list', {}))[0].id;
  const [first] = (await ask('alerts.page', { modelId, limit: 20 })).rows;
  await ask('verdicts.set', { modelId, keys: [first.key], kind: 'fraud' });
  await ask('notes.add', { modelId, key: first.key, text: `${first.entity} was called, and C1004, too` });
  const pattern = { entities: ['C1003'] };
  // Said first what it hides, as is asked of everybody.
  await ask('suppressions.preview', { modelId, pattern, pastDays: 365, forDays: 300 });
  const why = 'C1003 tests its terminal';
  await ask('suppressions.add', { modelId, pattern, pastDays: 365, forDays: 300, reason: why });
  const alertsOf = async (path: string) => {
    await ask('case.open', { path });
    const { rows } = await ask('alerts.page', { modelId, limit: 50 });
    return rows.map(({ key, score, verdict }) => ({ key, score, verdict }));
  };
  const alerts = await alertsOf(casePath);

  for (const mask of [false, true]) {
    const output = join(folder, mask ? 'masked.assay' : 'shared.assay');
    const shared = await engine.runJob('share', { casePath, output, mask }, context);
    expect(shared).toMatchObject({ ok: true, data: { columns: mask ? ['card_id', 'terminal_id'] : ['card_id'] } });
    expect(verifyCase(output)).toMatchObject({ ok: true, problems: [] });
    const content = everythingIn(output);
    const cards = Array.from({ length: 20 }, (_, card) => `C${1000 + card}`);
    expect(cards.filter((card) => content.some((bytes) => holdsWord(bytes, card)))).toEqual([]);
    expect(holdsWord(content[1], 'T3')).toBe(!mask);
    expect(await alertsOf(output)).toEqual(alerts);
    expect((await ask('alerts.page', { modelId, limit: 1 })).rows[0].entity).toMatch(/^card-[0-9a-z]{12}$/);
    const history = await ask('audit.page', {});
    expect(history.brokenEntry).toBeNull();
    expect(history.rows[0].what).toMatch(/^shared: texts of/);
    // It goes on as a case: what was read is read the same, and can be derived anew.
    const audit = await engine.runJob('audit', { casePath: output, verify: true, rescore: true }, context);
    expect(audit).toMatchObject({ ok: true, data: { whole: true, problems: [] } });
  }
  expect(await engine.runJob('share', { casePath, output: join(folder, 'shared.assay') }, context)).toMatchObject({
    ok: false,
    error: { code: 'WRONG_USE' },
  });
});

it('leaves numbers out that nothing was made of: nobody knows whose they are', async () => {
  const { engine, folder, recording } = await createBench(onTestFinished);
  const [head, ...lines] = readFileSync(recording, 'utf8').trimEnd().split('\n');
  const withNumbers = join(folder, 'numbers.csv');
  const member = (row: number): string => String(7_310_000 + row * 37);
  writeFileSync(withNumbers, `${head},member\n${lines.map((line, row) => `${line},${member(row)}`).join('\n')}\n`);
  const casePath = join(folder, 'numbers.assay');
  const overrides = { label: 'is_fraud', ignore: ['member'] };
  const ran = await engine.runJob(
    'run',
    { recordings: [withNumbers], casePath, overrides, forest: { trees: 20 } },
    context,
  );
  expect(ran).toMatchObject({ ok: true });
  const output = join(folder, 'without.assay');
  const shared = await engine.runJob('share', { casePath, output }, context);
  expect(shared).toMatchObject({ ok: true, data: { emptied: ['member'] } });
  expect(everythingIn(casePath).some((bytes) => holdsWord(bytes, member(1234)))).toBe(true);
  expect(everythingIn(output).some((bytes) => holdsWord(bytes, member(1234)))).toBe(false);
  expect(verifyCase(output)).toMatchObject({ ok: true, problems: [] });
});

/** The file, and what is compressed in it. */
function everythingIn(path: string): readonly Buffer[] {
  openCase(path).close();
  const copy = `${path}.copy`;
  copyFileSync(path, copy);
  const openedCase = openCaseReadOnly(copy);
  onTestFinished(() => openedCase.close());
  const records = openedCase.segments().flatMap((segment) => openedCase.readRawSegment(segment));
  const file = readFileSync(path);
  const frames: Buffer[] = [];
  for (let at = file.indexOf('28b52ffd', 0, 'hex'); at >= 0; at = file.indexOf('28b52ffd', at + 4, 'hex')) {
    try {
      frames.push(zstdDecompressSync(file.subarray(at)));
    } catch {
      // In several pages: the store gives it whole.
    }
  }
  return [file, Buffer.concat(records.flatMap((record) => [record, Buffer.from('\n')])), ...frames];
}

function holdsWord(bytes: Buffer, word: string): boolean {
  return new RegExp(`(?<![0-9A-Za-z-])${word}(?![0-9A-Za-z-])`).test(bytes.toString('latin1'));
}
