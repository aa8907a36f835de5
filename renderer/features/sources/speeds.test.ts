import { expect, it } from 'vitest';
import { nextSpeed, speeds, speedWords } from './speeds.ts';

it('goes up to the maximum and down to the pace of the recording, and stays there', () => {
  let speed = speeds[0];
  for (const expected of [...speeds.slice(1), null]) expect((speed = nextSpeed(speed, 1))).toBe(expected);
  for (const expected of [...speeds.slice(0, -1).toReversed(), 1])
    expect((speed = nextSpeed(speed, -1))).toBe(expected);
});

it('says what a speed means', () => {
  expect(speedWords(null)).toBe('maximum');
  expect(speedWords(3600)).toBe('×3,600, an hour a second');
});
