import { describe, expect, it } from 'vitest';
import { judgeGate, type JudgedModels } from './gate.ts';

/** A challenger with which everything is in order, and no labels. */
const sound: JudgedModels = {
  judgedRows: 10_000,
  frauds: 0,
  others: 0,
  expectedShare: 0.02,
  flaggedShare: { champion: 0.03, challenger: 0.021 },
  drift: { champion: { feature: 'amount', psi: 0.05 }, challenger: { feature: 'amount', psi: 0.04 } },
  comparedFlags: 300,
  stability: 0.8,
  overlap: 0.7,
  averagePrecision: { champion: null, challenger: null, gain: null },
  cardPrecision: { champion: null, challenger: null },
};
const labelled: JudgedModels = {
  ...sound,
  frauds: 80,
  others: 9_000,
  averagePrecision: { champion: 0.3, challenger: 0.4, gain: { low: 0.05, high: 0.15 } },
  cardPrecision: { champion: 0.2, challenger: 0.21 },
};

const heldBackBy = (models: JudgedModels): readonly string[] =>
  judgeGate(models)
    .checks.filter(({ passed }) => passed === false)
    .map(({ name }) => name);

describe('the gate', () => {
  it('passes a sound challenger with and without labels, and says on what it stands', () => {
    expect(judgeGate(sound)).toMatchObject({ passed: true, basis: 'no labels' });
    expect(judgeGate(labelled)).toMatchObject({ passed: true, basis: 'labels' });
    expect(judgeGate(labelled).sentence).toContain('average precision 0.400, champion 0.300 (gain 0.050 to 0.150)');
  });

  it('holds back a line that flags ten times what it was drawn for, and not one that is off by chance', () => {
    expect(heldBackBy({ ...sound, flaggedShare: { champion: 0.02, challenger: 0.2 } })).toEqual(['flagged share']);
    expect(heldBackBy({ ...sound, flaggedShare: { champion: 0.02, challenger: 0.001 } })).toEqual(['flagged share']);
    const few = { ...sound, judgedRows: 200, expectedShare: 0.01, flaggedShare: { champion: 0, challenger: 0.03 } };
    expect(heldBackBy(few)).toEqual([]);
  });

  it('without labels holds back what fits the later rows worse than the champion, is unsure, or finds others for no reason', () => {
    const worse = { ...sound.drift, challenger: { feature: 'amount', psi: 0.4 } };
    expect(heldBackBy({ ...sound, drift: worse })).toEqual(['drift']);
    expect(heldBackBy({ ...sound, stability: 0.3, overlap: 0.3 })).toEqual(['stability']);
    expect(heldBackBy({ ...sound, overlap: 0.2 })).toEqual(['overlap']);
    const drifted = { champion: { feature: 'amount', psi: 3 }, challenger: { feature: 'amount', psi: 0.3 } };
    expect(heldBackBy({ ...sound, overlap: 0.2, drift: drifted })).toEqual([]);
  });

  it('with labels lets quality decide: a tenth worse is held back, another ranking that is as good is not', () => {
    const worse = { champion: 0.3, challenger: 0.2, gain: { low: -0.2, high: 0.01 } };
    expect(heldBackBy({ ...labelled, averagePrecision: worse })).toEqual(['average precision']);
    const surely = { champion: 0.3, challenger: 0.29, gain: { low: -0.02, high: -0.001 } };
    expect(heldBackBy({ ...labelled, averagePrecision: surely })).toEqual(['average precision']);
    expect(heldBackBy({ ...labelled, cardPrecision: { champion: 0.2, challenger: 0.1 } })).toEqual(['card precision']);
    expect(heldBackBy({ ...labelled, overlap: 0.01 })).toEqual([]);
    expect(judgeGate({ ...labelled, frauds: 3 }).basis).toBe('no labels');
  });
});
