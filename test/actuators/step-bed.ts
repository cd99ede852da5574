/** One pool in Paris and Lyon over the scripted world, and a way to run one step in it. */
import { applyStep } from '../../src/actuators/apply-step.ts';
import type { StepContext, StepNotes } from '../../src/actuators/step-context.ts';
import type { StepId } from '../../src/reconciler/step-id.ts';
import type {
  DesiredPool,
  InstanceName,
  ServerFqdn,
  Site,
  SiteTopology,
} from '../../src/topology/pool-topology.ts';
import { observeWorld } from '../support/scripted-facts.ts';
import { scriptedPorts, type ScriptedOptions } from '../support/scripted-ports.ts';
import { World, header, type Db, type Instance } from '../support/scripted-world.ts';

export const SHARE = '\\\\fs01\\mgc-logs';
export const COPIES = 'D:\\LSCopy';
export const MIRRORING = '\\\\fs01\\mirror';
const name = (text: string): InstanceName => text as InstanceName;
export const PAR1 = name('sql-par-1.contoso.com');
export const PAR2 = name('sql-par-2.contoso.com');
export const LYO1 = name('sql-lyo-1.contoso.com');
export const LYO2 = name('sql-lyo-2.contoso.com');

function site(kind: Site, city: 'par' | 'lyo', pair: readonly [InstanceName, InstanceName]): SiteTopology {
  const servers = [1, 2].map((n) => `chat-${city}-${n}.contoso.com` as ServerFqdn);
  return {
    site: kind,
    datacenter: city,
    chat: { primary: pair[0], mirror: pair[1], witness: undefined },
    compliance: undefined,
    servers,
    activeServers: servers,
    quarantineFolder: `Q:\\quarantine-${city}`,
  };
}

export const POOL: DesiredPool = {
  topology: {
    name: 'chat',
    poolFqdn: 'chat.contoso.com',
    poolIdentity: undefined,
    chatDatabase: 'mgc',
    complianceDatabase: 'mgccomp',
    sites: { home: site('home', 'par', [PAR1, PAR2]), backup: site('backup', 'lyo', [LYO1, LYO2]) },
    logShipping: {
      share: SHARE,
      copyFolder: COPIES,
      mirroringShare: MIRRORING,
      backupEveryMinutes: 15,
      copyEveryMinutes: 15,
      restoreEveryMinutes: 15,
      retentionMinutes: 4320,
      backupThresholdMinutes: 60,
      restoreThresholdMinutes: 45,
    },
  },
  policy: {
    mode: 'act',
    evidence: 'silent',
    silentAfterMs: 60_000,
    maxDataLossMinutes: 15,
    mirrorBeforeActivation: 'required',
    fenceReturnedCopy: 'act',
    drift: {
      mirroring: 'repair',
      witness: 'repair',
      principal: 'repair',
      jobs: 'repair',
      shipping: 'repair',
      activeServers: 'repair',
      serverObjects: 'repair',
    },
    drainTimeoutMs: 5_000,
    stepTimeoutMs: 30_000,
    stallTimeoutMs: 20_000,
  },
  primarySite: 'home',
  generation: { counter: 1, hash: '000000000000' },
  origin: 'test',
  revision: null,
  declared: null,
};

export const onlineDb = (over: Partial<Db> = {}): Db => ({
  state: 'ONLINE',
  access: 'MULTI_USER',
  role: null,
  family: 'FAMILY',
  redoLsn: null,
  redoFork: null,
  nextLogLsn: '5000',
  fork: 'FORK',
  restored: null,
  sessions: [],
  ...over,
});

export const restoringDb = (over: Partial<Db> = {}): Db =>
  onlineDb({
    state: 'RESTORING',
    redoLsn: '3000',
    redoFork: 'FORK',
    nextLogLsn: null,
    fork: null,
    restored: { type: 'L', lastLsn: '3000', fork: 'FORK' },
    ...over,
  });

export function addInstance(world: World, at: InstanceName, db: Db | undefined): Instance {
  const serverName = at.split('.')[0]?.toUpperCase() ?? at;
  const jobs = new Map<string, never>();
  const instance = {
    serverName,
    db,
    jobs,
    primary: undefined,
    secondary: undefined,
    fulls: [],
    refusals: [],
  };
  world.instances.set(at, instance);
  return instance;
}

/** Home serves from a mirrored pair, log shipping runs, the backup copy follows; three log backups, one of them copied. */
export function convergedWorld(): World {
  const world = new World();
  const home = addInstance(world, PAR1, onlineDb({ role: 'PRINCIPAL' }));
  addInstance(world, PAR2, restoringDb({ role: 'MIRROR' }));
  const backup = addInstance(world, LYO1, restoringDb());
  addInstance(world, LYO2, undefined);
  const job = { enabled: true, running: false, schedules: 1, outcome: 1 };
  home.jobs.set('LSBACKUP', { ...job, name: 'LSBackup_mgc', role: 'backup' });
  home.primary = { share: SHARE, jobId: 'LSBACKUP', secondaries: [backup.serverName] };
  backup.jobs.set('LSCOPY', { ...job, name: 'LSCopy', role: 'copy' });
  backup.jobs.set('LSRESTORE', { ...job, name: 'LSRestore', role: 'restore' });
  const folders = { source: SHARE, destination: COPIES };
  backup.secondary = {
    primaryServer: home.serverName,
    ...folders,
    copyJob: 'LSCOPY',
    restoreJob: 'LSRESTORE',
  };
  for (const [at, file] of ['a.trn', 'b.trn', 'c.trn'].entries()) {
    const lsns = { firstLsn: String(2000 + at * 1000), lastLsn: String(3000 + at * 1000) };
    world.write(`${SHARE}\\${file}`, { sizeBytes: 100 + at, header: header(lsns) });
  }
  const first = world.fileAt(`${SHARE}\\a.trn`);
  if (first !== undefined) world.write(`${COPIES}\\a.trn`, first);
  world.active = [...POOL.topology.sites.home.activeServers];
  for (const server of [...POOL.topology.sites.home.servers, ...POOL.topology.sites.backup.servers]) {
    world.services.set(server, 'Running');
  }
  return world;
}

/** After a failover: backup serves from a mirrored pair; home was rebuilt empty. */
export function failedOverWorld(): World {
  const world = convergedWorld();
  addInstance(world, PAR1, onlineDb({ family: 'REBUILT', fork: 'OTHER', nextLogLsn: '10' }));
  addInstance(world, PAR2, undefined);
  addInstance(world, LYO1, onlineDb({ role: 'PRINCIPAL', fork: 'FORK2' }));
  addInstance(world, LYO2, restoringDb({ role: 'MIRROR', redoFork: 'FORK2' }));
  world.poolState = 'FailedOver';
  world.active = [...POOL.topology.sites.backup.activeServers];
  return world;
}

export interface RunOptions extends ScriptedOptions {
  readonly pool?: DesiredPool;
  readonly overlapped?: Promise<void>;
  readonly signal?: AbortSignal;
  /** Called after the facts of the step were taken: what changes behind the plan's back. */
  readonly meanwhile?: (world: World) => void;
  /** What people are told while it runs. */
  readonly told?: string[];
  readonly refuseEffect?: (what: string) => Error | undefined;
}

export async function runStep(world: World, step: StepId, options: RunOptions = {}): Promise<StepNotes> {
  const ports = scriptedPorts(world, options);
  const pool = options.pool ?? POOL;
  const facts = observeWorld(world, pool.topology);
  options.meanwhile?.(world);
  const context: StepContext = {
    pool,
    step,
    facts,
    signal: options.signal ?? new AbortController().signal,
    effect: (where, what) => {
      const problem = options.refuseEffect?.(what);
      if (problem !== undefined) return Promise.reject(problem);
      world.log.push(`effect ${where} ${what}`);
      return Promise.resolve();
    },
    lease: { epoch: 1, holder: 'the bed' },
    passed: () => undefined,
    leave: () => undefined,
    recheck: () => Promise.resolve(observeWorld(world, pool.topology)),
    progress: (message) => {
      options.told?.push(message);
    },
    overlapped: options.overlapped,
  };
  let over = false;
  const running = applyStep(ports, context).finally(() => {
    over = true;
  });
  // The caller awaits `running`; this only keeps a rejection from being reported before that.
  running.catch(() => undefined);
  await ports.clock.run(() => over, 10_000_000);
  return running;
}

export const sent = (world: World): readonly string[] => world.log.filter((line) => line.startsWith('sent '));
