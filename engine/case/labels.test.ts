import { expect, it } from 'vitest';
import { FRAUD, GENUINE, UNLABELLED } from '../domain/label.ts';
import type { StoredVerdict } from '../store/decision-log.ts';
import type { DecisionState } from './decisions/decision-state.ts';
import { labelsKnownAt } from './labels.ts';

it('knows a verdict only from when it was given, and a label of the recording only after its delay', () => {
  const verdict: StoredVerdict = {
    id: 1,
    alertKey: '#1',
    kind: 'fraud',
    reason: null,
    score: 0.7,
    modelDigest: 'd',
    closedUntilMs: null,
    sequences: Uint32Array.of(1),
    atMs: 500,
    by: 'ana',
  };
  const decisions: DecisionState = {
    verdicts: [verdict],
    verdictOfRow: new Map([[1, verdict]]),
    snoozes: new Map(),
    keysWithNotes: new Set(),
    groupings: [],
  };
  const arrays = { labels: Uint8Array.of(GENUINE, UNLABELLED), times: Float64Array.of(100, 100) };
  const knownAt = (atMs: number): number[] => [0, 1].map(labelsKnownAt({ arrays, decisions }, 50, atMs));
  expect(knownAt(149)).toEqual([UNLABELLED, UNLABELLED]);
  expect(knownAt(150)).toEqual([GENUINE, UNLABELLED]);
  expect(knownAt(499)).toEqual([GENUINE, UNLABELLED]);
  expect(knownAt(500)).toEqual([GENUINE, FRAUD]);
});
