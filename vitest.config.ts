import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{engine,main,preload,renderer,test}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Real processes and real files: two workers match the two cores that CI has.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
