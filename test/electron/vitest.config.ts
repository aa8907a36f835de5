import { defineConfig } from 'vitest/config';

/** `npm run test:electron`: the stories of the window on a real Electron, one window at a time. */
export default defineConfig({
  test: {
    include: ['test/electron/**/*.test.ts'],
    maxWorkers: 1,
    // The user as whom it runs may write nothing in the project.
    cache: false,
    fsModuleCache: false,
    // For what hangs; a busy machine may take its time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
