import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { homeLost } from '../support/facts.ts';
import { pchat } from '../support/pchat.ts';
import { poolDocument } from '../support/pool-document.ts';

const said = ['--as', 'ann', '--reason', 'as reviewed'];

function desk() {
  const directory = mkdtempSync(path.join(tmpdir(), 'pchat-saved-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(directory, name), text);
    return path.join(directory, name);
  };
  const desired = file('pools.yaml', poolDocument('lyon'));
  const settings = file(
    'settings.yaml',
    'desiredState: { file: pools.yaml }\njournal: { directory: state }\n',
  );
  return { directory, file, desired, settings, plan: path.join(directory, 'plan.json') };
}

/** Each test starts Node several times; on a busy machine that takes seconds. */
describe('pchat plan --out and pchat apply', { timeout: 60_000 }, () => {
  test('the saved plan is for its owner only, and apply without a daemon names every fact that it does not see so any more', async () => {
    const { desired, file, plan, settings } = desk();
    const facts = file('facts.json', JSON.stringify(homeLost()));
    expect((await pchat('plan', 'chat', '-d', desired, '-f', facts, '--out', plan)).code).toBe(2);
    expect(statSync(plan).mode & 0o777).toBe(0o600);
    const answer = await pchat('apply', plan, ...said, '--settings', settings);
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain('PCO_PLAN_MOVED');
    expect(answer.stderr).toContain('backup.mgc was restoring, is unknown');
    expect(answer.stderr).toContain('pchat plan chat --out FILE');
    writeFileSync(plan, readFileSync(plan, 'utf8').replace('"no way back"', '"safe"'));
    const changed = await pchat('apply', plan, ...said, '--settings', settings);
    expect(changed.code).toBe(3);
    expect(changed.stderr).toContain('PCO_PLAN_INVALID');
  });

  test('apply takes one of its two forms', async () => {
    const { desired, settings, plan } = desk();
    const both = await pchat('apply', plan, '--desired', desired, ...said, '--settings', settings);
    const none = await pchat('apply', ...said, '--settings', settings);
    expect([both.code, none.code]).toEqual([3, 3]);
    expect(both.stderr).toContain('not both');
    expect(none.stderr).toContain('pchat plan POOL --out FILE');
  });
});
