import { expect, it } from 'vitest';
import { RequestQueue } from './request-queue.ts';

it('a rejected request is told as a failure, and those behind it are still sent, in their order', async () => {
  const queue = new RequestQueue();
  const told: string[] = [];
  const tell =
    (name: string) =>
    ({ ok }: { readonly ok: boolean }): void =>
      void told.push(`${name} ${ok ? 'saved' : 'taken back'}`);
  void queue.add(() => Promise.reject(new Error('the engine stopped')), tell('first'));
  void queue.add(() => Promise.resolve({ ok: true, data: null }), tell('second'));
  await queue.add(() => Promise.resolve({ ok: true, data: null }), tell('third'));
  expect(told).toEqual(['first taken back', 'second saved', 'third saved']);
});
