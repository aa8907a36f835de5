import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{engine,main,preload,renderer,test}/**/*.test.{ts,tsx}'],
    // Brokers that are started and killed take minutes; `npm run test:kafka` has them.
    exclude: ['**/node_modules/**', '**/dist/**', 'test/services/kafka/**'],
    // Real processes and real files: two workers match the two cores that CI has.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
