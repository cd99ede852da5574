/** Situations in which it is asked whether home lives: what is seen, by name, and what the product must make of it. */
import type { Observed } from '../../src/topology/known.ts';
import type {
  BackupHeader,
  ChatServerFacts,
  DatabaseFacts,
  InstanceFacts,
  MirroringFacts,
  PoolFacts,
} from '../../src/topology/pool-facts.ts';
import { desiredPool } from './desired-pool.ts';
import * as world from './facts.ts';

const SHARE = '\\\\fs01\\mgc-logs';
export const PAR_1 = 'sql-par-1.contoso.com';
export const PAR_2 = 'sql-par-2.contoso.com';
export const PAR_W = 'sql-par-w.contoso.com';

type Instance = Observed<InstanceFacts>;

export const withInstances = (
  facts: PoolFacts,
  instances: Readonly<Record<string, Instance>>,
): PoolFacts => ({
  ...facts,
  instances: { ...facts.instances, ...instances },
});

export const mgcAt = (
  instance: string,
  database: DatabaseFacts,
  more: Partial<InstanceFacts> = {},
): Instance => {
  const short = instance.split('.')[0]?.toUpperCase() ?? '';
  return world.seen(world.instanceFacts(short, { databases: { mgc: database }, ...more }), instance);
};

export const witnessAt = (principal: string, mirror: string, roleSequence: number): Instance =>
  world.seen(
    world.instanceFacts('SQL-PAR-W', {
      witnessOf: [{ database: 'mgc', principal, mirror, roleSequence, partnerSync: 'UNSYNCHRONIZED' }],
    }),
    PAR_W,
  );

/** The partner of the first instance, as it sees the session with it. */
export const partnerAt = (
  session: Partial<MirroringFacts>,
  state: DatabaseFacts['state'] = 'RESTORING',
): Instance =>
  mgcAt(
    PAR_2,
    world.databaseFacts({
      state,
      content: 'unknown',
      mirroring: world.mirroring('par', {
        role: 'MIRROR',
        partnerAddress: `TCP://${PAR_1}:5022`,
        partnerInstance: 'SQL-PAR-1',
        ...session,
      }),
    }),
  );

/** The first instance is silent for ten minutes, everybody else at home answers. */
export const principalSilent = (
  partner: Instance,
  witness = witnessAt('SQL-PAR-1', 'SQL-PAR-2', 1),
): PoolFacts =>
  withInstances(world.facts(), {
    [PAR_1]: world.notSeen(PAR_1),
    [PAR_2]: partner,
    [PAR_W]: witness,
  });

/** The partner took the role: the witness votes for it. */
export const TAKEN_OVER: Partial<MirroringFacts> = {
  role: 'PRINCIPAL',
  state: 'DISCONNECTED',
  roleSequence: 2,
};
export const VOTES_FOR_PARTNER = witnessAt('SQL-PAR-2', 'SQL-PAR-1', 2);

export const askedOnce = (source: string, silentForMs = 600_000): Observed<never> => ({
  kind: 'unknown',
  reason: 'no answer within its deadline',
  code: 'PCO_INSTANCE_TIMEOUT',
  source,
  silentForMs,
  askedOnce: true,
});

const damaged = (state: DatabaseFacts['state'], more: Partial<InstanceFacts> = {}): PoolFacts =>
  withInstances(world.facts(), {
    [PAR_1]: mgcAt(PAR_1, world.databaseFacts({ state, content: 'unknown' }), more),
  });

const fullTo = (path: string): Partial<InstanceFacts> => ({ backups: [world.fullBackupSet({ path })] });

const homeServers = (of: Observed<ChatServerFacts>): Partial<PoolFacts> => {
  const { home } = desiredPool().topology.sites;
  const [first = ''] = home.servers;
  return { chatServers: { ...world.homeLost().chatServers, [first]: of } };
};

const shareWith = (minutesAgo: number, header: Partial<BackupHeader> = {}): Partial<PoolFacts> => ({
  share: world.folder(SHARE, [world.logFile(1, minutesAgo, header)]),
});

/** Somebody wrote a log backup, and nobody can read who. */
const shareUnread = (minutesAgo: number): Partial<PoolFacts> => ({
  share: world.folder(SHARE, [{ ...world.logFile(1, minutesAgo), header: 'unknown' }]),
});

/** The share fell silent with what it listed last. */
const shareSilent = (minutesAgo: number): Partial<PoolFacts> => ({
  share: world.notSeen(SHARE, 600_000, 'PCO_SHARE_UNREADABLE'),
  lastSeen: {
    clocks: {},
    share: {
      folder: { path: SHARE, files: [world.logFile(1, minutesAgo)], unfinished: [] },
      at: world.minutesAgo(1),
    },
  },
});

/** Lyon serves, and a chat server of paris wrote its heartbeat there so long ago. */
const beatIn = (ageMs: number, silentForMs = 600_000): PoolFacts => {
  const heartbeats = [{ server: 'chat-par-1.contoso.com', ageMs }];
  const copy = world.recoveredLyon({ content: world.content({ heartbeats }) });
  return withInstances(world.failedOver(), {
    ...world.silentParis(silentForMs),
    ...world.mirroredPair('lyo', copy),
  });
};

const withoutFirstServer = (): PoolFacts['chatServers'] =>
  Object.fromEntries(
    Object.entries(world.homeLost().chatServers).filter(([name]) => name !== 'chat-par-1.contoso.com'),
  );

const lostSince = (ms: number, overrides: Partial<PoolFacts> = {}): PoolFacts => {
  const chatServers = world.chatServers(
    desiredPool(),
    world.notSeen('shell', ms),
    world.seen(world.chatServer(), 'shell'),
  );
  return withInstances(world.homeLost({ chatServers, ...overrides }), world.silentParis(ms));
};

export interface Situation {
  readonly facts: PoolFacts;
  /** `verdictWords` on home, nobody having attested anything. */
  readonly verdict: string;
  /** The same with an attestation under each policy; left out: the verdict stays. */
  readonly attested?: { readonly silent: string; readonly proven: string };
}

const LIVES = (verdict: string, facts: PoolFacts): Situation => ({ facts, verdict });
const UNSURE = (facts: PoolFacts): Situation => ({
  facts,
  verdict: 'unknown',
  attested: { silent: 'down (attested)', proven: 'down (attested)' },
});
const SILENT = (facts: PoolFacts): Situation => ({
  facts,
  verdict: 'down (silent)',
  attested: { silent: 'down (silent)', proven: 'down (attested)' },
});

// prettier-ignore
export const SITUATIONS: Readonly<Record<string, Situation>> = {
  'all is well':                                              LIVES('alive', world.facts()),
  'the principal is silent, its mirror has lost it':          LIVES('degraded', principalSilent(partnerAt({ state: 'DISCONNECTED' }))),
  'the principal is silent, its mirror is connected to it':   LIVES('partitioned', principalSilent(partnerAt({}))),
  'the principal is silent, its session is suspended':        LIVES('degraded', principalSilent(partnerAt({ state: 'SUSPENDED' }))),
  'the partner took the role by quorum':                      LIVES('alive', principalSilent(partnerAt(TAKEN_OVER, 'ONLINE'), VOTES_FOR_PARTNER)),
  'mgc is SUSPECT on a live host':                            LIVES('degraded', damaged('SUSPECT')),
  'mgc is RECOVERY_PENDING on a live host':                   LIVES('degraded', damaged('RECOVERY_PENDING')),
  'mgc is in EMERGENCY on a live host':                       LIVES('degraded', damaged('EMERGENCY')),
  'mgc is OFFLINE, nobody knows why':                         LIVES('degraded', damaged('OFFLINE')),
  'mgc is OFFLINE after a backup to another folder':          LIVES('degraded', damaged('OFFLINE', fullTo('\\\\fs-par\\quarantine-of-others\\mgc.bak'))),
  'mgc is OFFLINE by a fence':                                LIVES('alive', damaged('OFFLINE', fullTo('\\\\fs-par\\quarantine\\mgc.bak'))),
  'only the witness of home answers':                         LIVES('degraded', withInstances(world.homeLost(), { [PAR_W]: witnessAt('SQL-PAR-1', 'SQL-PAR-2', 1) })),
  'the principal refuses the login':                          LIVES('alive', withInstances(world.homeLost(), { [PAR_1]: world.notSeen(PAR_1, 600_000, 'PCO_LOGIN_FAILED') })),
  'the witness refuses the login':                            LIVES('degraded', withInstances(world.homeLost(), { [PAR_W]: world.notSeen(PAR_W, 600_000, 'PCO_LOGIN_FAILED') })),
  'only a chat server answers':                               LIVES('partitioned', world.homeLost(homeServers(world.seen(world.chatServer(), 'shell')))),
  'home wrote a log backup within the silence':               LIVES('partitioned', world.homeLost(shareWith(1))),
  'the mirror of home wrote one within the silence':          LIVES('partitioned', world.homeLost(shareWith(1, { serverName: 'SQL-PAR-2' }))),
  'a named instance of home wrote one within the silence':    LIVES('partitioned', world.homeLost(shareWith(1, { serverName: 'SQL-PAR-1\\CHAT' }))),
  'the share showed such a file before it fell silent':       LIVES('partitioned', world.homeLost(shareSilent(1))),
  'a server of home beats in the copy of lyon':               LIVES('partitioned', beatIn(3_000)),
  'lyon wrote the newest log backup':                         SILENT(world.homeLost(shareWith(1, { serverName: 'SQL-LYO-1' }))),
  'home wrote its last log backup before the silence':        SILENT(world.homeLost(shareWith(30))),
  'home has written nothing for two intervals of its job':    SILENT(lostSince(7_200_000, shareWith(40))),
  'the share fell silent with an old listing':                SILENT(world.homeLost(shareSilent(30))),
  'a restored heartbeat is as old as the silence':            SILENT(beatIn(600_000)),
  'a heartbeat may be a matter of clocks':                    SILENT(beatIn(3_000, 200_000)),
  'all of home is silent for ten minutes':                    SILENT(world.homeLost()),
  'all of home is silent for as long as the policy asks':     SILENT(lostSince(30_000)),
  'all of home is silent for a moment less':                  UNSURE(lostSince(29_999)),
  'a log backup within the silence cannot be read':           UNSURE(world.homeLost(shareUnread(1))),
  'a log backup that cannot be read is older':                SILENT(world.homeLost(shareUnread(30))),
  'one instance was asked once':                              UNSURE(withInstances(world.homeLost(), { [PAR_1]: askedOnce(PAR_1) })),
  'one instance was not asked':                               UNSURE(withInstances(world.homeLost(), { [PAR_1]: world.notSeen(PAR_1, 600_000, 'PCO_SETTINGS_INVALID') })),
  'one chat server was asked once':                           UNSURE(world.homeLost(homeServers(askedOnce('shell')))),
  'one chat server was never asked':                          UNSURE(world.homeLost({ chatServers: withoutFirstServer() })),
  'the shell answers for a chat server that says nothing':    UNSURE(world.homeLost(homeServers(world.seen(world.chatServer({ localPoolState: 'unknown', chatService: 'unknown' }), 'shell')))),
  'an instance of lyon is silent, too':                       UNSURE(withInstances(world.homeLost(), { 'sql-lyo-w.contoso.com': world.notSeen('sql-lyo-w') })),
  'the management shell is silent, too':                      UNSURE(world.homeLost({ poolState: world.notSeen('shell') })),
};
