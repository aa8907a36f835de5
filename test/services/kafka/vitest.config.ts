import { defineConfig } from 'vitest/config';

/** `npm run test:kafka`: one file after the other, since each has a broker of its own. */
export default defineConfig({
  test: {
    include: ['test/services/kafka/**/*.test.ts'],
    maxWorkers: 1,
    // For what hangs; a busy machine may take its time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
