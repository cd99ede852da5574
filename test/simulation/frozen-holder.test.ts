/**
 * Holders of the lease that freeze between their last look at it and what they were about to send, while somebody else takes the
 * lease and finishes their work. What a thawed one still sends is refused: by the instance, or by its own last look.
 */
import { expect, test } from 'vitest';
import type { Log, LogFields } from '../../src/daemon/log.ts';
import { POOL, storyOverrides } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedDaemon } from '../../src/simulation/simulated-daemon.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { epochJob } from '../../src/statements/epoch-guard.ts';
import { toPoolError } from '../../src/topology/pool-error.ts';

const MINUTE_MS = 60_000;
const PATIENCE_MS = 60 * MINUTE_MS;

class Holder {
  readonly daemon: SimulatedDaemon;
  /** Lines of level error. */
  readonly said: string[] = [];
  ended: string | undefined;
  /** Actions that this holder has brought to an end. */
  readonly done: string[] = [];

  /** @param freezesAt the beginning of an effect: announced and allowed, but not sent */
  constructor(world: SimulatedWorld, seed: number, freezesAt: string | undefined) {
    this.daemon = new SimulatedDaemon(world, {
      random: new SeededRandom(seed),
      log: this.#log(),
      onAppend: (record, moment) => {
        if (moment === 'before') return;
        if (record.kind === 'outcome' && record.result === 'done') this.done.push(record.action);
        if (freezesAt === undefined || record.kind !== 'effect') return;
        if (record.what.startsWith(freezesAt)) this.daemon.freezeAtNextChange();
      },
    });
    this.daemon.daemon.done.catch((error: unknown) => {
      this.ended = toPoolError(error).code;
    });
  }

  #log(): Log {
    const nothing = (): void => undefined;
    const error = (message: string, fields?: LogFields): void => {
      this.said.push(`${message}: ${toPoolError(fields?.['err']).code}`);
    };
    const log: Log = { debug: nothing, info: nothing, warn: nothing, error, with: () => log };
    return log;
  }

  /** Until it converged where the document says. */
  get settled(): boolean {
    const status = this.daemon.daemon.pool(POOL);
    return status?.state === 'converged' && status.observedGeneration?.hash === status.generation.hash;
  }
}

/** Nobody's any more, as when somebody deletes the lock file: the holder finds out when it looks. */
function freeLease(world: SimulatedWorld): void {
  world.disk.holder = undefined;
}

/** What steps change, and how often anything was changed at all. */
const changeable = ({ state, folders, disk }: SimulatedWorld, folder: string): unknown => ({
  counts: state.counts,
  jobs: Object.values(state.hosts).map(({ msdb }) =>
    msdb.jobs.map(({ name, enabled, description, version }) => ({ name, enabled, description, version })),
  ),
  databases: Object.values(state.instances).map(({ databases }) =>
    Object.values(databases).map((one) => ({ ...one })),
  ),
  cms: state.cms,
  files: folders.list(folder),
  journal: disk.lines,
});

/** Frozen one after the other in one switchover; then a person edits back, and the last one begins to undo it. */
async function frozenInSwitchover(world: SimulatedWorld, at: readonly string[]): Promise<readonly Holder[]> {
  const frozen: Holder[] = [];
  for (const [nth, effect] of at.entries()) {
    const holder = new Holder(world, 11 + nth, effect);
    if (nth === 0) {
      await world.clock.run(() => holder.settled, PATIENCE_MS);
      world.setPrimaryDatacenter('lyon');
    }
    expect([effect, await world.clock.run(() => holder.daemon.frozen, PATIENCE_MS)]).toEqual([effect, true]);
    freeLease(world);
    frozen.push(holder);
  }
  world.setPrimaryDatacenter('paris');
  return frozen;
}

test(
  'holders that thaw behind their successor change nothing: not by a cmdlet, by a file, or by a statement for an instance that it has not changed',
  { timeout: 60_000 },
  async () => {
    const world = new SimulatedWorld(freshWorld(storyOverrides({ seed: 1, shareSite: 'backup' })));
    const at = ['Set-CsPersistentChatActiveServer', 'copy mgc_tail', 'RESTORE DATABASE [mgc] WITH RECOVERY'];
    const [cmdlet, file, statement] = await frozenInSwitchover(world, at);
    const last = new Holder(world, 20, undefined);

    // Home serves again by its hand; nothing of its steps has gone to the backup instance, where the statement is for.
    expect(await world.clock.run(() => last.done.includes('recover'), PATIENCE_MS)).toBe(true);
    statement?.daemon.thaw();
    await world.clock.run(() => statement?.ended !== undefined, MINUTE_MS / 2);
    const backup = world.state.instances['sql-lyo-1.contoso.com']?.databases['mgc'];
    expect([backup?.state, statement?.ended]).toEqual(['RESTORING', 'PCO_EPOCH_PASSED']);
    expect(world.account().writableAtTwoSitesMs).toBe(0);
    expect(statement?.said).toContain('an instance knows a newer holder of the lease: PCO_EPOCH_PASSED');

    expect(await world.clock.run(() => last.settled, PATIENCE_MS)).toBe(true);
    const before = changeable(world, 'D:\\LSCopy');
    cmdlet?.daemon.thaw();
    file?.daemon.thaw();
    await world.clock.run(() => cmdlet?.ended !== undefined && file?.ended !== undefined, MINUTE_MS / 2);
    expect(changeable(world, 'D:\\LSCopy')).toEqual(before);
    expect([cmdlet?.ended, file?.ended]).toEqual(['PCO_LEASE_LOST', 'PCO_LEASE_LOST']);

    const kept = Object.values(world.state.hosts).flatMap(({ msdb }) =>
      msdb.jobs.filter(({ name }) => name === epochJob(POOL)),
    );
    expect(kept.map(({ enabled, description }) => [enabled, description])).toEqual(
      kept.map(() => [false, '0000000004 life 4 on the disk']),
    );
    expect(kept.length).toBeGreaterThan(3);
    last.daemon.crash();
  },
);
