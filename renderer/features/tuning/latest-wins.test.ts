import { describe, expect, it } from 'vitest';
import { latestWins } from './latest-wins.ts';

/** Frames and answers that come when the test says so. */
function bench() {
  const frames: (() => void)[] = [];
  const answers: (() => void)[] = [];
  const sent: number[] = [];
  const delivered: number[] = [];
  const handle = latestWins<number, number>(
    (input) => {
      sent.push(input);
      return new Promise((resolve) => answers.push(() => resolve(input * 10)));
    },
    (output) => delivered.push(output),
    (run) => frames.push(run),
  );
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return {
    handle,
    sent,
    delivered,
    frame: async () => {
      frames.shift()?.();
      await settle();
    },
    answer: async () => {
      answers.shift()?.();
      await settle();
    },
  };
}

describe('latest wins', () => {
  it('sends one question for many moves within a frame: the last', async () => {
    const { handle, sent, frame } = bench();
    [1, 2, 3].forEach((input) => handle.ask(input));
    await frame();
    expect(sent).toEqual([3]);
  });

  it('does not pile up questions behind a slow answer, and still answers the last move', async () => {
    const { handle, sent, delivered, frame, answer } = bench();
    handle.ask(1);
    await frame();
    [2, 3, 4].forEach((input) => handle.ask(input));
    await frame();
    expect(sent).toEqual([1]);
    await answer();
    await frame();
    await answer();
    expect(sent).toEqual([1, 4]);
    expect(delivered).toEqual([10, 40]);
  });

  it('keeps quiet about an answer that was forgotten while under way, and works again after it', async () => {
    const { handle, delivered, frame, answer } = bench();
    handle.ask(1);
    await frame();
    handle.forget();
    await answer();
    expect(delivered).toEqual([]);
    handle.ask(2);
    await frame();
    await answer();
    expect(delivered).toEqual([20]);
  });
});
