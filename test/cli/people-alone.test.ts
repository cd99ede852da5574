import { existsSync, mkdtempSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import { poolDocument } from '../support/pool-document.ts';
import { pchat, type Ended } from '../support/pchat.ts';

const said = ['--as', 'ann', '--reason', 'the drill'];

/** A folder with documents and no daemon. */
class Desk {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'pchat-people-'));
  readonly desired = path.join(this.directory, 'pools.yaml');

  constructor() {
    onTestFinished(() => {
      rmSync(this.directory, { recursive: true, force: true });
    });
    writeFileSync(this.desired, poolDocument('paris'));
    writeFileSync(
      path.join(this.directory, 'settings.yaml'),
      'desiredState: { file: pools.yaml }\njournal: { directory: state }\n',
    );
  }
  pchat(...args: readonly string[]): Promise<Ended> {
    return pchat(...args, '--settings', path.join(this.directory, 'settings.yaml'));
  }
  file(name: string, text: string): string {
    const file = path.join(this.directory, name);
    writeFileSync(file, text);
    return file;
  }
  journal(): Record<string, unknown>[] {
    const text = readFileSync(path.join(this.directory, 'state', 'journal.ndjson'), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
  /** What a daemon before has left. */
  remember(
    generation: { readonly counter: number; readonly hash: string },
    primaryDatacenter = 'paris',
  ): void {
    mkdirSync(path.join(this.directory, 'state'));
    const head = { v: 1, seq: 1, epoch: 1, at: '2026-11-23T12:00:00.000Z', kind: 'generation' };
    const body = { pool: 'chat', generation, origin: 'pools.yaml', primarySite: 'home', primaryDatacenter };
    this.file('state/journal.ndjson', `${JSON.stringify({ ...head, ...body })}\n`);
  }
}

const hashOf = (text: string): string => {
  const parsed = parseDesiredState(text, 'x');
  return parsed.kind === 'ok' ? (parsed.pools[0]?.generation.hash ?? '') : '';
};

/** Each test starts Node several times; on a busy machine that takes seconds. */
describe('without a daemon', { timeout: 60_000 }, () => {
  test('stop and go write and remove the stop file, and go tells what it said', async () => {
    const desk = new Desk();
    const file = path.join(desk.directory, 'state', 'STOP');
    expect((await desk.pchat('stop', ...said)).stdout).toContain('every pool is stopped: ann at ');
    expect(readFileSync(file, 'utf8')).toMatch(/^ann at .*: the drill\n$/);
    const gone = await desk.pchat('go', '--output', 'json');
    expect(JSON.parse(gone.stdout)).toMatchObject({
      stopFile: file,
      stopped: null,
      before: expect.stringContaining('the drill') as string,
    });
    expect(existsSync(file)).toBe(false);
  });

  test('a decision of nobody is refused', async () => {
    const desk = new Desk();
    const refused = await desk.pchat('suspend', 'chat', '--reason', 'the drill');
    expect(refused).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('--as NAME is missing') as string,
    });
    expect(existsSync(path.join(desk.directory, 'state', 'journal.ndjson'))).toBe(false);
  });

  test('every decision but an approval of what nobody sees is kept with name, reason and end, and history tells it', async () => {
    const desk = new Desk();
    const decisions = [
      ['suspend', 'chat', '--expires', '2h'],
      ['resume', 'chat'],
      ['cancel', 'chat', '--expires', '1h'],
      ['accept-loss', 'chat', '--minutes', '5'],
      ['decide', 'chat', '--keep', 'lyon'],
    ];
    for (const args of decisions) expect(await desk.pchat(...args, ...said)).toMatchObject({ code: 0 });
    const current = { counter: 1, hash: hashOf(poolDocument('paris')) };
    const person = { kind: 'decision', pool: 'chat', by: 'ann', reason: 'the drill' };
    expect(desk.journal()).toMatchObject([
      { ...person, decision: 'suspend', epoch: 1 },
      { ...person, decision: 'resume', epoch: 2, expiresAt: null },
      { ...person, decision: 'cancel', generation: current },
      { ...person, decision: 'accept-loss', generation: current, lossMinutes: 5 },
      { ...person, decision: 'keep', generation: current, site: 'backup' },
    ]);
    const { stdout } = await desk.pchat('history', 'chat');
    for (const words of ['suspend: the drill (until 2', 'resume: the drill', 'cancel: the drill (until 2'])
      expect(stdout).toContain(`ann: ${words}`);
    expect(stdout).toContain('ann: accept-loss of 5 minutes: the drill');
    expect(stdout).toContain('ann: keep backup: the drill');
  });

  test('a decision is about the generation that the file says now, not about the last one of the journal', async () => {
    const desk = new Desk();
    desk.remember({ counter: 7, hash: 'aaaaaaaaaaaa' });
    await desk.pchat('accept-loss', 'chat', '--minutes', '5', ...said);
    expect(desk.journal()[1]).toMatchObject({
      generation: { counter: 8, hash: hashOf(poolDocument('paris')) },
    });
  });

  test('a loss is accepted with a bound or without one, never both or neither', async () => {
    const desk = new Desk();
    const accept = (...how: readonly string[]) => desk.pchat('accept-loss', 'chat', ...how, ...said);
    for (const how of [[], ['--minutes', '5', '--unbounded']])
      expect((await accept(...how)).stderr).toContain('either --minutes or --unbounded');
    await accept('--unbounded');
    expect(desk.journal().at(-1)).toMatchObject({ decision: 'accept-loss', lossMinutes: null });
  });

  test('an attestation about an instance that the datacenter has not is refused and not recorded', async () => {
    const desk = new Desk();
    await desk.pchat('suspend', 'chat', ...said);
    const before = desk.journal().length;
    const refused = await desk.pchat('attest', 'paris', '--down', '--instance', 'sql-par-9', ...said);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('chat has no instance sql-par-9 in paris');
    expect(desk.journal().length).toBe(before);
  });

  test('people can decide about pools of the journal while the desired state is gone', async () => {
    const desk = new Desk();
    desk.remember({ counter: 7, hash: 'aaaaaaaaaaaa' });
    rmSync(desk.desired);
    expect(await desk.pchat('cancel', 'chat', ...said)).toMatchObject({ code: 0 });
    expect(await desk.pchat('attest', 'paris', '--down', ...said)).toMatchObject({ code: 0 });
    expect(desk.journal().slice(1)).toMatchObject([
      { decision: 'cancel', generation: { counter: 7, hash: 'aaaaaaaaaaaa' } },
      { decision: 'attest-down', site: 'home' },
    ]);
    expect((await desk.pchat('suspend', 'chatt', ...said)).stderr).toContain('there is chat');
  });

  test('apply is refused while the desired state can be read, and its document is checked like the file', async () => {
    const desk = new Desk();
    const lyon = desk.file('lyon.yaml', poolDocument('lyon'));
    const refused = await desk.pchat('apply', '--desired', lyon, ...said);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(`edit it where it lies: ${desk.desired}`);
    renameSync(desk.desired, `${desk.desired}.away`);
    const broken = desk.file('berlin.yaml', poolDocument('berlin'));
    const invalid = await desk.pchat('apply', '--desired', broken, ...said, '--output', 'json');
    expect(invalid.code).toBe(3);
    expect(invalid.stdout).toContain(
      `${broken}:4:24: pools[0].primaryDatacenter: expected one of paris, lyon`,
    );
    expect((await desk.pchat('apply', ...said)).stderr).toContain(
      'pchat apply needs a saved plan or --desired FILE',
    );
  });

  test('apply breaks the glass for the next daemon, and history tells it', async () => {
    const desk = new Desk();
    const lyon = desk.file('lyon.yaml', poolDocument('lyon'));
    rmSync(desk.desired);
    const applied = await desk.pchat('apply', '--desired', lyon, ...said, '--output', 'json');
    expect(applied.code).toBe(0);
    const record = JSON.parse(applied.stdout) as { at: string; expiresAt: string };
    expect(record).toMatchObject({
      kind: 'break-glass',
      by: 'ann',
      text: poolDocument('lyon'),
      pools: [{ pool: 'chat', before: null }],
    });
    expect(Math.round((Date.parse(record.expiresAt) - Date.parse(record.at)) / 3_600_000)).toBe(24);
    const { stdout } = await desk.pchat('history', 'chat');
    // A long line is broken inside its column.
    const words = stdout.replaceAll(/[\s|]+/g, ' ');
    expect(words).toContain(`ann: break-glass ${lyon}: the drill (until`);
    expect(words).toContain(record.expiresAt);
    const cancelled = await desk.pchat('cancel', 'chat', ...said, '-o', 'json');
    expect(JSON.parse(cancelled.stdout)).toMatchObject([
      { generation: { hash: hashOf(poolDocument('lyon')) } },
    ]);
  });
});
