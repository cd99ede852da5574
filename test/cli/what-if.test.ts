import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { facts, folder, logFile } from '../support/facts.ts';
import { pchat, type Ended } from '../support/pchat.ts';
import { poolDocument } from '../support/pool-document.ts';

function supposing(...args: readonly string[]): Promise<Ended> {
  const directory = mkdtempSync(path.join(tmpdir(), 'pchat-what-if-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const files = [logFile(1, 12), logFile(2, 4)];
  const world = facts({
    share: folder('\\\\fs01\\mgc-logs', files),
    copyFolder: folder('D:\\LSCopy', files.slice(0, 1)),
  });
  const [seen, desired] = [path.join(directory, 'facts.json'), path.join(directory, 'pools.yaml')];
  writeFileSync(seen, JSON.stringify(world));
  writeFileSync(desired, poolDocument('paris'));
  return pchat('what-if', 'chat', '-f', seen, '-d', desired, ...args);
}

/** Each test starts Node; on a busy machine that takes seconds. */
describe('pchat what-if', { timeout: 30_000 }, () => {
  test('shows verdict, plan, loss, seconds and what each copy holds, as the golden file has it', async () => {
    const { code, stdout } = await supposing('--fault', 'site:paris', '--goal', 'lyon');
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot('./__snapshots__/what-if-site-lost.txt');
  });

  test('says in JSON what a fault without an edit would bring, and moves nothing', async () => {
    const { stdout } = await supposing('--fault', 'site:home', '-o', 'json');
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    expect(answer).toMatchObject({
      plan: 'blocked',
      fault: 'site:home',
      evidence: { home: { verdict: 'down', level: 'silent' } },
    });
    expect(Object.keys(answer)).toEqual(
      expect.arrayContaining(['assumptions', 'prediction', 'copies', 'salvage']),
    );
  });

  test('refuses a fault that the pool does not have, and names those that it has', async () => {
    const { code, stderr } = await supposing('--fault', 'site:berlin');
    expect(code).toBe(3);
    expect(stderr).toContain('site:paris, site:lyon, share, or instance:NAME');
  });
});
