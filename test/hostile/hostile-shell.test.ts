/**
 * Management shells that die, lie, flood and hang, as real child processes behind the real channel: the round ends in time, what
 * the shell tells is unknown with its reason, the next round works again, and no process is left.
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi, type ExpectStatic } from 'vitest';
import {
  ChildManagementShell,
  type ManagementShellSettings,
} from '../../src/connections/management-shell.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { BUSY_MS, HostileStage, unknownSources, type Round, type Stand } from './hostile-stage.ts';
import { decidedFromUnknown } from './undecided.ts';

// The cases wait for most of their time.
vi.setConfig({ maxConcurrency: 4, testTimeout: 15_000 });

const SHELL_DEADLINE_MS = 800;
/** For shells whose slowness is not on trial. */
const UNHURRIED_MS = 10_000;
const START_DEADLINE_MS = 5_000;
/** Deadline of a cmdlet, the grace of its source, and a busy machine. */
const LIMIT_MS = SHELL_DEADLINE_MS + 1_000 + BUSY_MS;
const SCRIPT = path.join(import.meta.dirname, 'hostile-shell.mjs');

let stage: HostileStage;
let directory = '';
let recordedFile = '';
let everythingOfTheShell: string[] = [];
const met: PoolFacts[] = [];

beforeAll(async () => {
  stage = await HostileStage.open();
  await stage.warmUp(() => undefined);
  directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-shell-'));
  recordedFile = path.join(directory, 'recorded.json');
  writeFileSync(recordedFile, JSON.stringify(Object.fromEntries(await stage.recordedCmdlets())));
  const { sites } = stage.pool.topology;
  everythingOfTheShell = [...sites.home.servers, ...sites.backup.servers, 'poolState'];
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

interface ShellStand extends AsyncDisposable {
  readonly stand: Stand;
  readonly shell: ChildManagementShell;
  /** Every process that was started. */
  pids(): number[];
}

let count = 0;

function standBefore(
  deed: string,
  settings: Partial<ManagementShellSettings> = {},
  deadlineMs = SHELL_DEADLINE_MS,
): ShellStand {
  count += 1;
  const livesFile = path.join(directory, `lives-${String(count)}`);
  const shell = new ChildManagementShell(
    {
      command: process.execPath,
      args: [SCRIPT, recordedFile, livesFile, deed],
      startDeadlineMs: START_DEADLINE_MS,
      ...settings,
    },
    hostClock,
  );
  const deadlines = { shellDeadlineMs: deadlineMs, serverDeadlineMs: deadlineMs };
  const stand = stage.stand(
    { connectDeadlineMs: 5_000, queryDeadlineMs: 5_000 },
    { shell },
    { ...deadlines, instanceDeadlineMs: 5_000 },
  );
  stand.hurry();
  return {
    stand,
    shell,
    pids: () => (existsSync(livesFile) ? readFileSync(livesFile, 'utf8').trim().split('\n').map(Number) : []),
    [Symbol.asyncDispose]: async () => {
      await stand[Symbol.asyncDispose]();
      await shell.stop();
    },
  };
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: no such process, not even a dead one that nobody has waited for.
    return false;
  }
};

const allGone = (pids: readonly number[], expect: ExpectStatic): Promise<void> =>
  expect.poll(() => pids.filter(lives), { timeout: 3_000, interval: 10 }).toEqual([]);

const codesOf = ({ facts }: Round): string[] => [
  ...new Set(
    [facts.poolState, ...Object.values(facts.chatServers)].map((look) =>
      look.kind === 'unknown' ? look.code : 'a value',
    ),
  ),
];

const seenAgain = ({ stand }: ShellStand, expect: ExpectStatic): Promise<void> =>
  expect
    .poll(async () => unknownSources((await stand.round()).facts), { interval: 5, timeout: 9_000 })
    .toEqual([]);

const NONE = 'PCO_SHELL_UNAVAILABLE';
const DIED = 'PCO_SHELL_DIED';
const LATE = 'PCO_SHELL_TIMEOUT';
const ODD = 'PCO_UNEXPECTED_ANSWER';

/** Nothing of the shell is known in the first round. */
// prettier-ignore
const UNKNOWN: readonly (readonly [string, string])[] = [
  ['dies at its start', NONE],
  ['dies before its hello', NONE],
  ['says no hello', NONE],
  ['says another protocol', NONE],
  ['dies in the middle of an answer', DIED],
  ['dies when it is asked', DIED],
  ['dies by a signal', DIED],
  ['prints half a frame', NONE],
  ['prints a line without end', NONE],
  ['prints without end', LATE],
  ['answers in a wrong shape', NONE],
  ['answers with a null', NONE],
  ['fails without an error', NONE],
  ['never answers', LATE],
  ['answers too late', LATE],
  ['closes its output', DIED],
  ['does not read', NONE],
];

/** No harm is done. */
const HARMLESS = [
  'healthy',
  'prints garbage lines',
  'prints bytes that are no UTF-8',
  'prints a line of 5 MB',
  'answers an unknown id',
  'answers twice',
  'begins with a byte order mark',
  'CRLF',
  'is loud on stderr',
];

describe.concurrent('a shell that', () => {
  test.for(UNKNOWN)('%s is %s in time, and the next one is heard', async ([deed, code], { expect }) => {
    const before = standBefore(deed, deed === 'says no hello' ? { startDeadlineMs: SHELL_DEADLINE_MS } : {});
    try {
      // A child's start is slow on a busy machine and is on trial only where there is no hello.
      if (!/start|hello|protocol|not read/.test(deed)) await warm(before);
      const round = await before.stand.round();
      expect(round.tookMs).toBeLessThan(LIMIT_MS);
      // On a busy machine the deadline may pass before the shell has done its deed, and who asks after its death finds none.
      const also = code === DIED ? [LATE, NONE] : [LATE];
      expect(codesOf(round).filter((seen) => ![code, ...also].includes(seen))).toEqual([]);
      expect(unknownSources(round.facts).sort()).toEqual([...everythingOfTheShell].sort());
      met.push(round.facts);
      await seenAgain(before, expect);
    } finally {
      await before[Symbol.asyncDispose]();
    }
    await allGone(before.pids(), expect);
  });

  test.for(HARMLESS)('%s is heard all the same', async (deed, { expect }) => {
    const before = standBefore(deed, {}, UNHURRIED_MS);
    expect(unknownSources((await before.stand.round()).facts)).toEqual([]);
    expect(before.pids()).toHaveLength(1);
    await before[Symbol.asyncDispose]();
    await allGone(before.pids(), expect);
  });

  test('dies after an answer leaves the other answers unknown, and the next one is heard', async ({
    expect,
  }) => {
    const before = standBefore('dies after an answer');
    const round = await before.stand.round();
    expect(unknownSources(round.facts)).toContain('poolState');
    met.push(round.facts);
    await seenAgain(before, expect);
    await before[Symbol.asyncDispose]();
    await allGone(before.pids(), expect);
  });

  test.for(['answers with nothing', 'answers of other pools'])(
    '%s leaves the pool state unknown, and nobody takes it for Normal',
    async (deed, { expect }) => {
      await using before = standBefore(deed);
      await warm(before);
      const { facts } = await before.stand.round();
      expect(facts.poolState).toMatchObject({ kind: 'unknown', code: ODD });
      met.push(facts);
    },
  );

  test('ignores the end of its input and SIGTERM is gone soon after the stop', async ({ expect }) => {
    const before = standBefore('ignores everything');
    await seenAgain(before, expect);
    const startMs = hostClock.monotonicMs();
    await before[Symbol.asyncDispose]();
    expect(hostClock.monotonicMs() - startMs).toBeLessThan(1_000 + BUSY_MS);
    await allGone(before.pids(), expect);
  });

  test.for([
    ['does not exist', '/no/such/shell'],
    ['may not be executed', 'plain'],
    ['is a folder', '.'],
  ] as const)('%s is unavailable in every round', async ([, command], { expect }) => {
    const plain = path.join(directory, 'plain');
    writeFileSync(plain, 'no program');
    chmodSync(plain, 0o600);
    await using before = standBefore('', { command: path.resolve(directory, command), args: [] });
    for (let round = 0; round < 2; round += 1) {
      const seen = await before.stand.round();
      expect([codesOf(seen), seen.tookMs < LIMIT_MS]).toEqual([[NONE], true]);
      met.push(seen.facts);
    }
  });
});

/** The child is there and has said hello. */
async function warm({ shell }: ShellStand): Promise<void> {
  const options = { signal: new AbortController().signal, deadlineMs: START_DEADLINE_MS };
  await shell.invoke({ cmdlet: 'Warm-Up', parameters: {} }, options);
}

describe('afterwards', () => {
  test('nothing was decided from any of them, whichever site shall serve', () => {
    expect(met.length).toBe(UNKNOWN.length + 9);
    expect(met.flatMap((facts) => decidedFromUnknown(stage.pool, facts))).toEqual([]);
  });
});
