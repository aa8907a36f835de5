import { defineConfig } from 'vitest/config';

/** `npm run test:window`: the stories of the window, alone on the machine. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One second, which is what it is otherwise, a busy machine takes for anything.
    expect: { poll: { timeout: 30_000 } },
  },
});
