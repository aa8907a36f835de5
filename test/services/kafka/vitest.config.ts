import { defineConfig } from 'vitest/config';

/** `npm run test:kafka`: one file after the other, since each has the broker and both cores to itself. */
export default defineConfig({
  test: {
    include: ['test/services/kafka/**/*.test.ts'],
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // One second, which is what it is otherwise, a busy machine takes for anything.
    expect: { poll: { timeout: 30_000 } },
    // One second, which is what it is otherwise, a busy machine takes for anything.
    expect: { poll: { timeout: 30_000 } },
  },
});
