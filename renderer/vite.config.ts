import { defineConfig } from 'vite';

/** The window's bundle: the same files for Electron and for the browser host. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  build: {
    outDir: `${import.meta.dirname}/../dist/renderer`,
    emptyOutDir: true,
    // Chromium of Electron 45; a newer syntax would pass in a newer browser and break in the window.
    target: 'chrome150',
    // Inlined fonts and images would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4096,
    rolldownOptions: {
      // "use client" is about servers, of which there is none.
      checks: { moduleLevelDirective: false },
    },
  },
});
