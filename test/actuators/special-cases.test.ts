/** Single behaviours of single actuators: what they do about error numbers, sessions, stalls, cancellation and people's doings. */
import { describe, expect, test } from 'vitest';
import type { StepId } from '../../src/reconciler/step-id.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { header, type World } from '../support/scripted-world.ts';
import {
  COPIES,
  LYO1,
  LYO2,
  PAR1,
  PAR2,
  POOL,
  SHARE,
  addInstance,
  convergedWorld,
  failedOverWorld,
  onlineDb,
  restoringDb,
  runStep,
  sent,
} from './step-bed.ts';

const APPLY: StepId = { action: 'apply-log-backups', target: 'backup' };
const RECOVER: StepId = { action: 'recover-backup', target: 'backup' };
const FULL: StepId = { action: 'full-backup', target: 'backup' };
const FENCE: StepId = { action: 'fence', target: 'home' };
const CLEAR: StepId = { action: 'clear-active-servers', target: 'pool' };

function copyAll(world: World): World {
  for (const [name, file] of world.folder(SHARE)) world.folder(COPIES).set(name, file);
  return world;
}

/** Only the one statement of interest, without its literals' noise. */
const restores = (world: World): string[] =>
  sent(world).flatMap((line) => /RESTORE LOG .*\\(\w+\.trn)/.exec(line)?.[1] ?? []);

describe('apply-log-backups', () => {
  test('applies in LSN order, whatever the names', async () => {
    const world = convergedWorld();
    world.write(`${COPIES}\\z.trn`, { sizeBytes: 1, header: header({ firstLsn: '3000', lastLsn: '4000' }) });
    world.write(`${COPIES}\\a2.trn`, { sizeBytes: 1, header: header({ firstLsn: '4000', lastLsn: '5000' }) });
    await runStep(world, APPLY);
    expect(restores(world)).toEqual(['z.trn', 'a2.trn']);
  });

  test('goes on to the next file when the server says that one is applied already', async () => {
    const world = copyAll(convergedWorld());
    world.instance(LYO1).refusals.push({ text: 'b.trn', numbers: [4326, 3013] });
    const notes = await runStep(world, APPLY);
    expect(notes).toMatchObject({ applied: [] });
    expect(restores(world)).toEqual(['b.trn']);
  });

  test('looks once more when a file is too recent, and gives up the second time', async () => {
    const world = copyAll(convergedWorld());
    const refusal = { text: 'b.trn', numbers: [4305, 3013] };
    world.instance(LYO1).refusals.push(refusal);
    await expect(runStep(world, APPLY)).resolves.toMatchObject({ applied: ['b.trn', 'c.trn'] });
    const again = copyAll(convergedWorld());
    again.instance(LYO1).refusals.push(refusal, refusal);
    await expect(runStep(again, APPLY)).rejects.toMatchObject({ code: 'PCO_SQL_ERROR' });
  });

  test('ends readers and tries again while the copy is in use', async () => {
    const world = copyAll(convergedWorld());
    world.instance(LYO1).refusals.push({ text: 'b.trn', numbers: [3101, 3013] });
    world.instance(LYO1).db?.sessions.push({ id: 77, host: 'report-1' });
    await runStep(world, APPLY);
    expect(sent(world)[0]).toContain('KILL 77');
    expect(restores(world)).toEqual(['b.trn', 'b.trn', 'c.trn']);
  });

  test('tries a later file again when it finds the copy in use, although the first one had it alone', async () => {
    const world = copyAll(convergedWorld());
    world.instance(LYO1).refusals.push({ text: 'c.trn', numbers: [3101, 3013] });
    await expect(runStep(world, APPLY)).resolves.toMatchObject({ applied: ['b.trn', 'c.trn'] });
    expect(restores(world)).toEqual(['b.trn', 'c.trn', 'c.trn']);
  });

  test('tells how far it is in files', async () => {
    const told: string[] = [];
    await runStep(copyAll(convergedWorld()), APPLY, { told });
    expect(told.map((line) => line.split(',')[0])).toEqual([
      'restored 0 of 2 log backups',
      'restored 1 of 2 log backups',
    ]);
  });

  test('keeps on while files are still being copied, and takes those that come meanwhile', async () => {
    const world = convergedWorld();
    const copying = Promise.withResolvers<undefined>();
    let looks = 0;
    const pool = { ...POOL };
    const running = runStep(world, APPLY, {
      pool,
      overlapped: copying.promise,
      refuseEffect: () => {
        looks += 1;
        if (looks === 2) copying.resolve(undefined);
        return undefined;
      },
      meanwhile: (later) => {
        copyAll(later);
      },
    });
    await expect(running).resolves.toMatchObject({ applied: ['b.trn', 'c.trn'] });
  });

  test('refuses a RESTORING copy that does not say where it stands', async () => {
    const world = copyAll(convergedWorld());
    world.instance(LYO1).db = restoringDb({ redoLsn: null, redoFork: null, restored: null });
    await expect(runStep(world, APPLY)).rejects.toMatchObject({ code: 'PCO_STEP_REFUSED' });
    expect(sent(world)).toEqual([]);
  });
});

describe('recover-backup', () => {
  test('opens the door when an earlier attempt had recovered but was cut', async () => {
    const world = convergedWorld();
    world.instance(LYO1).db = onlineDb({ access: 'RESTRICTED_USER' });
    await runStep(world, RECOVER);
    expect(sent(world)).toEqual([expect.stringContaining('SET MULTI_USER')]);
  });

  test('takes 3153 for what it is: already recovered', async () => {
    const world = convergedWorld();
    world.instance(LYO1).refusals.push({ text: 'WITH RECOVERY', numbers: [3153, 3013] });
    // The refusing server has not changed the copy, so the verification that follows says so.
    await expect(runStep(world, RECOVER)).rejects.toMatchObject({ code: 'PCO_DONE_NOT_SEEN' });
  });

  test('refuses a mirror', async () => {
    const world = convergedWorld();
    world.instance(LYO1).db = restoringDb({ role: 'MIRROR' });
    await expect(runStep(world, RECOVER)).rejects.toMatchObject({ code: 'PCO_STEP_REFUSED' });
  });

  test('is cancelled as stalled when percent_complete stands still', async () => {
    const world = convergedWorld();
    const running = runStep(world, RECOVER, { hangs: 'RESTORE DATABASE' });
    await expect(running).rejects.toMatchObject({ code: 'PCO_STALLED_OPERATION' });
    expect(world.instance(LYO1).db?.state).toBe('RESTORING');
  });

  test('a stop of the daemon does not cut the RESTORE that runs', async () => {
    const world = convergedWorld();
    const stop = new AbortController();
    const refuseEffect = (what: string): Error | undefined => {
      if (what.startsWith('RESTORE')) queueMicrotask(() => stop.abort());
      return stop.signal.aborted ? new PoolError('PCO_CANCELLED', 'stopped') : undefined;
    };
    await runStep(world, RECOVER, { signal: stop.signal, refuseEffect }).catch(() => undefined);
    expect(world.instance(LYO1).db?.state).toBe('ONLINE');
  });
});

describe('full-backup', () => {
  const cleared = (): World => {
    const world = failedOverWorld();
    addInstance(world, LYO1, onlineDb({ fork: 'FORK2', sessions: [{ id: 60, host: 'app' }] }));
    return world;
  };

  test('leaves the write barrier up and nobody inside', async () => {
    const world = cleared();
    await runStep(world, FULL);
    expect(world.instance(LYO1).db).toMatchObject({ access: 'RESTRICTED_USER', sessions: [] });
  });

  test('ends what RESTRICTED_USER lets in', async () => {
    const world = cleared();
    world.instance(LYO1).db?.sessions.push({ id: 61, host: 'sysadmin' });
    await runStep(world, FULL);
    expect(sent(world).some((line) => line.includes('KILL 61'))).toBe(true);
  });

  test('takes the barrier down again when the BACKUP fails', async () => {
    const world = cleared();
    world.instance(LYO1).refusals.push({ text: 'BACKUP DATABASE', numbers: [3201, 3013] });
    await expect(runStep(world, FULL)).rejects.toMatchObject({ code: 'PCO_SQL_ERROR' });
    expect(world.instance(LYO1).db?.access).toBe('MULTI_USER');
  });

  test('leaves the barrier where it is when nobody knows how the BACKUP ended', async () => {
    const world = cleared();
    await expect(runStep(world, FULL, { cutAfter: 1 })).rejects.toMatchObject({
      code: 'PCO_OUTCOME_UNKNOWN',
    });
    expect(world.instance(LYO1).db?.access).toBe('RESTRICTED_USER');
  });
});

describe('fence', () => {
  test('puts the tail into quarantine and nothing on the share', async () => {
    const world = convergedWorld();
    const before = [...world.folder(SHARE).keys()];
    await runStep(world, FENCE);
    expect([...world.folder(SHARE).keys()]).toEqual(before);
    expect([...world.folder('Q:\\quarantine-par').values()]).toMatchObject([{ header: { tail: true } }]);
  });

  test('quiets log backups before anything else, so that no old-branch file reaches the share', async () => {
    const world = convergedWorld();
    await runStep(world, FENCE);
    expect(sent(world)[0]).toContain('sp_update_job');
  });

  test.each([[[4214, 3013]], [[4208, 3013]], [[824, 3013]]])(
    'saves a full backup and goes OFFLINE where no tail can be had (%s)',
    async (numbers) => {
      const world = convergedWorld();
      world.instance(PAR1).refusals.push({ text: 'BACKUP LOG', numbers });
      await runStep(world, FENCE);
      expect(world.instance(PAR1).db?.state).toBe('OFFLINE');
      expect([...world.folder('Q:\\quarantine-par').values()]).toMatchObject([{ header: { type: 'full' } }]);
    },
  );

  test('goes OFFLINE even when nothing can be saved, because its files stay', async () => {
    const world = convergedWorld();
    world.instance(PAR1).refusals.push({ text: 'BACKUP LOG', numbers: [824, 3013] });
    world.instance(PAR1).refusals.push({ text: 'BACKUP DATABASE', numbers: [3201, 3013] });
    await runStep(world, FENCE);
    expect(world.instance(PAR1).db?.state).toBe('OFFLINE');
  });

  test('takes the tail again with freshly read sessions while the copy is in use', async () => {
    const world = convergedWorld();
    world.instance(PAR1).db?.sessions.push({ id: 70, host: 'sysadmin' });
    world.instance(PAR1).refusals.push({ text: 'BACKUP LOG', numbers: [3101, 3013] });
    await runStep(world, FENCE);
    expect(world.instance(PAR1).db?.state).toBe('RESTORING');
    expect(sent(world).filter((line) => line.includes('KILL 70')).length).toBeGreaterThan(0);
  });

  test('fences the partner too when it has come up as a second open copy', async () => {
    const world = convergedWorld();
    addInstance(world, PAR2, onlineDb());
    await runStep(world, FENCE);
    expect([world.instance(PAR1).db?.state, world.instance(PAR2).db?.state]).toEqual([
      'RESTORING',
      'RESTORING',
    ]);
  });

  test('does without a partner that does not answer', async () => {
    const world = convergedWorld();
    world.instances.delete(PAR2);
    await runStep(world, FENCE);
    expect(world.instance(PAR1).db?.state).toBe('RESTORING');
  });
});

describe('clear-active-servers', () => {
  test('stops the chat service that keeps its sessions, and starts it again once they are gone', async () => {
    const world = failedOverWorld();
    world.instance(LYO1).db?.sessions.push({ id: 80, host: 'chat-lyo-1' });
    const notes = await runStep(world, CLEAR);
    expect(notes).toMatchObject({ stopped: ['chat-lyo-1.contoso.com'] });
    expect(sent(world)).toEqual([
      'sent Set-CsPersistentChatActiveServer',
      'sent Stop-CsWindowsService',
      'sent Start-CsWindowsService',
    ]);
  });

  test('ends a session that no service can be found for', async () => {
    const world = failedOverWorld();
    world.instance(LYO1).db?.sessions.push({ id: 81, host: null });
    await runStep(world, CLEAR);
    expect(world.instance(LYO1).db?.sessions).toEqual([]);
  });

  test('leaves a person with a query window alone', async () => {
    const world = failedOverWorld();
    world.instance(LYO1).db?.sessions.push({ id: 82, host: 'admin-pc' });
    await runStep(world, CLEAR);
    expect(world.instance(LYO1).db?.sessions).toHaveLength(1);
  });
});

describe('remove-log-shipping', () => {
  const REMOVE: StepId = { action: 'remove-log-shipping', target: 'backup' };
  test('records what vanishes in the announced effect and in the notes', async () => {
    const world = convergedWorld();
    const notes = await runStep(world, REMOVE);
    const effect = world.log.find((line) => line.includes('delete log shipping secondary'));
    expect(effect).toContain('LSCOPY');
    expect(JSON.stringify(notes)).toContain('LSRESTORE');
  });

  test('goes without a monitor that cannot be reached', async () => {
    const world = convergedWorld();
    world
      .instance(LYO1)
      .refusals.push({ text: 'sp_delete_log_shipping_secondary_database', numbers: [32054] });
    await runStep(world, REMOVE);
    expect(world.instance(LYO1).secondary).toBeUndefined();
    expect(sent(world).at(-1)).toContain('@ignoreremotemonitor = 1');
  });

  test('stops a copy job that runs and waits until it is idle', async () => {
    const world = convergedWorld();
    const job = world.instance(LYO1).jobs.get('LSCOPY');
    if (job !== undefined) job.running = true;
    await runStep(world, REMOVE);
    expect(sent(world).some((line) => line.includes('sp_stop_job'))).toBe(true);
  });
});

describe('copy-log-backups', () => {
  test('salvages every other file when one cannot be copied, then reports it', async () => {
    const world = convergedWorld();
    const meanwhile = (later: World): void => {
      later.folder(SHARE).delete('b.trn');
    };
    const step: StepId = { action: 'copy-log-backups', target: 'backup' };
    await expect(runStep(world, step, { meanwhile })).rejects.toMatchObject({ code: 'PCO_SHARE_UNREADABLE' });
    expect(world.folder(COPIES).has('c.trn')).toBe(true);
  });

  test('removes unfinished copies of its own and leaves those of the copy job', async () => {
    const world = convergedWorld();
    world.write(`${COPIES}\\b.trn.wrk`, { sizeBytes: 1, header: header({}) });
    world.write(`${COPIES}\\x.wrk`, { sizeBytes: 1, header: header({}) });
    await runStep(world, { action: 'copy-log-backups', target: 'backup' });
    expect(world.folder(COPIES).has('b.trn.wrk')).toBe(false);
    expect(world.folder(COPIES).has('x.wrk')).toBe(true);
  });
});

describe('guards right before the effect', () => {
  test('the pool is not set Normal while the backup copy is open', async () => {
    const world = failedOverWorld();
    addInstance(world, PAR1, onlineDb());
    const step: StepId = { action: 'set-pool-normal', target: 'pool' };
    await expect(runStep(world, step)).rejects.toMatchObject({ code: 'PCO_STEP_REFUSED' });
    expect(world.poolState).toBe('FailedOver');
  });

  test('restoring home over tells bytes of the full backup', async () => {
    const world = failedOverWorld();
    const backup = addInstance(world, LYO1, onlineDb({ fork: 'FORK2', access: 'RESTRICTED_USER' }));
    const full = { type: 'full' as const, firstLsn: '5000', lastLsn: '6000', lastForkGuid: 'FORK2' };
    world.write(`${SHARE}\\full.bak`, { sizeBytes: 900, header: header(full) });
    backup.fulls.push({ path: `${SHARE}\\full.bak`, lastLsn: '6000' });
    const told: string[] = [];
    await runStep(world, { action: 'restore-home', target: 'home' }, { told });
    expect(told.find((line) => line.startsWith('RESTORE DATABASE'))).toMatch(/, 0 of 900 bytes$/);
  });

  test('home is not overwritten when the source took clients in after its backup', async () => {
    const world = failedOverWorld();
    const backup = addInstance(world, LYO1, onlineDb({ fork: 'FORK2', access: 'RESTRICTED_USER' }));
    const full = { type: 'full' as const, firstLsn: '5000', lastLsn: '6000', lastForkGuid: 'FORK2' };
    world.write(`${SHARE}\\full.bak`, { sizeBytes: 900, header: header(full) });
    backup.fulls.push({ path: `${SHARE}\\full.bak`, lastLsn: '6000' });
    const meanwhile = (): void => {
      backup.db?.sessions.push({ id: 90, host: 'chat-lyo-1' });
    };
    const step: StepId = { action: 'restore-home', target: 'home' };
    await expect(runStep(world, step, { meanwhile })).rejects.toMatchObject({ code: 'PCO_STEP_REFUSED' });
    expect(world.instance(PAR1).db?.family).toBe('REBUILT');
  });

  test('mirroring is not removed under chat sessions', async () => {
    const world = failedOverWorld();
    world.instance(LYO1).db?.sessions.push({ id: 91, host: 'chat-lyo-2' });
    const step: StepId = { action: 'remove-mirroring', target: 'backup' };
    await expect(runStep(world, step)).rejects.toMatchObject({ code: 'PCO_STEP_REFUSED' });
  });
});

describe('mirroring', () => {
  const MIRROR: StepId = { action: 'mirror-backup', target: 'backup' };
  const recovered = (partner = restoringDb({ redoFork: 'OLD', redoLsn: '1000' })): World => {
    const world = failedOverWorld();
    addInstance(world, LYO1, onlineDb({ fork: 'FORK2' }));
    addInstance(world, LYO2, partner);
    return world;
  };

  test('is installed by the cmdlet with the serving instance as its primary', async () => {
    const world = recovered();
    await runStep(world, MIRROR);
    expect(world.log[0]).toBe(
      'effect shell Install-CsMirrorDatabase -DatabaseType "PersistentChat" -SqlServerFqdn "sql-lyo-1.contoso.com" ' +
        '-FileShare "\\\\\\\\fs01\\\\mirror" -DropExistingDatabasesOnMirror true -Confirm false',
    );
  });

  test('is not installed over a copy that may be newer', async () => {
    const world = recovered(restoringDb({ redoFork: 'OLD', redoLsn: '9000' }));
    await expect(runStep(world, MIRROR)).rejects.toMatchObject({ code: 'PCO_IDENTITY_MISMATCH' });
    expect(sent(world)).toEqual([]);
  });

  test('of a shipped home pair goes through the shipping folder, and log backups are enabled again even after a failure', async () => {
    const world = convergedWorld();
    const { primary, jobs } = world.instance(PAR1);
    Object.assign(addInstance(world, PAR1, onlineDb()), { primary, jobs });
    addInstance(world, PAR2, undefined);
    world.instance(PAR2).refusals.push({ text: 'RESTORE DATABASE', numbers: [3201, 3013] });
    const step: StepId = { action: 'mirror-home', target: 'home' };
    await expect(runStep(world, step)).rejects.toMatchObject({ code: 'PCO_SQL_ERROR' });
    expect(world.instance(PAR1).jobs.get('LSBACKUP')?.enabled).toBe(true);
    await runStep(world, step);
    expect(world.instance(PAR1).db?.role).toBe('PRINCIPAL');
    expect([...world.folder(SHARE).keys()].filter((name) => name.startsWith('mgc_'))).toHaveLength(1);
  });
});
