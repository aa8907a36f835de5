import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

export default defineConfig({
  test: {
    include: ['{engine,main,preload,renderer,test}/**/*.test.{ts,tsx}'],
    // Suites of their own, for what they need: `npm run test:kafka`, `test:window` and `test:electron`.
    exclude: ['**/node_modules/**', '**/dist/**', 'test/services/kafka/**', 'test/e2e/**', 'test/electron/**'],
    // What a test file of these leaves running or open fails it.
    setupFiles: ['test/left-behind/setup.ts'],
    sequence: { sequencer: LongestFirst },
    // Real processes and real files: two workers match the two cores that CI has.
    maxWorkers: 2,
    // For what hangs; a busy machine may take its time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
