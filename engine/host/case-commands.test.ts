import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { leadingThemes } from '../domain/window-feature.ts';
import { createBench, smallRecording } from '../case/small-recording.test-support.ts';

it('explains a transaction in the sentences of the window and of exports: all compare with one past and one background', async () => {
  const bench = await createBench((cleanUp) => onTestFinished(cleanUp));
  await bench.ask('case.open', { path: bench.casePath });
  const { rows } = await bench.ask('alerts.page', { modelId: 1, limit: 20 });
  const explained = await bench.engine.runJob(
    'explain',
    { casePath: bench.casePath, ids: rows.map(({ topId }) => topId) },
    { signal: new AbortController().signal, report: () => undefined },
  );
  if (!explained.ok) throw new Error(explained.error.message);
  const output = join(bench.folder, 'flagged.csv');
  const exported = await bench.engine.runJob(
    'exportCsv',
    { casePath: bench.casePath, output },
    { signal: new AbortController().signal, report: () => undefined },
  );
  expect(exported.ok).toBe(true);
  const lines = readFileSync(output, 'utf8').split('\n');
  expect(rows.length).toBeGreaterThan(5);
  for (const [index, { key }] of rows.entries()) {
    const { sentence, row } = await bench.ask('alerts.detail', { modelId: 1, key });
    const { reasons } = explained.data.alerts[index];
    expect(
      reasons
        .slice(0, 3)
        .map((reason) => reason.sentence)
        .join(' '),
    ).toBe(sentence);
    expect(reasons[0].sentence).toBe(`${row.firstReason}.`);
    const line = lines.find((text) => text.includes(row.topId)) ?? '';
    for (const { sentence: stated } of reasons.slice(0, 3)) expect(line).toContain(stated);
  }

  // What a card usually pays is the median of what it paid before, read from the recording itself.
  const paid = smallRecording().split('\n').slice(1, -1);
  const wanted = explained.data.alerts.flatMap(({ id, reasons }) => {
    const ofAmount = reasons.find(({ feature }) => feature === 'amount');
    const at = paid.findIndex((line) => line.startsWith(id));
    const [, , card, , amount] = paid[at].split(',');
    const earlier = paid
      .slice(0, at)
      .flatMap((line) => (line.split(',')[2] === card ? [Number(line.split(',')[4])] : []));
    // A card of which too little is known is compared with all; a small amount is said as a share.
    return ofAmount?.sentence.includes(' times what this card usually pays') !== true || card === ''
      ? []
      : [{ sentence: ofAmount.sentence, amount: Number(amount), earlier }];
  });
  expect(wanted.length).toBeGreaterThan(5);
  for (const { sentence, amount, earlier } of wanted) {
    earlier.sort((left, right) => left - right);
    const median = (earlier[(earlier.length - 1) >> 1] + earlier[earlier.length >> 1]) / 2;
    const [times] = sentence.replace('Amount: ', '').replaceAll(',', '').split(' times what this card usually pays.');
    expect(Math.abs(Number(times) / (amount / median) - 1)).toBeLessThan(0.06);
    expect(sentence).not.toContain(amount.toFixed(2));
  }
});

it('lists the alerts that a theme leads at both doors alike: in the window, by a command and in a file', async () => {
  const bench = await createBench((cleanUp) => onTestFinished(cleanUp));
  const context = { signal: new AbortController().signal, report: () => undefined };
  await bench.ask('case.open', { path: bench.casePath });
  const page = (input: object) => bench.ask('alerts.page', { modelId: 1, limit: 500, ...input });
  const sort = [{ by: 'theme' as const, descending: false }];
  await expect.poll(async () => (await page({ sort })).reasonsPending).toBe(0);
  const all = (await page({ sort })).rows;
  const order = all.map(({ theme }) => leadingThemes.indexOf(theme ?? 'other'));
  expect(order).toEqual(order.toSorted((left, right) => left - right));
  const present = [...new Set(all.flatMap(({ theme }) => theme ?? []))];
  expect(present.length).toBeGreaterThan(1);
  for (const theme of present) {
    const inWindow = (await page({ filter: { themes: [theme] } })).rows;
    expect(inWindow.length).toBe(all.filter((row) => row.theme === theme).length);
    const listed = await bench.engine.runJob(
      'alerts',
      { casePath: bench.casePath, filter: { themes: [theme] }, reasons: true },
      context,
    );
    if (!listed.ok) throw new Error(listed.error.message);
    const told = listed.data.alerts.map(({ key, theme: leading, reason }) => [key, leading, reason]);
    expect(told).toEqual(inWindow.map(({ key, firstReason }) => [key, theme, firstReason]));
    const output = join(bench.folder, `${theme}.csv`);
    await bench.engine.runJob(
      'exportAlerts',
      { casePath: bench.casePath, output, filter: { themes: [theme] } },
      context,
    );
    const keys = readFileSync(output, 'utf8').split('\n').slice(1, -1);
    expect(keys.map((line) => line.split(',')[0])).toEqual(inWindow.map(({ key }) => key));
  }
  for (const { key, theme, firstReason } of all.slice(0, 12)) {
    const detail = await bench.ask('alerts.detail', { modelId: 1, key });
    const whole = detail.themes.reduce((sum, { amount }) => sum + amount, 0);
    expect(Math.abs(whole - (detail.baseline - detail.pathLength))).toBeLessThan(1e-9);
    expect(detail.themes[0]).toMatchObject({ theme, sentence: `${firstReason}.` });
    expect(detail.themes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  }
});
