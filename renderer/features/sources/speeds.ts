/** Speeds of a replay, slow to fast; null is as fast as possible. */
export const speeds: readonly (number | null)[] = [1, 10, 60, 600, 3_600, 86_400, null];

/** `×60`, and what that means. */
export function speedWords(speed: number | null): string {
  if (speed === null) return 'maximum';
  const words: ReadonlyMap<number, string> = new Map([
    [1, 'as it was'],
    [60, 'a minute a second'],
    [3_600, 'an hour a second'],
    [86_400, 'a day a second'],
  ]);
  const meaning = words.get(speed);
  return `×${speed.toLocaleString('en')}${meaning === undefined ? '' : `, ${meaning}`}`;
}

/** The next speed up (1) or down (-1); at the ends the same. */
export function nextSpeed(speed: number | null, direction: 1 | -1): number | null {
  const at = speeds.findIndex((candidate) => candidate === speed);
  const from =
    at >= 0 ? at : speeds.filter((candidate) => candidate !== null && candidate < (speed ?? Infinity)).length;
  return speeds[Math.min(speeds.length - 1, Math.max(0, from + direction))];
}
