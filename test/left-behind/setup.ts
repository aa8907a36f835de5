// Runs before each test file: what the file leaves behind fails it.
import { join, relative } from 'node:path';
import { afterAll, expect } from 'vitest';
import { watchLeftBehind } from './left-behind.ts';

/** A timer or a connection that ends by itself within it is not left behind. */
const patienceMs = 5_000;

/** Folders whose files were seen to end what they begin. */
const watched =
  /^(engine|main|test\/(command-line|contract|datasets|deploy|launcher|layouts|left-behind|one-truth|surface|walls))\//;

const file = relative(join(import.meta.dirname, '../..'), expect.getState().testPath ?? '').replaceAll('\\', '/');
const watch = watched.test(file) ? watchLeftBehind() : null;

// Hooks that end something run in reverse order, so this one, which is there first, runs last.
afterAll(async () => {
  const left = (await watch?.leftBehind(patienceMs)) ?? [];
  watch?.end();
  expect(left, 'What this test file left behind; end it where the test that began it ends.').toEqual([]);
});
