import { describe, expect, test } from 'vitest';
import { stepKey } from '../../src/reconciler/step-id.ts';
import { MemoryDisk } from '../../src/simulation/memory-journal.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { DaemonScene, toBackup, withoutSecondary } from '../support/daemon-scene.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost } from '../support/facts.ts';

describe('the daemon', () => {
  test('observes a declared pool, finds it as desired, says so and is ready', async () => {
    const scene = new DaemonScene(facts());
    expect(scene.daemon.ready()).toBe(false);
    scene.desire(desiredPool());
    expect(await scene.until(() => scene.state() === 'converged')).toBe(true);
    expect(scene.daemon.ready()).toBe(true);
    expect(scene.records().map((record) => record.kind)).toContain('generation');
    expect(await scene.metrics.registry.metrics()).toContain(
      'pchat_condition{pool="chat",type="Converged",status="true"} 1',
    );
  });

  test('a round may use what other pools saw during the pause before it; after an event, and for a step, nothing older than the question', async () => {
    const scene = new DaemonScene(homeLost());
    scene.act = () => {
      scene.world = withoutSecondary(scene.world);
      return Promise.resolve({});
    };
    scene.desire(desiredPool());
    await scene.until(() => scene.ages.length === 3);
    expect(scene.ages).toEqual([0, 10_000, 10_000]);
    scene.daemon.wake();
    await scene.until(() => scene.ages.length === 4);
    scene.desire(toBackup());
    await scene.until(() => scene.records().some(({ kind }) => kind === 'outcome'));
    expect(new Set(scene.ages.slice(3))).toEqual(new Set([0]));
  });

  test('plans and applies one step at a time when the desired state moves, and journals plan, ledger and step in this order', async () => {
    const scene = new DaemonScene(homeLost());
    const applied: string[] = [];
    scene.act = async (context) => {
      await context.effect('sql-lyo-1', 'sp_delete_log_shipping_secondary_database');
      applied.push(stepKey(context.step));
      if (context.step.action !== 'remove-log-shipping') throw new PoolError('PCO_SHARE_UNREADABLE', 'gone');
      scene.world = withoutSecondary(scene.world);
      return {};
    };
    scene.desire(desiredPool());
    await scene.until(() => scene.state() === 'blocked');
    expect(applied).toEqual([]);
    scene.desire(toBackup());
    expect(await scene.until(() => scene.state() === 'stalled')).toBe(true);
    expect(applied[0]).toBe('remove-log-shipping:backup');
    expect(applied.filter((step) => step === 'copy-log-backups:backup')).toHaveLength(3);
    const kinds = scene.records().map((record) => record.kind);
    expect(kinds.indexOf('plan')).toBeLessThan(kinds.indexOf('intent'));
    const step = scene
      .records()
      .filter((record) => 'attempt' in record && record.action === 'remove-log-shipping');
    expect(step.map((record) => record.kind)).toEqual(['intent', 'effect', 'outcome']);
    expect(scene.daemon.pool('chat')?.conditions.find((c) => c.type === 'Stalled')?.status).toBe('True');
  });

  test('refuses an attestation about an instance that the datacenter has not, and records nothing', async () => {
    const scene = new DaemonScene(homeLost());
    scene.desire(toBackup());
    expect(await scene.until(() => scene.daemon.pool('chat')?.plan != null)).toBe(true);
    const attest = scene.daemon.decide({
      pool: 'chat',
      decision: 'attest-down',
      by: 'ann',
      reason: 'it burns',
      expiresAt: '2099-01-01T00:00:00.000Z',
      site: 'home',
      instance: 'sql-par-9',
    });
    await expect(attest).rejects.toThrow('chat has no instance sql-par-9 in paris');
    expect(scene.records().filter((record) => record.kind === 'decision')).toEqual([]);
  });

  test('waits for an approval in mode propose, takes it for the present plan, and then acts', async () => {
    const scene = new DaemonScene(homeLost());
    let applied = 0;
    scene.act = () => {
      applied += 1;
      return Promise.reject(new PoolError('PCO_SHARE_UNREADABLE', 'gone'));
    };
    scene.desire(toBackup({ mode: 'propose' }));
    expect(await scene.until(() => scene.state() === 'awaitingApproval')).toBe(true);
    await scene.until(() => false, 60_000);
    expect(applied).toBe(0);
    await scene.daemon.decide({
      pool: 'chat',
      decision: 'approve',
      by: 'ann',
      reason: 'seen',
      expiresAt: null,
    });
    expect(await scene.until(() => applied > 0)).toBe(true);
    expect(scene.records().find((record) => record.kind === 'decision')).toMatchObject({
      by: 'ann',
      decision: 'approve',
    });
  });

  test('starts no step while suspended and goes on after resume', async () => {
    const scene = new DaemonScene(homeLost());
    let applied = 0;
    scene.act = () => {
      applied += 1;
      return Promise.reject(new PoolError('PCO_SHARE_UNREADABLE', 'gone'));
    };
    scene.desire(desiredPool());
    await scene.until(() => scene.state() === 'blocked');
    const by = { pool: 'chat', by: 'ann', reason: 'patch day', expiresAt: null };
    await scene.daemon.decide({ ...by, decision: 'suspend' });
    scene.desire(toBackup());
    expect(await scene.until(() => scene.state() === 'suspended')).toBe(true);
    await scene.until(() => false, 60_000);
    expect(applied).toBe(0);
    await scene.daemon.decide({ ...by, decision: 'resume' });
    expect(await scene.until(() => applied > 0)).toBe(true);
  });

  test('pg_auto_failover, isolation specs: makes no effect of a step that was suspended while it waited for its turn', async () => {
    const scene = new DaemonScene(homeLost());
    const turn = Promise.withResolvers<undefined>();
    const acted: string[] = [];
    scene.act = async (context) => {
      acted.push(context.pool.topology.name);
      if (context.pool.topology.name === 'first') await turn.promise;
      throw new PoolError('PCO_SHARE_UNREADABLE', 'gone');
    };
    const waits = toBackup();
    scene.desire({ ...waits, topology: { ...waits.topology, name: 'first' } }, waits);
    await scene.until(() => acted.length > 0 && scene.state() === 'applying');
    const by = { pool: 'chat', by: 'ann', reason: 'patch day', expiresAt: null };
    await scene.daemon.decide({ ...by, decision: 'suspend' });
    await scene.daemon.decide({ ...by, pool: 'first', decision: 'suspend' });
    turn.resolve(undefined);
    expect(await scene.until(() => scene.state() === 'suspended')).toBe(true);
    expect(acted).toEqual(['first']);
  });

  test('keeps the last good desired state when an edit is rejected, and tells', async () => {
    const scene = new DaemonScene(facts());
    scene.desire(desiredPool());
    await scene.until(() => scene.state() === 'converged');
    scene.tell({
      kind: 'rejected',
      pools: [],
      error: new PoolError('PCO_DESIRED_INVALID', 'x'),
      findings: ['pools.yaml:3:1: no'],
    });
    await scene.until(() => false, 20_000);
    expect(scene.state()).toBe('converged');
    expect(scene.daemon.status().desiredStateProblems).toEqual(['pools.yaml:3:1: no']);
  });

  test('lets a pool go that is no longer declared', async () => {
    const scene = new DaemonScene(facts());
    scene.desire(desiredPool());
    await scene.until(() => scene.state() === 'converged');
    scene.desire();
    await scene.until(() => false, 20_000);
    expect(scene.state()).toBeUndefined();
    expect(await scene.metrics.registry.metrics()).not.toContain('pool="chat"');
  });

  test('journals that a pool is gone only when the whole desired state is valid without it', async () => {
    const scene = new DaemonScene(facts());
    const removed = (): number => scene.records().filter(({ kind }) => kind === 'removed').length;
    const other = { ...desiredPool({ name: 'other' }), declared: 'other' };
    scene.desire({ ...desiredPool(), declared: 'chat' }, other);
    await scene.until(() => scene.state('other') === 'converged');
    scene.tell({ kind: 'accepted', pools: [other], findings: ['b.yaml:1:1: broken'] });
    const error = new PoolError('PCO_SOURCE_UNREACHABLE', 'no route');
    scene.tell({ kind: 'unreachable', error, pools: [other], findings: ['no route'] });
    await scene.until(() => false, 20_000);
    expect(removed()).toBe(0);
    scene.desire(other);
    scene.desire(other);
    await scene.until(() => removed() > 0, 20_000);
    await scene.until(() => false, 20_000);
    expect(removed()).toBe(1);
  });

  test.each([
    ['again under its own name', 'chat'],
    ['under another name', 'chat2'],
  ])('starts a pool that is declared %s only when its running step has ended', async (_, name) => {
    const scene = new DaemonScene(homeLost());
    let acting = 0;
    let most = 0;
    let begun = 0;
    scene.act = async () => {
      begun += 1;
      acting += 1;
      most = Math.max(most, acting);
      await scene.clock.sleep(120_000, new AbortController().signal);
      acting -= 1;
      return {};
    };
    scene.desire(toBackup());
    await scene.until(() => acting === 1);
    scene.desire();
    await scene.until(() => false, 1_000);
    scene.desire(desiredPool({ primarySite: 'backup', counter: 3, name }));
    expect(await scene.until(() => begun === 2)).toBe(true);
    expect(most).toBe(1);
  });

  test('refuses an approval while the newest desired state has no plan yet', async () => {
    const scene = new DaemonScene(homeLost());
    scene.act = () => new Promise(() => undefined);
    scene.desire(toBackup());
    await scene.until(() => scene.state() === 'applying');
    scene.desire(desiredPool({ primarySite: 'backup', counter: 3, policy: { mode: 'propose' } }));
    await scene.until(() => false, 1_000);
    const approval = { pool: 'chat', by: 'ann', reason: 'seen', expiresAt: null };
    await expect(scene.daemon.decide({ ...approval, decision: 'approve' })).rejects.toMatchObject({
      code: 'PCO_USAGE',
    });
    expect(scene.records().some((record) => record.kind === 'decision')).toBe(false);
  });

  test('awaits the running step when it stops, and starts no other', async () => {
    const scene = new DaemonScene(homeLost());
    let ended = false;
    scene.act = async () => {
      await scene.clock.sleep(120_000, new AbortController().signal);
      ended = true;
      return {};
    };
    scene.desire(toBackup());
    await scene.until(() => scene.state() === 'applying');
    await scene.until(() => false, 1_000);
    let stopped = false;
    const stopping = scene.daemon.stop().then(() => (stopped = true));
    await scene.until(() => stopped);
    await stopping;
    expect(ended).toBe(true);
    expect(scene.records().filter((record) => record.kind === 'intent')).toHaveLength(1);
    expect(scene.records().at(-1)).toMatchObject({ kind: 'outcome', code: 'PCO_CANCELLED' });
  });

  test.each([
    ['done', withoutSecondary(homeLost())],
    ['unknown', homeLost()],
  ])(
    'gives a step that a crash left open the outcome %s by looking, before it plans',
    async (result, world) => {
      const disk = new MemoryDisk();
      const first = new DaemonScene(homeLost(), disk);
      first.act = () => new Promise(() => undefined);
      first.desire(toBackup());
      await first.until(() => first.records().some((record) => record.kind === 'intent'));
      disk.holder = undefined;
      const second = new DaemonScene(world, disk);
      second.act = () => new Promise(() => undefined);
      second.desire(toBackup());
      await second.until(() => second.records().some((record) => record.kind === 'outcome'));
      expect(second.records().find((record) => record.kind === 'outcome')).toMatchObject({
        action: 'remove-log-shipping',
        result,
        epoch: 2,
      });
    },
  );
});
