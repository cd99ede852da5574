import { expect, test } from 'vitest';
import { createPoolObserver, type ObserverPorts } from '../../src/observers/observe-pool.ts';
import { Turns } from '../../src/observers/turns.ts';
import type { FileEntry } from '../../src/ports/backup-files.ts';
import type { CmdletRequest } from '../../src/ports/management-shell.ts';
import type { RunOptions, SqlAnswer, SqlStatement } from '../../src/ports/sql-connection.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { poolFactsSchema, type PoolFacts } from '../../src/topology/pool-facts.ts';
import type {
  InstanceName,
  PoolTopology,
  ServerFqdn,
  SiteTopology,
} from '../../src/topology/pool-topology.ts';
import { answerWith, FAMILY, FORK, SERVER, type Parts } from './answers.ts';

const site = (name: 'home' | 'backup'): SiteTopology => ({
  site: name,
  datacenter: name,
  chat: {
    primary: `${name}-1` as InstanceName,
    mirror: `${name}-2` as InstanceName,
    witness: `${name}-w` as InstanceName,
  },
  compliance: undefined,
  servers: [`chat.${name}` as ServerFqdn],
  activeServers: [],
  quarantineFolder: `\\\\${name}\\quarantine`,
});
const pool: PoolTopology = {
  name: 'lyncpc',
  poolFqdn: 'lyncpc.contoso.com',
  poolIdentity: undefined,
  chatDatabase: 'mgc',
  complianceDatabase: 'mgccomp',
  sites: { home: site('home'), backup: site('backup') },
  logShipping: {
    share: '\\\\fs\\logs',
    copyFolder: 'D:\\LSCopy',
    mirroringShare: '\\\\fs\\mirror',
    backupEveryMinutes: 15,
    copyEveryMinutes: 15,
    restoreEveryMinutes: 15,
    retentionMinutes: 4320,
    backupThresholdMinutes: 60,
    restoreThresholdMinutes: 45,
  },
};

const header = (n: number): SqlAnswer => ({
  resultSets: [
    {
      columns: ['part_header'],
      rows: [
        {
          Position: 1,
          BackupType: 2,
          ServerName: 'SQL-1',
          DatabaseName: 'mgc',
          FamilyGUID: FAMILY,
          FirstLSN: `${n}00`,
          LastLSN: `${n + 1}00`,
          CheckpointLSN: '1',
          DatabaseBackupLSN: '1',
          FirstRecoveryForkID: FORK,
          RecoveryForkID: FORK,
          ForkPointLSN: null,
          BackupStartDate: '2026-11-23T12:59:50.000Z',
          BackupFinishDate: '2026-11-23T13:00:00.000Z',
          IsCopyOnly: false,
          IsForceOffline: false,
          IsDamaged: false,
        },
      ],
    },
  ],
  infos: [],
  errors: [],
});
const broken: SqlAnswer = {
  resultSets: [],
  infos: [],
  errors: [{ number: 3203, state: 1, class: 16, message: 'Read failed' }],
};

interface Fakes {
  readonly ports: ObserverPorts;
  readonly clock: SimulatedClock;
  readonly asked: string[];
  readonly folders: Map<string, FileEntry[]>;
  readonly objects: Record<string, Record<string, unknown>[]>;
  /** Instances, folders, cmdlets and computers that never answer. */
  readonly hung: Set<string>;
  /** Give no answer either, but end when they are given up. */
  readonly mute: Set<string>;
  readonly answers: Map<string, SqlAnswer>;
}

function fakes(): Fakes {
  const clock = new SimulatedClock(Date.parse('2026-11-23T12:00:00Z'));
  const asked: string[] = [];
  const hung = new Set<string>();
  const mute = new Set<string>();
  const folders = new Map<string, FileEntry[]>();
  const answers = new Map<string, SqlAnswer>();
  const objects: Fakes['objects'] = {
    'Get-CsService': [
      {
        Identity: 'PersistentChatServer:other.contoso.com',
        PoolFqdn: 'other.contoso.com',
        ActiveServers: ['x'],
      },
      {
        Identity: 'PersistentChatServer:LyncPC.contoso.com',
        PoolFqdn: 'LyncPC.contoso.com',
        ActiveServers: ['chat.home'],
        InactiveServers: 'chat.backup',
      },
    ],
    'Get-CsPersistentChatState': [
      { Identity: 'Service:PersistentChatServer:lyncpc.contoso.com', PoolState: 'Normal' },
    ],
    'Get-CsManagementStoreReplicationStatus': [
      { ReplicaFqdn: 'chat.home', UpToDate: true, ActiveMasterFqdn: 'fe1' },
    ],
    'Get-CsWindowsService': [{ DisplayName: 'Skype for Business Server Persistent Chat', Status: 'Running' }],
  };
  const wait = async (name: string, signal: AbortSignal): Promise<void> => {
    asked.push(name);
    await clock.sleep(
      hung.has(name) || mute.has(name) ? 1e9 : 5,
      hung.has(name) ? new AbortController().signal : signal,
    );
  };
  const run =
    (instance: string) =>
    async ({ name, parameters }: SqlStatement, { signal }: RunOptions): Promise<SqlAnswer> => {
      const path = typeof parameters['path']?.value === 'string' ? parameters['path'].value : '';
      await wait(name === 'observe-instance' ? instance : `${name} ${instance} ${path}`.trim(), signal);
      if (name === 'read-header')
        return path.includes('bad') ? broken : header(Number(/\d+/.exec(path)?.[0]));
      if (name === 'read-message')
        return {
          resultSets: [
            { columns: ['part_message', 'found'], rows: [{ found: instance === 'home-1' ? '1' : '0' }] },
          ],
          infos: [],
          errors: [],
        };
      return (
        answers.get(instance) ??
        answerWith({ newest: [{ channel_id: 'c', chat_id: instance, chat_date: '639000000000000000' }] })
      );
    };
  const ports: ObserverPorts = {
    clock,
    sql: {
      observer: (instance) => ({ run: run(instance) }),
      open: (instance) =>
        Promise.resolve({ run: run(instance), [Symbol.asyncDispose]: () => Promise.resolve() }),
    },
    files: {
      reaches: () => true,
      list: async (folder, signal) => {
        await wait(folder, signal);
        return folders.get(folder) ?? [];
      },
      copy: () => Promise.reject(new Error('an observer does not copy')),
      move: () => Promise.reject(new Error('an observer does not move')),
      removeUnfinished: () => Promise.reject(new Error('an observer does not remove')),
    },
    shell: {
      invoke: async ({ cmdlet, computer }: CmdletRequest, { signal }) => {
        await wait(computer ?? cmdlet, signal);
        return { objects: objects[cmdlet] ?? [], warnings: [] };
      },
    },
  };
  return { ports, clock, asked, hung, mute, folders, objects, answers };
}

async function round(
  fake: Fakes,
  observer = createPoolObserver(fake.ports, { headersPerRound: 2 }),
): Promise<PoolFacts> {
  let facts: PoolFacts | undefined;
  let failure: unknown;
  observer.observe(pool, new AbortController().signal).then(
    (value) => (facts = value),
    (error: unknown) => (failure = error),
  );
  await fake.clock.run(() => facts !== undefined || failure !== undefined, 60_000);
  if (facts === undefined) throw new Error('no facts', { cause: failure });
  return poolFactsSchema.parse(facts);
}
const file = (name: string, minute: number): FileEntry => ({
  name,
  sizeBytes: 10,
  modifiedAt: `2026-11-23T11:${minute.toString().padStart(2, '0')}:00.000Z`,
});

test('sees every source of a healthy pool, each instance with one round trip', async () => {
  const fake = fakes();
  const facts = await round(fake);
  expect(Object.values(facts.instances).every(({ kind }) => kind === 'value')).toBe(true);
  for (const name of ['home-1', 'home-2', 'home-w', 'backup-1', 'backup-2', 'backup-w'])
    expect(fake.asked.filter((asked) => asked === name)).toHaveLength(1);
  expect(facts.poolState).toMatchObject({
    value: {
      identity: 'Service:PersistentChatServer:lyncpc.contoso.com',
      poolState: 'Normal',
      activeServers: ['chat.home'],
      inactiveServers: ['chat.backup'],
      centralManagement: 'writable',
    },
  });
  expect(facts.chatServers['chat.home']).toMatchObject({
    value: { localPoolState: 'Normal', chatService: 'Running', replicaUpToDate: true },
  });
  expect(facts.chatServers['chat.backup']).toMatchObject({ value: { replicaUpToDate: 'unknown' } });
  expect(facts.comparison).toMatchObject({ value: { homeNewestInBackup: false, backupNewestInHome: true } });
});

test('waits for nobody longer than that source may take, and says how long it has been silent', async () => {
  const fake = fakes();
  const observer = createPoolObserver(fake.ports);
  await round(fake, observer);
  for (const name of ['home-1', '\\\\fs\\logs', 'chat.home']) fake.hung.add(name);
  const before = fake.clock.monotonicMs();
  await round(fake, observer);
  const again = await round(fake, observer);
  const took = fake.clock.monotonicMs() - before;
  expect(took).toBeLessThan(2 * 5500);
  expect(again.instances['home-1']).toMatchObject({ kind: 'unknown', code: 'PCO_INSTANCE_TIMEOUT' });
  expect(
    again.instances['home-1']?.kind === 'unknown' && again.instances['home-1'].silentForMs,
  ).toBeGreaterThan(5000);
  expect(again.share.kind).toBe('unknown');
  expect([again.copyFolder.kind, again.poolState.kind, again.instances['home-2']?.kind]).toEqual([
    'value',
    'value',
    'value',
  ]);
  expect(again.chatServers['chat.home']?.kind).toBe('unknown');
});

test('a source that was silent in the round before holds up nobody, and is seen in the round after its answer', async () => {
  const fake = fakes();
  const observer = createPoolObserver(fake.ports);
  for (const name of ['home-1', '\\\\fs\\logs', 'chat.home']) fake.mute.add(name);
  await round(fake, observer);
  const before = fake.clock.monotonicMs();
  for (let looks = 0; looks < 3; looks += 1)
    expect((await round(fake, observer)).instances['home-1']).toMatchObject({
      kind: 'unknown',
      code: 'PCO_INSTANCE_TIMEOUT',
    });
  expect(fake.clock.monotonicMs() - before).toBeLessThan(3 * 700);
  fake.mute.clear();
  const returned = fake.clock.monotonicMs();
  let facts = await round(fake, observer);
  // The probe that hangs has to run out of time first; no round waits for it.
  while (facts.instances['home-1']?.kind !== 'value' || facts.share.kind !== 'value') {
    await fake.clock.run(() => false, 100);
    facts = await round(fake, observer);
    if (fake.clock.monotonicMs() > returned + 10_000) throw new Error('home-1 was not seen again');
  }
  expect(fake.clock.monotonicMs() - returned).toBeLessThan(5_500);
});

test('remembers what the share listed and what clock an instance showed last, once they are silent', async () => {
  const fake = fakes();
  const observer = createPoolObserver(fake.ports);
  fake.folders.set('\\\\fs\\logs', [file('1.trn', 1)]);
  expect((await round(fake, observer)).lastSeen).toEqual({ share: null, clocks: {} });
  for (const name of ['home-1', '\\\\fs\\logs']) fake.hung.add(name);
  const { lastSeen, observedAt } = await round(fake, observer);
  expect(lastSeen?.share?.folder.files.map(({ name }) => name)).toEqual(['1.trn']);
  expect(Date.parse(lastSeen?.share?.at ?? '')).toBeLessThan(Date.parse(observedAt));
  expect(Object.keys(lastSeen?.clocks ?? {})).toEqual(['home-1']);
});

test('a login that is refused proves life: the instance is unknown and not silent', async () => {
  const fake = fakes();
  const sql = fake.ports.sql;
  const refuse = (): Promise<never> => Promise.reject(new PoolError('PCO_LOGIN_FAILED', '18456'));
  const ports = {
    ...fake.ports,
    sql: {
      ...sql,
      observer: (name: InstanceName) => (name === 'home-1' ? { run: refuse } : sql.observer(name)),
    },
  };
  const facts = await round(fake, createPoolObserver(ports));
  const home = facts.instances['home-1'];
  expect(home).toMatchObject({ kind: 'unknown', code: 'PCO_LOGIN_FAILED' });
  expect(home?.kind === 'unknown' && home.silentForMs).toBeLessThan(100);
});

test('the zone of a silent server is learned within the round, also from an instance that answers last', async () => {
  const fake = fakes();
  const at = (server_name: string, parts: Parts = {}): SqlAnswer =>
    answerWith({ instance: [{ ...SERVER, server_name }], ...parts });
  for (const name of ['home-1', 'home-2', 'home-w']) fake.hung.add(name);
  for (const name of ['backup-2', 'backup-w']) fake.answers.set(name, at(name.toUpperCase()));
  const restored = {
    ...{ destination_database_name: 'mgc', restore_type: 'L', restore_date: '2026-11-23T12:30:00.000Z' },
    ...{ first_lsn: '100', last_lsn: '200', family_guid: FAMILY, last_recovery_fork_guid: FORK },
    ...{ backup_start_date: '2026-11-23T12:14:58.000Z', backup_finish_date: '2026-11-23T12:15:00.000Z' },
    ...{ time_zone: 4, server_name: 'SQL-1' },
  };
  fake.answers.set('backup-1', at('BACKUP-1', { restores: [restored] }));
  fake.folders.set('\\\\fs\\logs', [file('1.trn', 1)]);
  const { sql } = fake.ports;
  const late = (instance: InstanceName): ReturnType<typeof sql.observer> => ({
    run: async (statement, options) => {
      if (instance === 'backup-1') await fake.clock.sleep(200, options.signal);
      return sql.observer(instance).run(statement, options);
    },
  });
  const { share } = await round(fake, createPoolObserver({ ...fake.ports, sql: { ...sql, observer: late } }));
  const [header] = share.kind === 'value' ? share.value.files.map((one) => one.header) : [];
  expect(header).toMatchObject({ finishedAt: '2026-11-23T12:00:00.000Z' });
});

test('reads the newest headers first, a few each round, each file once, and again when it changes', async () => {
  const fake = fakes();
  fake.folders.set('\\\\fs\\logs', [
    file('1.trn', 1),
    file('2.trn', 2),
    file('3.trn', 3),
    file('4.wrk', 4),
    file('x.tuf', 5),
  ]);
  const observer = createPoolObserver(fake.ports, { headersPerRound: 2 });
  const headersOf = (facts: PoolFacts): (string | null)[] =>
    facts.share.kind === 'value' ? facts.share.value.files.map(({ headerProblem }) => headerProblem) : [];
  const first = await round(fake, observer);
  expect(headersOf(first)).toEqual(['not read yet', null, null]);
  expect(first.share).toMatchObject({ value: { unfinished: ['4.wrk'] } });
  const second = await round(fake, observer);
  expect(headersOf(second)).toEqual([null, null, null]);
  expect(second.share).toMatchObject({
    value: {
      files: [
        {
          name: '1.trn',
          header: {
            firstLsn: '100',
            lastLsn: '200',
            startedAt: '2026-11-23T11:59:50.000Z',
            finishedAt: '2026-11-23T12:00:00.000Z',
          },
        },
        {},
        {},
      ],
    },
  });
  fake.asked.length = 0;
  fake.folders.set('\\\\fs\\logs', [file('1.trn', 1), file('2.trn', 9)]);
  await round(fake, observer);
  expect(fake.asked.filter((name) => name.startsWith('read-header'))).toEqual([
    expect.stringContaining(' \\\\fs\\logs\\2.trn'),
  ]);
});

test('reads headers of the share through another instance when the backup primary is silent, those of its own folder not at all', async () => {
  const fake = fakes();
  fake.hung.add('backup-1');
  fake.folders.set('\\\\fs\\logs', [file('1.trn', 1)]);
  fake.folders.set('D:\\LSCopy', [file('1.trn', 1)]);
  const facts = await round(fake);
  expect(fake.asked.filter((name) => name.startsWith('read-header'))).toEqual([
    expect.stringContaining(' \\\\fs\\logs\\1.trn'),
  ]);
  expect(facts.copyFolder).toMatchObject({
    value: { files: [{ header: 'unknown', headerProblem: 'not read yet' }] },
  });
});

test('names the numbers of a file that no instance can read', async () => {
  const fake = fakes();
  fake.folders.set('\\\\fs\\logs', [file('bad.trn', 1)]);
  const facts = await round(fake);
  expect(facts.share).toMatchObject({
    value: { files: [{ header: 'unknown', headerProblem: '3203 Read failed' }] },
  });
});

test.each([
  ['no object of this pool', { 'Get-CsService': [] }, { kind: 'unknown', code: 'PCO_UNEXPECTED_ANSWER' }],
  ['no pool state yet', { 'Get-CsPersistentChatState': [] }, { value: { poolState: 'unknown' } }],
  [
    'a state that nobody knows',
    { 'Get-CsPersistentChatState': [{ Identity: 'service: lyncpc.contoso.com', PoolState: '1' }] },
    { value: { poolState: 'unknown' } },
  ],
  [
    'a blank master',
    { 'Get-CsManagementStoreReplicationStatus': [{ ActiveMasterFqdn: '' }] },
    { value: { centralManagement: 'read-only' } },
  ],
  [
    'no master property',
    { 'Get-CsManagementStoreReplicationStatus': [{}] },
    { value: { centralManagement: 'unknown' } },
  ],
])('takes %s for what it is', async (_what, objects, expected) => {
  const fake = fakes();
  Object.assign(fake.objects, objects);
  expect((await round(fake)).poolState).toMatchObject(expected);
});

test('does not compare copies of different databases', async () => {
  const fake = fakes();
  const recovery = [
    {
      name: 'mgc',
      family_guid: FORK,
      last_log_backup_lsn: null,
      recovery_fork_guid: FORK,
      first_recovery_fork_guid: null,
      fork_point_lsn: null,
    },
  ];
  for (const name of ['backup-1', 'backup-2']) fake.answers.set(name, answerWith({ recovery }));
  expect((await round(fake)).comparison).toMatchObject({ kind: 'unknown', code: 'PCO_IDENTITY_MISMATCH' });
});

test('rejects when the round is cancelled', async () => {
  const fake = fakes();
  fake.hung.add('home-1');
  const cancel = new AbortController();
  let code = '';
  createPoolObserver(fake.ports)
    .observe(pool, cancel.signal)
    .catch((error: unknown) => (code = error instanceof PoolError ? error.code : ''));
  fake.clock.after(10, () => cancel.abort());
  await fake.clock.run(() => code !== '', 1000);
  expect(code).toBe('PCO_CANCELLED');
});

test('two who ask before a look begins share it; who asks after it began gets the next one', async () => {
  const turns = new Turns();
  const gates = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  let begun = 0;
  const look = async (): Promise<number> => {
    const mine = begun++;
    await gates[mine]?.promise;
    return mine;
  };
  const early = [turns.take('i', 'look', look), turns.take('i', 'look', look)];
  await Promise.resolve();
  await Promise.resolve();
  const late = turns.take('i', 'look', look);
  expect(begun).toBe(1);
  gates.forEach((gate) => gate.resolve(undefined));
  expect([await Promise.all(early), await late]).toEqual([[0, 0], 1]);
});
