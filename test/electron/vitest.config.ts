import { defineConfig } from 'vitest/config';

/** `npm run test:electron`: the stories of the window on a real Electron, one window at a time. */
export default defineConfig({
  test: {
    include: ['test/electron/**/*.test.ts'],
    maxWorkers: 1,
    // The user as whom it runs may write nothing in the project.
    cache: false,
    fsModuleCache: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One second, which is what it is otherwise, a busy machine takes for anything.
    expect: { poll: { timeout: 30_000 } },
  },
});
