import { expect, it } from 'vitest';
import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import { sharedVerdict } from './shared-verdict.ts';

type Similar = AlertDetail['similar']['alerts'][number];
const alert = (verdict: Similar['verdict'], reason: Similar['reason'] = null): Similar => ({
  ...{ key: 'k', name: 'k', score: 0.7, sharedReasons: '' },
  ...{ verdict, reason },
});

it('passes on a verdict that all decided alerts share, with their reason only where they share that too', () => {
  expect(sharedVerdict([alert('legitimate', 'travel'), alert(null), alert('legitimate', 'travel')])).toEqual({
    kind: 'legitimate',
    reason: 'travel',
  });
  expect(sharedVerdict([alert('fraud', 'card-stolen'), alert('fraud')])).toEqual({ kind: 'fraud', reason: null });
});

it('decides nothing where they differ, or none is decided', () => {
  expect(sharedVerdict([alert('fraud'), alert('legitimate')])).toBeNull();
  expect(sharedVerdict([alert(null)])).toBeNull();
  expect(sharedVerdict([])).toBeNull();
  expect(sharedVerdict([alert('unsure')])).toBeNull();
  expect(sharedVerdict([alert('unsure'), alert('fraud')])?.kind).toBe('fraud');
});
