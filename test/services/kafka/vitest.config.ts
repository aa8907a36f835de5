import { defineConfig } from 'vitest/config';

/** `npm run test:kafka`: each file has a broker of its own, for which it mostly waits. */
export default defineConfig({
  test: {
    include: ['test/services/kafka/**/*.test.ts'],
    maxWorkers: 2,
    // For what hangs; a busy machine may take its time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
