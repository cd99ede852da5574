/** Doctor in front of a real estate: a clean one is ok, and of what is planted every fault is named once, with what mends it. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { examine, register, type PoolFindings } from '../../src/cli/command-doctor.ts';
import { openPlayground, type Playground } from '../../src/cli/estate-story/playground.ts';
import { composePorts } from '../../src/daemon/compose-ports.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { createLogger } from '../../src/daemon/logger.ts';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { DEFAULT_ESTATE, type EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import type { InstanceName } from '../../src/topology/pool-topology.ts';
import { pchat } from '../support/pchat.ts';

const TIMEOUT = { timeout: 120_000 };
const SHARE = '\\\\fs01\\mgc-logs';
/** Agent runs the log shipping jobs a few seconds later, and then not again for minutes of the wall. */
const JUST_BEFORE_A_LOG_BACKUP = 89.9;
const JOBS_LIMIT_MS = 60_000;

type Document = Record<string, unknown>;
interface SettingsFile extends Document {
  readonly instances: Record<string, Document>;
  pathMap: { readonly sqlServer: string }[];
}

class Site {
  readonly playground: Playground;
  readonly clock: Clock;

  private constructor(playground: Playground) {
    this.playground = playground;
    // The estate's time is not that of the wall.
    this.clock = { ...hostClock, now: () => playground.estate.now() };
  }

  /** Every log shipping job has run once. */
  static async open(seed: string, overrides: EstateOverrides = {}): Promise<Site> {
    const { backupEveryMinutes, copyEveryMinutes, restoreEveryMinutes } = DEFAULT_ESTATE;
    const playground = await openPlayground({
      directory: mkdtempSync(path.join(os.tmpdir(), 'pchat-doctor-')),
      factor: 5,
      seed,
      shareSite: 'backup',
      nowMs: hostClock.now(),
      startMinute: JUST_BEFORE_A_LOG_BACKUP,
      document: { mode: 'observe' },
      overrides: { backupEveryMinutes, copyEveryMinutes, restoreEveryMinutes, ...overrides },
    });
    const site = new Site(playground);
    // A busy machine is no slow site.
    site.editSettings((settings) => {
      settings['deadlines'] = {
        connect: '10s',
        instance: '10s',
        folder: '10s',
        shell: '10s',
        chatServer: '10s',
      };
    });
    await site.#jobsRun();
    return site;
  }

  async #jobsRun(): Promise<void> {
    const endMs = hostClock.monotonicMs() + JOBS_LIMIT_MS;
    while (!this.#jobsHaveRun()) {
      if (hostClock.monotonicMs() > endMs) throw new Error('the log shipping jobs did not run');
      await hostClock.sleep(20, new AbortController().signal);
    }
  }

  #jobsHaveRun(): boolean {
    const { estate } = this.playground;
    const listing = estate.files.list(SHARE);
    const hosts = Object.values(estate.state().hosts);
    const histories = hosts.flatMap(({ msdb }) => msdb.jobHistory.filter(({ step_id: step }) => step === 0));
    return (
      !('osError' in listing) && listing.some(({ name }) => name.endsWith('.trn')) && histories.length >= 4
    );
  }

  /** Of every login of the estate. */
  get password(): string {
    return readFileSync(this.playground.estate.passwordFile, 'utf8').trim();
  }

  editSettings(change: (settings: SettingsFile) => void): void {
    const { settingsFile } = this.playground.documents;
    const settings = parse(readFileSync(settingsFile, 'utf8')) as SettingsFile;
    change(settings);
    writeFileSync(settingsFile, stringify(settings));
  }

  editDesired(find: string | RegExp, put: string): void {
    const { desiredFile } = this.playground.documents;
    const text = readFileSync(desiredFile, 'utf8');
    expect(text).toMatch(find);
    writeFileSync(desiredFile, text.replace(find, put));
  }

  /** As a person at the instance. */
  async sql(instance: string, text: string): Promise<void> {
    const { settingsFile } = this.playground.documents;
    const host = composePorts(
      parseSettings(readFileSync(settingsFile, 'utf8'), settingsFile),
      createLogger('error'),
    );
    try {
      const { signal } = new AbortController();
      await using connection = await host.ports.sql.open(instance as InstanceName, signal);
      const statement = { name: 'by-hand', text, parameters: {}, mode: 'batch' as const };
      expect((await connection.run(statement, { signal, deadlineMs: 10_000 })).errors).toEqual([]);
    } finally {
      await host.close();
    }
  }

  async examined(): Promise<PoolFindings> {
    const { settingsFile } = this.playground.documents;
    const [only, ...more] = await examine({ settings: settingsFile, output: 'json' }, this.clock);
    expect(more).toEqual([]);
    if (only === undefined) throw new Error('doctor said nothing');
    return only;
  }

  async close(): Promise<void> {
    await this.playground.stop();
    rmSync(this.playground.directory, { recursive: true, force: true });
  }
}

interface Planted {
  readonly fault: string;
  readonly plant: (site: Site) => void | Promise<void>;
  readonly check: string;
  readonly party: string;
  /** Where, and the command. */
  readonly mend: RegExp;
}

const PAR_1 = 'sql-par-1.contoso.com';
const PAR_2 = 'sql-par-2.contoso.com';
const PAR_W = 'sql-par-w.contoso.com';
const LYO_1 = 'sql-lyo-1.contoso.com';
const LYO_2 = 'sql-lyo-2.contoso.com';
const LYO_W = 'sql-lyo-w.contoso.com';

const fault =
  (command: string): Planted['plant'] =>
  (site) =>
    site.playground.estate.fault(command);
const setting =
  (instance: string, values: Document): Planted['plant'] =>
  (site) =>
    site.editSettings(({ instances }) => Object.assign(instances[instance] ?? {}, values));

/** What is typed at an instance comes first: some of the others close the way to it. */
const FIFTEEN: readonly Planted[] = [
  {
    fault: 'an endpoint is stopped',
    plant: (site) => site.sql(LYO_1, 'ALTER ENDPOINT [Mirroring] STATE = STOPPED;'),
    check: 'mirroring-endpoint',
    party: LYO_1,
    mend: /^sql-lyo-1\.contoso\.com: ALTER ENDPOINT \[Mirroring\] STATE = STARTED;$/,
  },
  {
    fault: 'LSRestore is disabled',
    plant: (site) =>
      site.sql(
        LYO_1,
        'DECLARE @j uniqueidentifier = (SELECT s.restore_job_id FROM msdb.dbo.log_shipping_secondary AS s); EXEC msdb.dbo.sp_update_job @job_id = @j, @enabled = 0;',
      ),
    check: 'shipping-jobs',
    party: LYO_1,
    mend: /^sql-lyo-1\.contoso\.com: EXEC msdb\.dbo\.sp_update_job @job_id = '[0-9A-F-]{36}', @enabled = 1;$/,
  },
  {
    fault: 'mirroring is suspended',
    plant: (site) => site.sql(PAR_1, 'ALTER DATABASE [mgc] SET PARTNER SUSPEND;'),
    check: 'mirror-healthy',
    party: PAR_1,
    mend: /^sql-par-1\.contoso\.com: ALTER DATABASE \[mgc\] SET PARTNER RESUME;$/,
  },
  {
    fault: 'Agent is stopped',
    plant: fault('stop agent sql-par-1'),
    check: 'agent-running',
    party: PAR_1,
    mend: /^sql-par-1\.contoso\.com: Start-Service SQLSERVERAGENT$/,
  },
  {
    fault: 'a clock is 90 s fast',
    plant: fault('skew instance sql-par-2 90000'),
    check: 'clock-skew',
    party: PAR_2,
    mend: /^sql-par-2\.contoso\.com: w32tm \/resync$/,
  },
  {
    fault: 'an instance is down',
    plant: fault('down instance sql-par-w'),
    check: 'instance-reach',
    party: PAR_W,
    mend: /^this computer: Test-NetConnection sql-par-w\.contoso\.com -Port \d+$/,
  },
  {
    fault: 'Central Management is read-only',
    plant: fault('cms read-only'),
    check: 'central-management',
    party: 'management shell',
    mend: /^Management Shell: Invoke-CsManagementServerFailover$/,
  },
  {
    fault: 'the backup site cannot reach the share',
    plant: fault('cut link backup-share'),
    check: 'log-backup-readable',
    party: LYO_1,
    mend: /^the file server: icacls "\\\\fs01\\mgc-logs" \/grant "CONTOSO\\sqlsvc:\(OI\)\(CI\)RX"$/,
  },
  {
    fault: 'a password is in no variable',
    plant: setting(LYO_W, { password: { env: 'PCHAT_DOCTOR_TEST_UNSET' } }),
    check: 'references',
    party: LYO_W,
    mend: /^this computer: export PCHAT_DOCTOR_TEST_UNSET=\.\.\.$/,
  },
  {
    fault: 'a certificate is for another name',
    plant: setting(LYO_2, { serverName: 'sql-other.contoso.com' }),
    check: 'instance-tls',
    party: LYO_2,
    mend: /^settings: instances: \{"sql-lyo-2\.contoso\.com": \{serverName: NAME-IN-ITS-CERTIFICATE\}\}$/,
  },
  {
    fault: 'a folder is not in the path map',
    plant: (site) =>
      site.editSettings((settings) => {
        settings.pathMap = settings.pathMap.filter(({ sqlServer }) => !sqlServer.endsWith('paris'));
      }),
    check: 'path-map',
    party: 'D:\\Quarantine\\paris',
    mend: /^settings: pathMap: \[\{sqlServer: "D:\\\\Quarantine\\\\paris", local: FOLDER-OF-THIS-COMPUTER\}\]$/,
  },
  {
    fault: 'a copy interval is declared otherwise',
    plant: (site) => site.editDesired('copyEvery: 15m', 'copyEvery: 20m'),
    check: 'job-schedules',
    party: LYO_1,
    mend: /^desired state: logShipping: \{copyEvery: 15m\}$/,
  },
  {
    fault: 'a threshold is shorter than its interval',
    plant: (site) => site.editDesired(/( +)(restoreEvery: 15m)/, '$1$2\n$1restoreThreshold: 10m'),
    check: 'shipping-thresholds',
    party: 'desired state',
    mend: /^desired state: logShipping: \{restoreThreshold: 45m\}$/,
  },
  {
    fault: 'a server is declared that the topology does not have',
    plant: (site) => site.editDesired('chat-par-4', 'chat-par-9'),
    check: 'pool-published',
    party: 'pool contoso-chat',
    mend: /^this computer: pchat adopt --pool-fqdn pchat\.contoso\.com --out adopted\.yaml$/,
  },
  {
    fault: "the journal's folder is open to everybody",
    plant: ({ playground }) => {
      mkdirSync(playground.documents.journalDirectory, { recursive: true });
      chmodSync(playground.documents.journalDirectory, 0o777);
    },
    check: 'journal-directory',
    party: 'daemon',
    mend: /^this computer: chmod 700 '.*\/state'$/,
  },
];

/** What the first ones would hide. */
const MORE: readonly Planted[] = [
  {
    fault: 'the database is not mirrored',
    plant: (site) => site.sql(PAR_1, 'ALTER DATABASE [mgc] SET PARTNER OFF;'),
    check: 'mirror-healthy',
    party: PAR_1,
    mend: /^Management Shell: Install-CsMirrorDatabase -DatabaseType PersistentChat -SqlServerFqdn 'sql-par-1\.contoso\.com' -FileShare '\\\\fs01\\mgc-mirroring'$/,
  },
  {
    fault: 'the recovery model is SIMPLE',
    plant: (site) => site.sql(PAR_1, 'ALTER DATABASE [mgc] SET RECOVERY SIMPLE;'),
    check: 'recovery-model',
    party: PAR_1,
    mend: /^sql-par-1\.contoso\.com: ALTER DATABASE \[mgc\] SET RECOVERY FULL;$/,
  },
  {
    fault: 'a mirror is of another version',
    plant: () => undefined,
    check: 'version-pair',
    party: LYO_2,
    mend: /^sql-lyo-2\.contoso\.com: setup\.exe \/Action=Upgrade$/,
  },
  {
    fault: 'this computer cannot reach the share',
    plant: fault('cut link daemon-share'),
    check: 'folder-reachable',
    party: SHARE,
    mend: /^this computer: mount -t cifs '\/\/fs01\/mgc-logs' '.*fs01-mgc-logs'$/,
  },
  {
    fault: 'the management shell is down',
    plant: fault('down shell'),
    check: 'shell',
    party: 'management shell',
    mend: /^this computer: pchat observe$/,
  },
  {
    fault: 'a login lacks one right',
    plant: async (site) => {
      const password = site.password;
      await site.sql(
        PAR_W,
        `CREATE LOGIN [weak] WITH PASSWORD = N'${password}'; GRANT VIEW ANY DEFINITION TO [weak];`,
      );
      await setting(PAR_W, { user: 'weak' })(site);
    },
    check: 'rights',
    party: PAR_W,
    mend: /^sql-par-w\.contoso\.com: USE \[master\]; GRANT VIEW SERVER STATE TO \[weak\];$/,
  },
  {
    fault: 'the login is nobody',
    plant: setting(LYO_W, { user: 'nobody' }),
    check: 'instance-login',
    party: LYO_W,
    mend: /^settings: instances: \{"sql-lyo-w\.contoso\.com": \{user: LOGIN, password: \{file: FILE\}\}\}$/,
  },
];

const isTrouble = ({ level }: Finding): boolean => level === 'error' || level === 'warning';
const placeOf = ({ check, party }: { readonly check: string; readonly party: string }): string =>
  `${check} of ${party}`;

function expectNamed(findings: readonly Finding[], planted: readonly Planted[]): void {
  const trouble = findings.filter(isTrouble);
  expect(trouble.map(placeOf).sort()).toEqual(planted.map(placeOf).sort());
  for (const { mend, ...wanted } of planted) {
    const found = trouble.find((finding) => placeOf(finding) === placeOf(wanted));
    expect(`${found?.mend?.on ?? ''}: ${found?.mend?.command ?? ''}`, wanted.fault).toMatch(mend);
  }
}

const unknownParties = (findings: readonly Finding[]): readonly string[] =>
  [...new Set(findings.filter(({ level }) => level === 'unknown').map(({ party }) => party))].sort();

describe('pchat doctor', TIMEOUT, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open('doctor');
  }, TIMEOUT.timeout);
  afterAll(() => site.close());
  afterEach(() => {
    process.exitCode = undefined;
  });

  test('says ok of every check on a clean estate and ends with 0', async () => {
    const { pool, level, findings } = await site.examined();
    expect([pool, level, findings.filter((finding) => finding.level !== 'ok')]).toEqual([
      'contoso-chat',
      'ok',
      [],
    ]);
    const program = new Command('pchat').exitOverride();
    register(program, site.clock);
    const args = ['doctor', '--only', 'version,clock-skew', '-s', site.playground.documents.settingsFile];
    await program.parseAsync(args, { from: 'user' });
    expect(process.exitCode).toBe(0);
  });

  test('names fifteen faults planted at once, each with what mends it, and nothing else', async () => {
    expect(FIFTEEN).toHaveLength(15);
    for (const { plant } of FIFTEEN) await plant(site);
    const { level, findings } = await site.examined();
    expectNamed(findings, FIFTEEN);
    expect(level).toBe('error');
    // The silent instances, what hangs on them, and the folder that has no place here.
    expect(unknownParties(findings)).toEqual(['D:\\Quarantine\\paris', LYO_2, LYO_W, PAR_1, PAR_W].sort());
  });

  test('ends with 2 in a process of its own and prints the findings as JSON', async () => {
    const { settingsFile } = site.playground.documents;
    const { code, stdout, stderr } = await pchat(
      'doctor',
      '--only',
      'journal-directory',
      '-o',
      'json',
      '-s',
      settingsFile,
    );
    expect(code).toBe(2);
    const answer = JSON.parse(stdout) as { readonly level: string; readonly pools: readonly PoolFindings[] };
    expect(answer.level).toBe('error');
    expect(answer.pools[0]?.findings.map(placeOf)).toEqual(['journal-directory of daemon']);
    expect(stderr).toContain('pchat: contoso-chat: a round of observing');
  });

  test('names settings that cannot be read and asks nothing more', async () => {
    const { code, stdout } = await pchat('doctor', '-o', 'json', '-s', '/nowhere/settings.yaml');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      2,
      { pools: [{ level: 'error', findings: [{ check: 'settings', party: 'settings' }] }] },
    ]);
  });
});

test(
  'doctor names what the first faults would hide, and that files do not travel while this computer should bring them',
  TIMEOUT,
  async () => {
    const { backup } = DEFAULT_ESTATE.sites;
    const mirror = backup.mirror && { ...backup.mirror, productVersion: '12.0.6024.0' };
    const site = await Site.open('doctor-2', {
      sites: { ...DEFAULT_ESTATE.sites, backup: { ...backup, mirror } },
    });
    try {
      for (const { plant } of MORE) await plant(site);
      const { findings } = await site.examined();
      expectNamed(findings, MORE);
      expect(findings.find(({ check }) => check === 'files-travel')).toMatchObject({
        level: 'unknown',
        reason: `the settings leave it to this computer, which cannot list ${SHARE}`,
      });
    } finally {
      await site.close();
    }
  },
);
