/** Builds the page into dist/web, where the daemon finds it. Names of assets hold a hash, so that they may be kept for good. */
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // A data URL would need more than the policy of the page allows.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    // What the bundle holds of others keeps its licence beside it.
    license: { fileName: 'licences.md' },
  },
});
