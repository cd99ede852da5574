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

  /** @param freezesAt the beginning of an effect: announced and allowed, but not sent */
  constructor(world: SimulatedWorld, seed: number, freezesAt: string | undefined) {
    this.daemon = new SimulatedDaemon(world, {
      random: new SeededRandom(seed),
      log: this.#log(),
      onAppend: (record, moment) => {
        if (freezesAt === undefined || moment !== 'after' || record.kind !== 'effect') return;
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

test(
  'holders that thaw after a successor has finished change nothing, with a cmdlet, a file or a statement',
  { timeout: 60_000 },
  async () => {
    const world = new SimulatedWorld(freshWorld(storyOverrides({ seed: 1, shareSite: 'backup' })));
    const at = ['Set-CsPersistentChatActiveServer', 'copy mgc_tail', 'RESTORE DATABASE [mgc] WITH RECOVERY'];
    const frozen: Holder[] = [];
    for (const [nth, effect] of at.entries()) {
      const holder = new Holder(world, 11 + nth, effect);
      if (nth === 0) {
        await world.clock.run(() => holder.settled, PATIENCE_MS);
        world.setPrimaryDatacenter('lyon');
      }
      expect([effect, await world.clock.run(() => holder.daemon.frozen, PATIENCE_MS)]).toEqual([
        effect,
        true,
      ]);
      freeLease(world);
      frozen.push(holder);
    }
    const last = new Holder(world, 20, undefined);
    expect(await world.clock.run(() => last.settled, PATIENCE_MS)).toBe(true);
    const before = changeable(world, 'D:\\LSCopy');

    for (const { daemon } of frozen) daemon.thaw();
    await world.clock.run(() => frozen.every(({ ended }) => ended !== undefined), MINUTE_MS / 2);

    expect(changeable(world, 'D:\\LSCopy')).toEqual(before);
    expect(frozen.map(({ ended }) => ended)).toEqual([
      'PCO_LEASE_LOST',
      'PCO_LEASE_LOST',
      'PCO_EPOCH_PASSED',
    ]);
    expect(frozen[2]?.said).toContain('an instance knows a newer holder of the lease: PCO_EPOCH_PASSED');
    expect(last.daemon.daemon.pool(POOL)?.state).toBe('converged');
    const kept = Object.values(world.state.hosts).flatMap(({ msdb }) =>
      msdb.jobs.filter(({ name }) => name === epochJob(POOL)),
    );
    expect(new Set(kept.map(({ enabled }) => enabled))).toEqual(new Set([false]));
    last.daemon.crash();
  },
);
