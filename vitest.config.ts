import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{engine,main,preload,renderer,test}/**/*.test.{ts,tsx}'],
    // Brokers that are killed, and windows, want the machine to themselves: `npm run test:kafka`, `test:window` and `test:electron`.
    exclude: ['**/node_modules/**', '**/dist/**', 'test/services/kafka/**', 'test/e2e/**', 'test/electron/**'],
    // What a test file of these leaves running or open fails it.
    setupFiles: ['test/left-behind/setup.ts'],
    // Real processes and real files: two workers match the two cores that CI has.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One second, which is what it is otherwise, a busy machine takes for anything.
    expect: { poll: { timeout: 30_000 } },
  },
});
