import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** Calculations and views: their tests leave nothing behind in a process, so that many files share one. */
const pure = [
  'engine/{domain,evaluation,features,forest,learning,monitor}/**/*.test.ts',
  'renderer/**/*.test.{ts,tsx}',
];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['{engine,main,preload,test}/**/*.test.{ts,tsx}'],
          // Suites of their own, for what they need: `npm run test:kafka`, `test:window` and `test:electron`.
          exclude: [
            '**/node_modules/**',
            '**/dist/**',
            'test/services/kafka/**',
            'test/e2e/**',
            'test/electron/**',
            ...pure,
          ],
        },
      },
    ],
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
