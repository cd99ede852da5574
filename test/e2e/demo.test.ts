import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

test('npm run demo moves the pool to lyon and back in the order of the seed and accounts for every message', async () => {
  const demo = spawn('npm', ['run', '--silent', 'demo', '--', '--output', 'json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  demo.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(demo, 'close')) as [number | null];
  expect(code).toBe(0);
  const report: unknown = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
  expect(report).toMatchObject({
    failover: { seedSteps: [1, 2, 3, 4, 5, 6, 7] },
    failback: { seedSteps: [1, 2, 3, 4, 5, 6, 7] },
    ledger: { unnamedLost: 0 },
    writableAtTwoSitesMs: 0,
  });
});
