/** Healthy evidence is ok; every single difference is named by its check, with its level and what mends it, and by no other check. */
import { describe, expect, test } from 'vitest';
import { CHECK_IDS, diagnose, type CheckId } from '../../src/doctor/check-table.ts';
import type { DoctorEvidence } from '../../src/doctor/evidence.ts';
import type { Finding, Level } from '../../src/doctor/finding.ts';
import { epochJob } from '../../src/statements/epoch-guard.ts';
import type { FolderFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import {
  checkup,
  endpoint,
  evidence,
  host,
  hostWith,
  LYO_1,
  LYO_2,
  LYO_W,
  PAR_1,
  PAR_2,
  PAR_W,
  publishedPool,
  SHARE,
  value,
  withCheckup,
  withDatabase,
  withInstance,
  withSilent,
} from '../support/doctor-evidence.ts';
import { mirroring, notSeen, poolStateFacts, seen } from '../support/facts.ts';

const COPIES = 'D:\\LSCopy';
const base = evidence();
const withFacts = (facts: DoctorEvidence['facts']): DoctorEvidence => ({ ...base, facts });
const withHost = (overrides: Parameters<typeof host>[0]): DoctorEvidence => ({
  ...base,
  host: host(overrides),
});
const withShipping = (overrides: Partial<DesiredPool['topology']['logShipping']>): DoctorEvidence => {
  const { topology } = desiredPool();
  return { ...base, topology: { ...topology, logShipping: { ...topology.logShipping, ...overrides } } };
};
const ofMirror = (overrides: Parameters<typeof mirroring>[1]): DoctorEvidence =>
  withFacts(withDatabase(base.facts, PAR_1, { mirroring: mirroring('par', overrides) }));
const withShell = (poolState: DoctorEvidence['facts']['poolState']): DoctorEvidence =>
  withFacts({ ...base.facts, poolState });

function jobsOf(instance: string, overrides: object): DoctorEvidence {
  const answer = base.facts.instances[instance];
  const jobs = answer?.kind === 'value' ? answer.value.jobs : [];
  return withFacts(
    withInstance(base.facts, instance, { jobs: jobs.map((job) => ({ ...job, ...overrides })) }),
  );
}

const journal = host().journal;

/** What PAR_1 keeps for the pool. */
function withEpoch(kept: string): DoctorEvidence {
  const setup = base.setups.get(PAR_1);
  if (setup?.kind !== 'value') throw new Error('the base has a setup of PAR_1');
  const epochs = [{ job: epochJob(base.topology.name), enabled: false, kept }];
  return { ...base, setups: new Map(base.setups).set(PAR_1, value({ ...setup.value, epochs })) };
}

/** Folders that the settings do not map, as an instance lists them; `openers` read the share. */
function closedSite(
  from: DoctorEvidence,
  closed: readonly string[],
  openers: readonly string[],
): DoctorEvidence {
  const { facts } = from;
  const told = (folder: typeof facts.share, more: Partial<FolderFacts> = {}): typeof facts.share => {
    if (folder.kind !== 'value') return folder;
    const through = closed.includes(folder.value.path) ? { through: LYO_1 } : {};
    return { ...folder, value: { ...folder.value, ...through, ...more } };
  };
  const folders = host().folders.map((one) =>
    closed.includes(one.path) ? { ...one, local: null, listed: null, writable: null, freeBytes: null } : one,
  );
  const share = told(facts.share, closed.length === 0 ? {} : { restorableBy: [...openers] });
  const seenThrough = { closedFolders: [...closed], share, copyFolder: told(facts.copyFolder) };
  return { ...from, host: host({ folders }), facts: { ...facts, ...seenThrough } };
}

/** Title, evidence, check, level, party, `where: command`. */
type Row = readonly [string, DoctorEvidence, CheckId, Level, string, RegExp];

// prettier-ignore
const ROWS: readonly Row[] = [
  ['an old Node.js', withHost({ node: '22.1.0' }), 'runtime', 'error', 'daemon', /^this computer: npm ci$/],
  ['an unsafe driver', withHost({ driverProblem: 'tedious 19 is older than 20.3' }), 'runtime', 'error', 'daemon', /npm ci/],
  ['a refused file beside', withHost({ refused: ['b.yaml:1:1: expected a pool'] }), 'desired-state', 'error', 'desired state', /pchat validate/],
  ['a missing variable', withHost({ references: [{ party: 'daemon', what: 'environment variable X_Y', problem: 'it is not set' }] }), 'references', 'error', 'daemon', /export X_Y=/],
  ['a missing file with a quote in its name', withHost({ references: [{ party: 'daemon', what: "file /a'b", problem: 'ENOENT' }] }), 'references', 'error', 'daemon', /'\/a'\\''b'/],
  ['a journal on NFS', withHost({ journal: { ...journal, network: 'nfs' } }), 'journal-directory', 'error', 'daemon', /^settings: journal/],
  ['a journal that cannot be written', withHost({ journal: { ...journal, writable: false } }), 'journal-directory', 'error', 'daemon', /chown/],
  ['a journal that the group reads', withHost({ journal: { ...journal, mode: 0o750 } }), 'journal-directory', 'error', 'daemon', /chmod 700 '\/var\/lib\/pchat'/],
  ['a copy folder that is only read', { ...base, host: hostWith('copyFolder', { writable: false }) }, 'folder-writable', 'error', 'D:\\LSCopy', /setfacl/],
  ['a share that is only read', { ...base, host: hostWith('share', { writable: false }) }, 'folder-writable', 'warning', SHARE, /setfacl/],
  ['little space', { ...base, host: hostWith('share', { freeBytes: 0.5 * 1024 ** 3 }) }, 'free-space', 'warning', SHARE, /du -ah/],
  ['no space for what lies there', { ...base, host: hostWith('share', { listed: value({ bytes: 300 * 1024 ** 3 }) }) }, 'free-space', 'error', SHARE, /du -ah/],
  ['an instance that does not listen', withFacts(withSilent(base.facts, LYO_W, 'PCO_INSTANCE_UNREACHABLE')), 'instance-reach', 'error', LYO_W, /Test-NetConnection sql-lyo-w/],
  ['a certificate of an unknown authority', withFacts(withSilent(base.facts, LYO_W, 'PCO_CERTIFICATE_REFUSED', 'unable to verify the first certificate')), 'instance-tls', 'error', LYO_W, /^settings: .*caFile/],
  ['a certificate that has expired', withFacts(withSilent(base.facts, LYO_W, 'PCO_CERTIFICATE_REFUSED', 'certificate has expired')), 'instance-tls', 'error', LYO_W, /^sql-lyo-w\.contoso\.com: Get-ChildItem Cert:/],
  ['a wrong password', withFacts(withSilent(base.facts, LYO_W, 'PCO_LOGIN_FAILED', '18456 Login failed')), 'instance-login', 'error', LYO_W, /^settings: .*password/],
  ['a login that is locked out', withFacts(withSilent(base.facts, LYO_W, 'PCO_LOGIN_FAILED', '18486 locked')), 'instance-login', 'error', LYO_W, /UNLOCK/],
  ['a part that was refused', withFacts(withSilent(base.facts, LYO_W, 'PCO_SQL_ERROR', '300 VIEW SERVER STATE')), 'instance-answer', 'error', LYO_W, /pchat grants/],
  ['a slow line', withCheckup(PAR_2, { latencyMs: 700 }), 'latency', 'warning', PAR_2, /deadlines: \{instance: 4s\}/],
  ['a right that is not held', { ...base, rights: [{ instance: PAR_1, right: 'role sysadmin', held: false, without: 'nothing can be restored', grant: 'ALTER SERVER ROLE [sysadmin] ADD MEMBER [x];' }] }, 'rights', 'error', PAR_1, /ADD MEMBER \[x\];$/],
  ['an edition of its own', withCheckup(PAR_2, { edition: 'Enterprise Edition (64-bit)' }), 'edition-pair', 'error', PAR_2, /setup\.exe/],
  ['a witness of another version', withFacts(withInstance(base.facts, PAR_W, { version: '12.0.6024.0' })), 'version-pair', 'error', PAR_W, /setup\.exe/],
  ['a clock of its own', withFacts(withInstance(base.facts, PAR_2, { clockOffsetMs: -20_000 })), 'clock-skew', 'warning', PAR_2, /w32tm/],
  ['bulk-logged recovery', withFacts(withDatabase(base.facts, PAR_1, { recoveryModel: 'BULK_LOGGED' })), 'recovery-model', 'error', PAR_1, /SET RECOVERY FULL;$/],
  ['an Agent that is stopped', withFacts(withInstance(base.facts, LYO_2, { agentRunning: false })), 'agent-running', 'error', LYO_2, /Start-Service SQLSERVERAGENT/],
  ['an epoch that somebody wrote over', withEpoch('do not touch'), 'epoch', 'error', PAR_1, /^sql-par-1\.contoso\.com: EXEC msdb\.dbo\.sp_delete_job @job_name = N'pchat-operator epoch of [a-z-]+';$/],
  ['no endpoint', withCheckup(LYO_2, { endpoint: null }), 'mirroring-endpoint', 'error', LYO_2, /CREATE ENDPOINT/],
  ['an endpoint with an odd name that is disabled', withCheckup(LYO_2, { endpoint: endpoint({ name: 'a]b', state: 'DISABLED' }) }), 'mirroring-endpoint', 'error', LYO_2, /ALTER ENDPOINT \[a\]\]b\] STATE = STARTED;/],
  ['an endpoint that is for witnesses only', withCheckup(LYO_2, { endpoint: endpoint({ role: 'WITNESS' }) }), 'mirroring-endpoint', 'error', LYO_2, /ROLE = ALL/],
  ['an endpoint with another encryption', withCheckup(LYO_2, { endpoint: endpoint({ encryption: 'RC4' }) }), 'endpoint-encryption', 'error', LYO_2, /ALGORITHM AES/],
  ['a mirror that was suspended', ofMirror({ state: 'SUSPENDED' }), 'mirror-healthy', 'error', PAR_1, /SET PARTNER RESUME;$/],
  ['a mirror that is disconnected', ofMirror({ state: 'DISCONNECTED' }), 'mirror-healthy', 'error', PAR_1, /^sql-par-2\.contoso\.com: ALTER ENDPOINT \[Mirroring\] STATE = STARTED;$/],
  ['a mirror that catches up', ofMirror({ state: 'SYNCHRONIZING' }), 'mirror-healthy', 'warning', PAR_1, /doctor --only mirror-healthy/],
  ['a witness that is not set', ofMirror({ witnessAddress: null, witnessState: null }), 'witness-connected', 'error', PAR_1, /SET WITNESS = N'TCP:\/\/sql-par-w\.contoso\.com:5022';/],
  ['a witness that is not connected', ofMirror({ witnessState: 'DISCONNECTED' }), 'witness-connected', 'error', PAR_1, /^sql-par-w\.contoso\.com: ALTER ENDPOINT/],
  ['no log shipping from the mirror', withFacts(withInstance(base.facts, PAR_2, { shippingPrimary: { mgc: null } })), 'shipping-jobs', 'warning', PAR_2, /pchat plan/],
  ['a job that is disabled', jobsOf(PAR_1, { enabled: false }), 'shipping-jobs', 'error', PAR_1, /sp_update_job .*@enabled = 1;$/],
  ['a job whose last run failed', jobsOf(PAR_1, { lastRun: { status: 'failed', at: '2026-11-23T11:00:00.000Z' } }), 'job-runs', 'warning', PAR_1, /sysjobhistory/],
  ['another backup interval', withShipping({ backupEveryMinutes: 5 }), 'job-schedules', 'warning', PAR_1, /^desired state: logShipping: \{backupEvery: 15m\}$/],
  ['a backup threshold that is too short', withShipping({ backupThresholdMinutes: 10 }), 'shipping-thresholds', 'warning', 'desired state', /backupThreshold: 45m/],
  ['a log backup that cannot be read', { ...base, headerTry: { ...base.headerTry, answer: { kind: 'failed', code: 'PCO_SQL_ERROR', reason: '3201 Operating system error 5' } } }, 'log-backup-readable', 'error', LYO_1, /icacls "\\\\fs01\\mgc-logs" \/grant "CONTOSO\\svc-sql:/],
  ['log backups of another database', { ...base, headerTry: { ...base.headerTry, answer: value({ database: 'other' }) } }, 'log-backup-readable', 'error', LYO_1, /^desired state/],
  ['no module', withShell({ ...notSeen('shell', 0, 'PCO_SHELL_MODULE_MISSING'), reason: 'no module' } as DoctorEvidence['facts']['poolState']), 'shell', 'error', 'management shell', /SkypeForBusiness/],
  ['no management shell in the settings', withHost({ shellChannel: 'none' }), 'shell', 'error', 'management shell', /^settings: shell/],
  ['a cmdlet that is not permitted', { ...base, published: { kind: 'failed', code: 'PCO_CMDLET_NOT_PERMITTED', reason: 'Get-CsPool: access denied' } }, 'cmdlets', 'error', 'management shell', /Get-CsAdminRole .*"Get-CsPool\\b"/],
  ['a store that is read-only', withShell(seen(poolStateFacts({ centralManagement: 'read-only' }), 'shell')), 'central-management', 'error', 'management shell', /Invoke-CsManagementServerFailover/],
  ['a store of another name', { ...base, published: value(publishedPool({ chat: { primary: PAR_1, mirror: LYO_W, backup: LYO_1, backupMirror: undefined } })) }, 'pool-published', 'error', 'pool chat', /pchat adopt/],
  ['a pool that the topology does not have', { ...base, published: { kind: 'failed', code: 'PCO_USAGE', reason: 'no such pool' } }, 'pool-published', 'error', 'pool chat', /^desired state: poolFqdn/],
];

const troubles = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ level }) => level === 'error' || level === 'warning');

describe('diagnose', () => {
  test('says ok to everything that is healthy, and every check says something', () => {
    const rights = [{ instance: PAR_1, right: 'role sysadmin', held: true, without: '', grant: '' }];
    const references = [{ party: 'daemon', what: 'file /ca.pem', problem: null }];
    const findings = diagnose({ ...base, rights, host: host({ references }) });
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect([...new Set(findings.map(({ check }) => check))]).toEqual(CHECK_IDS);
  });

  test.each(ROWS)('names %s', (_, changed, check, level, party, mend) => {
    const [first, ...more] = troubles(diagnose(changed));
    expect([first?.check, first?.level, first?.party]).toEqual([check, level, party]);
    expect(`${first?.mend?.on ?? ''}: ${first?.mend?.command ?? ''}`).toMatch(mend);
    // The other partner of the pair says the same of the interval that is declared for both.
    expect(more.filter((finding) => finding.check !== check)).toEqual([]);
    expect(more.length).toBeLessThanOrEqual(1);
  });

  test('every check is named by some row, here or on the wire', () => {
    const onTheWire: readonly CheckId[] = ['path-map', 'folder-reachable'];
    const named: ReadonlySet<CheckId> = new Set([...ROWS.map(([, , check]) => check), ...onTheWire]);
    const elsewhere: readonly CheckId[] = ['files-travel', 'version', 'shell-role', 'chat-servers'];
    expect(CHECK_IDS.filter((id) => !named.has(id))).toEqual(
      CHECK_IDS.filter((id) => elsewhere.includes(id)),
    );
  });

  test('says whose epoch an instance keeps', () => {
    const found = diagnose(withEpoch('0000000007 pchat-1 4711 k3j'), ['epoch']).find(
      ({ party }) => party === PAR_1,
    );
    expect([found?.level, found?.reason]).toEqual(['ok', 'keeps epoch 7 of pchat-1 4711 k3j']);
  });

  test('asks only the checks that are wanted', () => {
    expect([...new Set(diagnose(base, ['version', 'runtime']).map(({ check }) => check))]).toEqual([
      'runtime',
      'version',
    ]);
  });

  test('names a version that is not supported', () => {
    const facts = withInstance(base.facts, LYO_W, { version: '10.50.6000.34' });
    const found = diagnose(withFacts(facts), ['version']).filter(({ level }) => level !== 'ok');
    expect(found).toMatchObject([{ party: LYO_W, level: 'error' }]);
  });

  test('names this computer when every instance has another time', () => {
    const facts = [PAR_1, PAR_2, PAR_W, LYO_1, LYO_2, LYO_W].reduce(
      (sum, instance) => withInstance(sum, instance, { clockOffsetMs: 60_000 }),
      base.facts,
    );
    expect(troubles(diagnose(withFacts(facts)))).toMatchObject([
      { check: 'clock-skew', party: 'daemon', reason: 'this clock is 60 s slow against the instances' },
    ]);
  });

  test('says of a remote session that its roles cannot be asked without a change', () => {
    const found = diagnose(withHost({ shellChannel: 'remoting' }), ['shell-role']);
    expect(found).toMatchObject([{ level: 'unknown', mend: { on: 'Management Shell' } }]);
  });

  test('warns of chat servers that do not answer, but not of those that the pool does not have', () => {
    const { chatServers } = base.facts;
    const silent = Object.fromEntries(
      ['chat-par-1.contoso.com', 'chat-par-9.contoso.com'].map(
        (name) => [name, notSeen(name, 0, 'PCO_COMPUTER_UNREACHABLE')] as const,
      ),
    ) as typeof chatServers;
    const found = diagnose(withFacts({ ...base.facts, chatServers: { ...chatServers, ...silent } }));
    expect(troubles(found).map(({ check, party }) => [check, party])).toEqual([
      ['chat-servers', 'chat-par-1.contoso.com'],
    ]);
  });

  test('a mapped folder that cannot be listed is one error, and which way files travel is unknown', () => {
    const failed = { kind: 'failed', code: 'PCO_SHARE_UNREADABLE', reason: 'EACCES' } as const;
    const findings = diagnose({ ...base, host: hostWith('share', { listed: failed }) });
    expect(troubles(findings)).toMatchObject([{ check: 'folder-reachable', level: 'error', party: SHARE }]);
    expect(findings.find(({ check }) => check === 'files-travel')?.level).toBe('unknown');
  });

  test.each([
    [[SHARE, COPIES], [LYO_1], base, 'sql-server'],
    [[COPIES], [LYO_1], base, 'sql-server'],
    [[SHARE], [LYO_2], base, 'copy-job'],
    [[SHARE, COPIES], [], base, 'copy-job'],
    [[], [], base, 'daemon'],
  ] as const)('with %j closed and read by %j files travel by another way', (closed, openers, from, way) => {
    const findings = diagnose(closedSite(from, closed, openers));
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(findings.find(({ check }) => check === 'files-travel')?.reason).toContain(`(${way})`);
  });

  test('a closed share that neither SQL Server nor the copy job reads is an error, with the right that mends it', () => {
    const found = diagnose(closedSite(jobsOf(LYO_1, { enabled: false }), [SHARE], []), ['files-travel']);
    expect(found).toMatchObject([{ level: 'error', mend: { on: 'the file server' } }]);
    expect(found[0]?.mend?.command).toMatch(/^icacls /);
  });

  test('a closed folder that nobody lists is named with the reason, and nothing else of it is asked', () => {
    const unseen = { ...notSeen(COPIES, 0, 'PCO_SHARE_UNREADABLE'), reason: 'it looks empty' };
    const closed = closedSite(base, [COPIES], [LYO_1]);
    const found = diagnose({
      ...closed,
      facts: { ...closed.facts, copyFolder: unseen as PoolFacts['copyFolder'] },
    });
    expect(troubles(found)).toMatchObject([{ check: 'path-map', level: 'error', party: COPIES }]);
    expect(troubles(found)[0]?.reason).toContain('it looks empty');
    expect(found.filter(({ level }) => level === 'unknown').map(({ check }) => check)).toEqual([
      'folder-reachable',
      'folder-writable',
      'free-space',
    ]);
  });

  test('of a closed site whose backup instances are silent nothing is said against the folders', () => {
    const closed = closedSite(base, [COPIES], []);
    const unseen: PoolFacts['copyFolder'] = notSeen(COPIES, 0, 'PCO_SHARE_UNREADABLE');
    const silent = [LYO_1, LYO_2].reduce(
      (facts, instance) => withSilent(facts, instance, 'PCO_INSTANCE_UNREACHABLE'),
      { ...closed.facts, copyFolder: unseen },
    );
    const found = troubles(diagnose({ ...closed, facts: silent }));
    expect(found.map(({ check, party }) => [check, party])).toEqual([
      ['instance-reach', LYO_1],
      ['instance-reach', LYO_2],
    ]);
  });

  test('what hangs on a silent partner is unknown, not wrong', () => {
    const down = withFacts(
      withSilent(ofMirror({ witnessState: 'DISCONNECTED' }).facts, PAR_W, 'PCO_INSTANCE_TIMEOUT'),
    );
    expect(troubles(diagnose(down)).map(({ check, party }) => [check, party])).toEqual([
      ['instance-reach', PAR_W],
    ]);
    const hidden = withCheckup(LYO_2, { ...checkup(), endpoint: 'unknown' });
    expect(troubles(diagnose(hidden))).toEqual([]);
  });
});
