import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
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
