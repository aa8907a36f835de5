import { describe, expect, it } from 'vitest';
import { cardPrecisionTopK } from './card-precision.ts';

/** [day, card, anomaly, label] */
function input(rows: readonly (readonly [number, number, number, number])[], k: number) {
  return {
    days: Int32Array.from(rows, (row) => row[0]),
    cards: Int32Array.from(rows, (row) => row[1]),
    anomaly: Float64Array.from(rows, (row) => row[2]),
    labels: Uint8Array.from(rows, (row) => row[3]),
    k,
  };
}

describe('cardPrecisionTopK', () => {
  it('ranks cards by their greatest anomaly and counts a card as fraud by any of its rows that day', () => {
    // Card 1 is ranked by its genuine row (9) and is a fraud by its quiet one; card 2 is second; card 3 is missed.
    const result = cardPrecisionTopK(
      input(
        [
          [5, 1, 9, 0],
          [5, 1, 0.1, 1],
          [5, 2, 8, 0],
          [5, 3, 7, 1],
        ],
        2,
      ),
    );
    expect(result.perDay).toEqual([{ day: 5, compromised: 2, detected: 1, precision: 0.5 }]);
    expect(result.mean).toBe(0.5);
  });

  it('takes a card out once it was detected, and keeps one that was missed', () => {
    const result = cardPrecisionTopK(
      input(
        [
          [2, 1, 9, 1],
          [2, 3, 8, 1],
          [2, 2, 7, 0],
          [1, 1, 9, 1],
          [1, 2, 8, 0],
          [1, 3, 1, 1],
        ],
        1,
      ),
    );
    expect(result.perDay).toEqual([
      { day: 1, compromised: 2, detected: 1, precision: 1 },
      { day: 2, compromised: 1, detected: 1, precision: 1 },
    ]);
  });

  it('divides by k also where fewer cards are there, ranks ties by card, leaves unjudged rows and no card out', () => {
    expect(cardPrecisionTopK(input([[1, 7, 3, 1]], 4)).mean).toBe(0.25);
    expect(
      cardPrecisionTopK(
        input(
          [
            [1, 8, 3, 1],
            [1, 7, 3, 0],
          ],
          1,
        ),
      ).mean,
    ).toBe(0);
    expect(
      cardPrecisionTopK(
        input(
          [
            [1, -1, 9, 1],
            [1, 6, 8, 255],
            [1, 7, 3, 1],
          ],
          1,
        ),
      ).mean,
    ).toBe(1);
    expect(cardPrecisionTopK(input([], 5)).mean).toBe(null);
  });
});
