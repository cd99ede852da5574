import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { facts, homeLost } from '../support/facts.ts';
import { poolDocument } from '../support/pool-document.ts';
import { mainFile, pchat, type Ended } from '../support/pchat.ts';

function folder(): string {
  const created = mkdtempSync(path.join(tmpdir(), 'pchat-cli-'));
  onTestFinished(() => {
    rmSync(created, { recursive: true, force: true });
  });
  return created;
}
function file(name: string, text: string): string {
  const created = path.join(folder(), name);
  writeFileSync(created, text);
  return created;
}
const offline = (primary: string, world: unknown): Promise<Ended> =>
  pchat(
    'plan',
    '--desired',
    file('pools.yaml', poolDocument(primary)),
    '--facts',
    file('facts.json', JSON.stringify(world)),
    '-o',
    'json',
  );

/** Each test starts Node several times; on a busy machine that takes seconds. */
describe('pchat', { timeout: 90_000 }, () => {
  test('validate names file, line, column and path, and ends with 3', async () => {
    const broken = file('pools.yaml', poolDocument('berlin'));
    const { code, stdout } = await pchat('validate', broken);
    expect(code).toBe(3);
    expect(stdout).toContain(`${broken}:4:24: pools[0].primaryDatacenter: expected one of paris, lyon`);
  });

  test('plan offline says in JSON that nothing is to do, and ends with 0', async () => {
    const { code, stdout } = await offline('paris', facts());
    expect(JSON.parse(stdout)).toMatchObject({ pool: 'chat', plan: 'converged', steps: [], drift: [] });
    expect(code).toBe(0);
  });

  test('plan offline gives the failover in the order of the seed, and ends with 2', async () => {
    const { code, stdout } = await offline('lyon', homeLost());
    const answer = JSON.parse(stdout) as Record<string, unknown> & { steps: Record<string, unknown>[] };
    expect(code).toBe(2);
    expect(answer.steps.map((step) => step['seedStep'])).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((n) => `failover ${String(n)}`),
    );
    expect(Object.keys(answer.steps[0] ?? {})).toEqual(['action', 'target', 'seedStep', 'risk', 'reason']);
    expect(Object.keys(answer)).toEqual(
      expect.arrayContaining(['ledger', 'drift', 'evidence', 'obstacles', 'gate']),
    );
  });

  test('plan offline refuses facts of another form, and ends with 3', async () => {
    const world = file('facts.json', '{"version":1}');
    const { code, stderr } = await pchat(
      'plan',
      '--desired',
      file('pools.yaml', poolDocument('paris')),
      '--facts',
      world,
    );
    expect(code).toBe(3);
    expect(stderr).toContain('facts.schema.json');
  });

  test('ends with 3 for an unknown option', async () => {
    expect((await pchat('validate', '--force')).code).toBe(3);
  });

  test('a decision without a daemon takes the lease and goes into the journal', async () => {
    const directory = folder();
    writeFileSync(path.join(directory, 'pools.yaml'), poolDocument('paris'));
    const settings = path.join(directory, 'settings.yaml');
    writeFileSync(settings, 'desiredState: { file: pools.yaml }\njournal: { directory: state }\n');
    const said = ['--as', 'ann', '--reason', 'fire', '--expires', '4h', '--settings', settings];
    const attested = await pchat('attest', 'paris', '--down', ...said);
    expect(attested).toMatchObject({ code: 0, stdout: 'chat: attest-down by ann is recorded\n' });
    const history = await pchat('history', '-o', 'json', '--settings', settings);
    expect(JSON.parse(history.stdout)).toMatchObject([
      { seq: 1, decision: 'attest-down', site: 'home', by: 'ann' },
    ]);
  });

  test('run serves status, refuses a second daemon, takes a decision by token and frees the lease when it stops', async () => {
    const directory = folder();
    writeFileSync(
      path.join(directory, 'pools.yaml'),
      poolDocument('paris').replaceAll('.contoso.com', '.invalid'),
    );
    const settings = path.join(directory, 'settings.yaml');
    writeFileSync(
      settings,
      'desiredState: { file: pools.yaml }\njournal: { directory: state }\nhttp: { port: 0 }\nlog: { level: error }\n',
    );
    chmodSync(directory, 0o700);
    const daemon = spawn(process.execPath, [mainFile, 'run', '--settings', settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void daemon.kill('SIGKILL'));
    await once(daemon.stdout, 'data');
    const [status, second, suspended] = await Promise.all([
      pchat('status', '-o', 'json', '--settings', settings),
      pchat('run', '--settings', settings),
      pchat('suspend', 'chat', '--as', 'ann', '--reason', 'x', '-o', 'json', '--settings', settings),
    ]);
    expect(JSON.parse(status.stdout)).toMatchObject({ pid: daemon.pid, pools: [{ pool: 'chat' }] });
    expect(second.code).toBe(4);
    expect(second.stderr).toContain(`process ${String(daemon.pid)} holds the lease`);
    expect(JSON.parse(suspended.stdout)).toMatchObject([{ decision: 'suspend', by: 'ann' }]);
    const evidence = await pchat('evidence', 'chat', '-o', 'json', '--settings', settings);
    expect(evidence).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(evidence.stdout)).toMatchObject([{ pool: 'chat', datacenters: { home: 'paris' } }]);
    await pchat('attest', 'paris', '--down', '--as', 'ann', '--reason', 'burnt', '--settings', settings);
    const lyon = path.join(directory, 'lyon.yaml');
    writeFileSync(lyon, poolDocument('lyon').replaceAll('.contoso.com', '.invalid'));
    await expect
      .poll(async () => (await pchat('plan', '-d', lyon, '-o', 'json', '--settings', settings)).stdout, {
        timeout: 20_000,
      })
      .toContain('"verdict":"down","level":"attested"');
    daemon.kill('SIGTERM');
    expect(await once(daemon, 'exit')).toEqual([0, null]);
    expect((await pchat('resume', 'chat', '--as', 'ann', '--reason', 'x', '--settings', settings)).code).toBe(
      0,
    );
  });
});
