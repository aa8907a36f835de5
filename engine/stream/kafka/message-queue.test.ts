import { expect, it } from 'vitest';
import { MessageQueue } from './message-queue.ts';
import { blockOf, messageCount, messagesOf, type MessageBlock } from './message-block.ts';

function messages(count: number, first = 0): MessageBlock {
  return blockOf(
    0,
    Array.from({ length: count }, (_, index) => ({
      partition: 0,
      offset: first + index,
      timestampMs: 0,
      key: null,
      value: Buffer.alloc(200),
      headers: [],
    })),
  );
}

it('hands over in order, across chunks, and never more than asked for', async () => {
  const queue = new MessageQueue({ messages: 100, bytes: 1e6 });
  queue.add(messages(3));
  queue.add(messages(3, 3));
  expect(messagesOf(await queue.take(4, 0, 0)).map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
  expect(queue.waiting.get(0)).toBe(2);
  expect(messagesOf(await queue.take(4, 0, 0)).map(({ offset }) => offset)).toEqual([4, 5]);
  expect(queue.isEmpty).toBe(true);
});

it('gives room only once it is below the high-water mark, by messages or by bytes', async () => {
  for (const highWater of [
    { messages: 5, bytes: 1e6 },
    { messages: 1e6, bytes: 1000 },
  ]) {
    const queue = new MessageQueue(highWater);
    queue.add(messages(5));
    expect(queue.isFull).toBe(true);
    expect(await queue.roomWithin(5)).toBe(false);
    const room = queue.roomWithin(10_000);
    await queue.take(5, 0, 0);
    expect(await room).toBe(true);
  }
});

it('hands over what was there before a failure, then throws it, and lets the consumer go', async () => {
  const queue = new MessageQueue({ messages: 1, bytes: 1e6 });
  queue.add(messages(2));
  queue.fail(new Error('gone'));
  expect(await queue.roomWithin(10_000)).toBe(true);
  expect(messageCount(await queue.take(10, 1000, 1000))).toBe(2);
  await expect(queue.take(10, 1000, 1000)).rejects.toThrow('gone');
});
