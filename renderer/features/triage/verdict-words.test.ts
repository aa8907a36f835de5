import { expect, it } from 'vitest';
import { reasonsOf, verdictKinds } from '../../../engine/domain/verdict.ts';
import { reasonsFor } from './verdict-words.ts';

it.each(verdictKinds)('offers for a verdict of %s the reasons that the engine takes, in its order', (kind) => {
  expect(reasonsFor(kind).map(({ reason }) => reason)).toEqual(reasonsOf(kind));
});
