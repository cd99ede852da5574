/** What holds for each actuator alike: announced effects, nothing twice, wrong server or lineage refused, the rest after a cut. */
import { describe, expect, test } from 'vitest';
import type { StepId } from '../../src/reconciler/step-id.ts';
import { ACTION_IDS } from '../../src/reconciler/step-id.ts';
import type { InstanceName } from '../../src/topology/pool-topology.ts';
import type { World } from '../support/scripted-world.ts';
import {
  LYO1,
  LYO2,
  PAR1,
  PAR2,
  addInstance,
  convergedWorld,
  failedOverWorld,
  onlineDb,
  restoringDb,
  runStep,
  sent,
} from './step-bed.ts';

interface Case {
  readonly step: StepId;
  readonly world: () => World;
  /** The instance whose identity matters; none for cmdlets and files. */
  readonly on?: InstanceName;
  readonly reached: (world: World) => boolean;
}

const edited = (make: () => World, edit: (world: World) => void) => (): World => {
  const world = make();
  edit(world);
  return world;
};
const stateOf = (world: World, at: InstanceName): string | undefined => world.instance(at).db?.state;
const enabled = (world: World, at: InstanceName, job: string): boolean | undefined =>
  world.instance(at).jobs.get(job)?.enabled;

const applied = edited(convergedWorld, (world) => {
  world.instance(LYO1).secondary = undefined;
  for (const file of ['b.trn', 'c.trn']) {
    const there = world.fileAt(`\\\\fs01\\mgc-logs\\${file}`);
    if (there !== undefined) world.write(`D:\\LSCopy\\${file}`, there);
  }
});
const cleared = edited(failedOverWorld, (world) => {
  world.active = [];
  addInstance(world, LYO1, onlineDb({ fork: 'FORK2' }));
  addInstance(world, LYO2, restoringDb({ redoFork: 'FORK2' }));
});
const backedUp = edited(cleared, (world) => {
  const backup = world.instance(LYO1);
  backup.db = onlineDb({ fork: 'FORK2', access: 'RESTRICTED_USER' });
  backup.fulls.push({ path: '\\\\fs01\\mgc-logs\\full.bak', lastLsn: '6000' });
  const lsns = { firstLsn: '5000', lastLsn: '6000', lastForkGuid: 'FORK2', firstForkGuid: 'FORK2' };
  const there = world.fileAt('\\\\fs01\\mgc-logs\\a.trn');
  if (there !== undefined) {
    const header = { ...there.header, ...lsns, type: 'full' as const };
    world.write('\\\\fs01\\mgc-logs\\full.bak', { sizeBytes: 900, header });
  }
});
const restored = edited(failedOverWorld, (world) => {
  addInstance(world, PAR1, onlineDb({ fork: 'FORK3', nextLogLsn: '6000' }));
  addInstance(world, LYO1, onlineDb({ fork: 'FORK2', access: 'RESTRICTED_USER' }));
  world.active = [];
});
const unmirroredHome = edited(convergedWorld, (world) => {
  const { primary, jobs } = world.instance(PAR1);
  Object.assign(addInstance(world, PAR1, onlineDb()), { primary, jobs });
  addInstance(world, PAR2, restoringDb({ redoLsn: '5000' }));
});
const paused = edited(unmirroredHome, (world) => {
  for (const job of world.instance(LYO1).jobs.values()) job.enabled = false;
  const backup = world.instance(PAR1).jobs.get('LSBACKUP');
  if (backup !== undefined) backup.enabled = false;
});
const fenced = edited(paused, (world) => {
  world.instance(PAR1).db = restoringDb({ redoLsn: '5000', restored: null });
});

/** Set aside before the last two log backups that lie on the share. */
const aside = edited(failedOverWorld, (world) => {
  addInstance(world, PAR1, restoringDb());
});
const jobless = edited(convergedWorld, (world) => {
  world.instance(PAR1).jobs.delete('LSBACKUP');
});

const reversed = edited(convergedWorld, (world) => {
  const [home, backup] = [world.instance(PAR1), world.instance(LYO1)];
  if (home.primary === undefined || backup.secondary === undefined) return;
  home.secondary = {
    ...backup.secondary,
    primaryServer: 'SQL-LYO-1',
    copyJob: 'COPYBACK',
    restoreJob: 'BACK',
  };
  backup.primary = { share: home.primary.share, jobId: 'LSBACK', secondaries: ['SQL-PAR-1'] };
  const job = { enabled: true, running: false, schedules: 1, outcome: 0 };
  home.jobs.set('COPYBACK', { ...job, name: 'LSCopy_SQL-LYO-1_mgc', role: 'copy' });
  home.jobs.set('BACK', { ...job, name: 'LSRestore_SQL-LYO-1_mgc', role: 'restore' });
  backup.jobs.set('LSBACK', { ...job, name: 'LSBackup_mgc', role: 'backup' });
});

const CASES: readonly Case[] = [
  {
    step: { action: 'remove-log-shipping', target: 'backup' },
    world: convergedWorld,
    on: LYO1,
    reached: (world) => world.instance(LYO1).secondary === undefined,
  },
  {
    step: { action: 'copy-log-backups', target: 'backup' },
    world: convergedWorld,
    reached: (world) => ['b.trn', 'c.trn'].every((file) => world.folder('D:\\LSCopy').has(file)),
  },
  {
    step: { action: 'run-copy-job', target: 'backup' },
    world: convergedWorld,
    on: LYO1,
    reached: (world) => ['b.trn', 'c.trn'].every((file) => world.folder('D:\\LSCopy').has(file)),
  },
  {
    step: { action: 'apply-log-backups', target: 'backup' },
    world: applied,
    on: LYO1,
    reached: (world) => world.instance(LYO1).db?.redoLsn === '5000',
  },
  {
    step: { action: 'recover-backup', target: 'backup' },
    world: applied,
    on: LYO1,
    reached: (world) => stateOf(world, LYO1) === 'ONLINE',
  },
  {
    step: { action: 'set-pool-failed-over', target: 'pool' },
    world: edited(failedOverWorld, (world) => (world.poolState = 'Normal')),
    on: LYO1,
    reached: (world) => world.poolState === 'FailedOver',
  },
  {
    step: { action: 'activate-servers', target: 'backup' },
    world: convergedWorld,
    reached: (world) => world.active[0] === 'chat-lyo-1.contoso.com',
  },
  {
    step: { action: 'activate-servers', target: 'home' },
    world: edited(convergedWorld, (world) => (world.active = [])),
    on: LYO1,
    reached: (world) => world.active[0] === 'chat-par-1.contoso.com',
  },
  {
    step: { action: 'clear-active-servers', target: 'pool' },
    world: failedOverWorld,
    reached: (world) => world.active.length === 0,
  },
  {
    step: { action: 'remove-mirroring', target: 'backup' },
    world: failedOverWorld,
    on: LYO1,
    reached: (world) => world.instance(LYO1).db?.role === null,
  },
  {
    step: { action: 'remove-mirroring', target: 'home' },
    world: convergedWorld,
    on: PAR1,
    reached: (world) => world.instance(PAR1).db?.role === null,
  },
  {
    step: { action: 'full-backup', target: 'backup' },
    world: cleared,
    on: LYO1,
    reached: (world) =>
      world.instance(LYO1).db?.access === 'RESTRICTED_USER' && world.instance(LYO1).fulls.length === 1,
  },
  {
    step: { action: 'restore-home', target: 'home' },
    world: backedUp,
    on: PAR1,
    reached: (world) =>
      world.instance(PAR1).db?.family === 'FAMILY' && world.instance(PAR1).db?.access === 'MULTI_USER',
  },
  {
    step: { action: 'establish-log-shipping', target: 'home' },
    world: restored,
    on: LYO1,
    reached: (world) => stateOf(world, LYO1) === 'RESTORING' && world.instance(LYO1).secondary !== undefined,
  },
  {
    step: { action: 'set-pool-normal', target: 'pool' },
    world: edited(convergedWorld, (world) => (world.poolState = 'FailedOver')),
    on: PAR1,
    reached: (world) => world.poolState === 'Normal',
  },
  {
    step: { action: 'mirror-home', target: 'home' },
    world: unmirroredHome,
    on: PAR1,
    reached: (world) =>
      world.instance(PAR1).db?.role === 'PRINCIPAL' && enabled(world, PAR1, 'LSBACKUP') === true,
  },
  {
    step: { action: 'fence', target: 'home' },
    world: convergedWorld,
    on: PAR1,
    reached: (world) => stateOf(world, PAR1) === 'RESTORING' && enabled(world, PAR1, 'LSBACKUP') === false,
  },
  {
    step: { action: 'fence', target: 'backup' },
    world: failedOverWorld,
    on: LYO1,
    reached: (world) => stateOf(world, LYO1) === 'RESTORING',
  },
  {
    step: { action: 'recover', target: 'home' },
    world: fenced,
    on: PAR1,
    reached: (world) => stateOf(world, PAR1) === 'ONLINE',
  },
  {
    step: { action: 'recover', target: 'backup' },
    world: backedUp,
    on: LYO1,
    reached: (world) => world.instance(LYO1).db?.access === 'MULTI_USER',
  },
  {
    step: { action: 'pause-log-shipping', target: 'backup' },
    world: convergedWorld,
    on: LYO1,
    reached: (world) =>
      enabled(world, LYO1, 'LSCOPY') === false && enabled(world, LYO1, 'LSRESTORE') === false,
  },
  {
    step: { action: 'enable-jobs', target: 'backup' },
    world: paused,
    on: LYO1,
    reached: (world) => enabled(world, LYO1, 'LSCOPY') === true && enabled(world, LYO1, 'LSRESTORE') === true,
  },
  {
    step: { action: 're-add-secondary', target: 'backup' },
    world: edited(convergedWorld, (world) => {
      world.instance(LYO1).secondary = undefined;
      world.instance(LYO1).jobs.clear();
    }),
    on: LYO1,
    reached: (world) => {
      const { secondary, jobs } = world.instance(LYO1);
      const own = [secondary?.copyJob, secondary?.restoreJob].map((id) => jobs.get(id ?? '')?.enabled);
      return own.every((enabledNow) => enabledNow === true) && stateOf(world, LYO1) === 'RESTORING';
    },
  },
  {
    step: { action: 'stop-log-backups', target: 'home' },
    world: convergedWorld,
    on: PAR1,
    reached: (world) => enabled(world, PAR1, 'LSBACKUP') === false,
  },
  {
    step: { action: 'resume-log-backups', target: 'home' },
    world: paused,
    on: PAR1,
    reached: (world) => enabled(world, PAR1, 'LSBACKUP') === true,
  },
  {
    step: { action: 'tail-log-backup', target: 'home' },
    world: paused,
    on: PAR1,
    reached: (world) => stateOf(world, PAR1) === 'RESTORING',
  },
  {
    step: { action: 'tail-log-backup', target: 'backup' },
    world: cleared,
    on: LYO1,
    reached: (world) => stateOf(world, LYO1) === 'RESTORING',
  },
  {
    step: { action: 'apply-log-backups', target: 'home' },
    world: aside,
    on: PAR1,
    reached: (world) => world.instance(PAR1).db?.redoLsn === '5000',
  },
  {
    step: { action: 're-add-primary', target: 'home' },
    world: jobless,
    on: PAR1,
    reached: (world) => enabled(world, PAR1, world.instance(PAR1).primary?.jobId ?? '') === true,
  },
  {
    step: { action: 'remove-log-shipping', target: 'home' },
    world: reversed,
    on: PAR1,
    reached: (world) =>
      world.instance(PAR1).secondary === undefined && world.instance(PAR1).primary !== undefined,
  },
  {
    step: { action: 'remove-log-shipping-primary', target: 'backup' },
    world: reversed,
    on: LYO1,
    reached: (world) =>
      world.instance(LYO1).primary === undefined && world.instance(LYO1).secondary !== undefined,
  },
];
/**
 * Nothing to compare with in the scripted world: Install-CsMirrorDatabase has no effect there, its sessions neither rest
 * nor change roles, and no file is ever damaged. What these do is seen on the estate: estate-routes.test.ts, drift-repair.test.ts,
 * server-objects.test.ts, promote-mirror.test.ts, tail-damaged.test.ts,
 * restore-from-full.test.ts.
 */
const ELSEWHERE = new Set<string>([
  'mirror-backup',
  'resume-mirroring',
  'move-principal',
  'set-witness',
  'align-server-objects',
  'promote-mirror',
  'tail-damaged',
  'restore-backup-from-full',
]);

const title = ({ step }: Case): string => `${step.action} on ${step.target}`;
const named = CASES.map((one) => [title(one), one] as const);

test('every action of the table is among the cases', () => {
  const covered = new Set<string>(CASES.map(({ step }) => step.action));
  expect(ACTION_IDS.filter((id) => !covered.has(id) && !ELSEWHERE.has(id))).toEqual([]);
});

describe.each(named)('%s', (_title, one) => {
  test('reaches its effect, and announces each change right before it is sent', async () => {
    const world = one.world();
    await runStep(world, one.step);
    expect(one.reached(world)).toBe(true);
    const announced = world.log.filter((line) => line.startsWith('effect ')).length;
    expect(announced).toBeGreaterThanOrEqual(sent(world).length);
    expect(world.log[0]).toMatch(/^effect /);
  });

  test('sends nothing when its effect is there already', async () => {
    const world = one.world();
    await runStep(world, one.step);
    world.log.length = 0;
    await runStep(world, one.step);
    const repeatable = ['establish-log-shipping', 're-add-secondary', 're-add-primary'].includes(
      one.step.action,
    )
      ? /sp_start_job|sp_add_log_shipping_alert_job/
      : /^$/;
    expect(sent(world).filter((line) => !repeatable.test(line))).toEqual([]);
  });

  test('sends nothing when an effect may not be announced any more', async () => {
    const world = one.world();
    await expect(runStep(world, one.step, { refuseEffect: () => new Error('lease lost') })).rejects.toThrow();
    expect(sent(world)).toEqual([]);
  });

  test('a retry after any cut does the rest', async () => {
    const whole = one.world();
    await runStep(whole, one.step);
    for (let cutAfter = 0; cutAfter < sent(whole).length; cutAfter += 1) {
      const world = one.world();
      await runStep(world, one.step, { cutAfter }).catch(() => undefined);
      await runStep(world, one.step);
      expect(one.reached(world), `cut after ${cutAfter} changes`).toBe(true);
    }
  });
});

describe.each(named.filter(([, one]) => one.on !== undefined))('%s: identity', (_title, one) => {
  const { on } = one;
  if (on === undefined) throw new Error('filtered above');

  test('is refused when another server answers under the name', async () => {
    const world = one.world();
    const meanwhile = (): void => {
      world.instance(on).serverName = 'IMPOSTOR';
    };
    await expect(runStep(world, one.step, { meanwhile })).rejects.toMatchObject({
      code: 'PCO_IDENTITY_MISMATCH',
    });
    expect(sent(world).filter((line) => line.includes(on))).toEqual([]);
  });
});

const ON_A_COPY = named.filter(([, { step }]) =>
  [
    'recover-backup',
    'apply-log-backups',
    'restore-home',
    'fence',
    'recover',
    'tail-log-backup',
    'full-backup',
    'establish-log-shipping',
  ].includes(step.action),
);

test.each(ON_A_COPY)(
  '%s is refused when the copy is of another lineage than planned',
  async (_title, one) => {
    const world = one.world();
    const meanwhile = (): void => {
      const { db } = world.instance(one.on ?? LYO1);
      if (db === undefined) return;
      db.family = 'FOREIGN';
      db.restored ??= { type: 'D', lastLsn: '1', fork: 'FORK' };
    };
    await expect(runStep(world, one.step, { meanwhile })).rejects.toMatchObject({
      code: 'PCO_IDENTITY_MISMATCH',
    });
    expect(sent(world).filter((line) => /BACKUP|RESTORE|OFFLINE/.test(line))).toEqual([]);
  },
);
