import { expect, it, onTestFinished } from 'vitest';
import { impossible } from '../../domain/error.ts';
import type { ThemeEvidence } from '../../../preload/contract/alerts.ts';
import { ownUsual } from '../model/own-usual.ts';
import { withCase } from '../opening.ts';
import { createBench } from '../small-recording.test-support.ts';
import { themeEvidence } from './theme-evidence.ts';

const dayMs = 86_400_000;

it('counts in its pictures what the sentences count, and shows nothing that came later', async () => {
  const bench = await createBench((cleanUp) => onTestFinished(cleanUp));
  await bench.ask('case.open', { path: bench.casePath });
  const { rows } = await bench.ask('alerts.page', { modelId: 1, limit: 120 });
  const kinds = new Set<string>();
  for (const { key } of rows) {
    const { themes, row } = await bench.ask('alerts.detail', { modelId: 1, key });
    const atMs = row.timeMs ?? NaN;
    for (const { share, evidence, sentence } of themes) {
      if (share < 0.2) expect(evidence).toEqual([]);
      for (const each of evidence) {
        kinds.add(each.kind);
        const counted = /^Velocity: (\d+) payments? in 1 h, usually/u.exec(sentence ?? '');
        switch (each.kind) {
          case 'amounts':
            expect(each.classes[each.own].from).toBeLessThanOrEqual((row.amount ?? 0) * (1 + 1e-9));
            expect(each.below).toBeLessThanOrEqual(each.classes.reduce((sum, { payments }) => sum + payments, 0));
            break;
          case 'burst':
            if (counted !== null) expect(each.payments).toBe(Number(counted[1]));
            expect(Array.from(each.strip.sequences)).toContain(row.topSequence);
            break;
          case 'places':
            expect(each.places.filter(({ isOwn }) => isOwn)).toHaveLength(1);
            for (const { lastMs } of each.places) expect(lastMs ?? 0).toBeLessThanOrEqual(atMs - dayMs);
            break;
          case 'hours':
            expect(each.payments).toHaveLength(24);
            break;
          case 'days': {
            const last = each.days[each.days.length - 1];
            expect(last.dayMs).toBeLessThanOrEqual(atMs);
            expect(last.dayMs).toBeGreaterThan(atMs - dayMs);
            expect(last.payments).toBeGreaterThan(0);
            // The label of a payment is known after seven days: the last days can have no known fraud.
            for (const { frauds } of each.days.slice(-6)) expect(frauds).toBe(0);
            break;
          }
        }
      }
    }
  }
  expect([...kinds].sort()).toEqual(['amounts', 'burst', 'days', 'places']);

  await withCase(bench.casePath, 'read', (session) => {
    const { view, groups } = session.alerts(1);
    const source = view.words.find(({ theme }) => theme === 'time')?.source ?? impossible('no feature of the hour');
    for (const sequence of groups.topSequences.slice(0, 20)) {
      const usual = ownUsual(session.arrays, source, sequence);
      const evidence = themeEvidence(session, 1, sequence, 'time');
      if (usual === null) expect(evidence).toEqual([]);
      else expect(hoursOf(evidence)).toBe(usual.count);
    }
  });
});

function hoursOf([evidence]: readonly ThemeEvidence[]): number {
  return evidence.kind === 'hours' ? evidence.payments.reduce((sum, count) => sum + count, 0) : NaN;
}
