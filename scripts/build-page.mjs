// Builds the page into dist/web, and that of the demo's game day into dist/game-day, where no daemon looks. In production form whoever
// asks for it: a test run says NODE_ENV=test, and React would be bundled in its development form, nearly twice as large.
process.env.NODE_ENV = 'production';
const { build } = await import('vite');
await build({ root: 'web', logLevel: 'warn' });
await build({
  root: 'web',
  logLevel: 'warn',
  build: { outDir: '../dist/game-day', rollupOptions: { input: 'web/game-day.html' } },
});
