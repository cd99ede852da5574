import { describe, expect, test } from 'vitest';
import { parseFault } from '../../../src/simulator/estate/fault-grammar.ts';
import { folderReach } from '../../../src/simulator/estate/links.ts';
import { BACKUP, BACKUP_MIRROR, COPY, DrivenEstate, HOME, HOME_MIRROR, SHARE } from './driven-estate.ts';

describe('fault commands', () => {
  test.each([
    ['', 'no such fault'],
    ['explode site home', 'no such fault'],
    ['down site mars', 'home or backup'],
    ['cut link home', 'two different ends'],
    ['cut link home-home', 'two different ends'],
    ['skew instance sql-par-1', 'milliseconds'],
    ['down instance', 'name is missing'],
  ])('"%s" is refused and the grammar is shown', (command, reason) => {
    const fault = parseFault(command);
    expect(fault).toMatchObject({ kind: 'unknown' });
    expect(fault.kind === 'unknown' ? fault.problem : '').toContain(reason);
    expect(fault.kind === 'unknown' ? fault.problem : '').toContain('rebuild site home');
  });

  test('a link has one name whichever end comes first', () => {
    expect(parseFault('cut link share-DAEMON')).toEqual(parseFault('cut link daemon-share'));
  });

  test('an unknown instance is refused by name', () => {
    expect(() => new DrivenEstate().fault('down instance sql-rom-1')).toThrow(/sql-par-1/);
  });
});

describe('a connection', () => {
  const answered = (estate: DrivenEstate, connection: string): boolean =>
    estate.tokensOf(connection).some(({ kind }) => kind === 'end');

  test('over a cut link hears nothing; a person beside the daemon is not cut off', () => {
    const estate = new DrivenEstate();
    const daemon = estate.open(HOME, 'daemon');
    const person = estate.open(HOME, 'operator');
    estate.fault('cut link daemon-home');
    for (const connection of [daemon, person]) estate.send(HOME, connection, 'SELECT 1');
    expect([answered(estate, daemon), answered(estate, person)]).toEqual([false, true]);
    estate.fault('heal link daemon-home');
    expect(estate.outputs.some((output) => output.kind === 'drop' && output.connection === daemon)).toBe(
      true,
    );
  });

  test('to a hung instance is answered when it is up again', () => {
    const estate = new DrivenEstate();
    const connection = estate.open(HOME);
    estate.fault('hung instance sql-par-1');
    estate.send(HOME, connection, 'SELECT 1');
    estate.minutes(0.1);
    expect(answered(estate, connection)).toBe(false);
    estate.fault('up instance sql-par-1');
    expect(answered(estate, connection)).toBe(true);
  });

  test('to a slow instance is answered late', () => {
    const estate = new DrivenEstate();
    const connection = estate.open(HOME);
    estate.fault('slow instance sql-par-1 30000');
    estate.send(HOME, connection, 'SELECT 1');
    estate.minutes(0.4);
    expect(answered(estate, connection)).toBe(false);
    estate.minutes(0.2);
    expect(answered(estate, connection)).toBe(true);
  });

  test('to a stopped instance is reset, to one without power there is silence', () => {
    const estate = new DrivenEstate();
    estate.fault('down instance sql-par-1');
    const refused = estate.open(HOME);
    expect(estate.outputs).toContainEqual({
      kind: 'drop',
      instance: HOME,
      connection: refused,
      how: 'reset',
    });
    estate.fault('down site backup');
    const silent = estate.open(BACKUP);
    expect(estate.outputs.some((output) => 'connection' in output && output.connection === silent)).toBe(
      false,
    );
  });
});

describe('folders', () => {
  const reach = (estate: DrivenEstate, viewer: 'daemon' | 'home' | 'backup', folder: string): number =>
    folderReach(estate.state, viewer, folder)?.osError ?? 0;

  test('the share dies with its site', () => {
    const estate = new DrivenEstate({ shareSite: 'home' });
    expect(reach(estate, 'backup', SHARE)).toBe(0);
    estate.fault('down site home');
    expect([reach(estate, 'daemon', SHARE), reach(estate, 'backup', SHARE)]).toEqual([53, 53]);
    expect(reach(estate, 'daemon', COPY)).toBe(0);
  });

  test('a cut between the sites hides the share from the far one only', () => {
    const estate = new DrivenEstate();
    estate.fault('cut link home-backup');
    expect(['daemon', 'home', 'backup'].map((viewer) => reach(estate, viewer as 'daemon', SHARE))).toEqual([
      0, 53, 0,
    ]);
  });

  test('a local folder belongs to its site', () => {
    const estate = new DrivenEstate();
    expect([reach(estate, 'home', COPY), reach(estate, 'backup', COPY)]).toEqual([3, 0]);
    expect(reach(estate, 'backup', 'E:\\nowhere')).toBe(3);
  });

  test('BACKUP and LSBackup to a dead share fail with OS error 53', () => {
    const estate = new DrivenEstate();
    estate.fault('down share');
    expect(estate.sql(HOME, `BACKUP LOG mgc TO DISK = N'${SHARE}\\x.trn'`).numbers).toEqual([3201, 3013]);
    estate.minutes(16);
    const msdb = estate.msdb(HOME);
    const job = msdb.jobs.find(({ name }) => name === 'LSBackup_mgc');
    expect(msdb.jobHistory.findLast((row) => row.job_id === job?.id)).toMatchObject({ run_status: 0 });
    expect(msdb.errorDetail.some(({ message }) => message.includes('error 53'))).toBe(true);
  });

  test('a full share refuses BACKUP and LSBackup, and can be read', () => {
    const estate = new DrivenEstate();
    estate.minutes(16);
    // What a refused one has begun stays there, as `.wrk` where the job wrote it.
    const shipped = () => estate.files(SHARE).filter((name) => /^mgc_\d+\.trn$/.test(name));
    const before = shipped();
    expect(before.length).toBeGreaterThan(0);
    estate.fault('fill share');
    const refused = estate.sql(HOME, `BACKUP LOG mgc TO DISK = N'${SHARE}\\x.trn'`);
    expect(refused.numbers).toEqual([3202, 3013]);
    expect(reach(estate, 'daemon', SHARE)).toBe(0);
    estate.minutes(31);
    expect(shipped()).toEqual(before);
    const job = estate.msdb(HOME).jobs.find(({ name }) => name === 'LSBackup_mgc');
    const last = () => estate.msdb(HOME).jobHistory.findLast((row) => row.job_id === job?.id);
    expect(last()).toMatchObject({ run_status: 0 });
    estate.fault('free share');
    estate.minutes(16);
    expect(last()).toMatchObject({ run_status: 1 });
    expect(shipped().length).toBeGreaterThan(before.length);
  });
});

describe('mirroring at home', () => {
  test('fails over by itself when the principal goes down, and chat follows', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    estate.fault('down instance sql-par-1');
    estate.minutes(2);
    expect(estate.database(HOME_MIRROR)).toMatchObject({ state: 'ONLINE', mirroring: { role: 'PRINCIPAL' } });
    expect(estate.connected()).toHaveLength(4);
    expect(estate.post()).toBe(true);
    estate.minutes(16);
    expect(estate.files(SHARE).length).toBeGreaterThan(0);
  });

  test('a message is acknowledged only when the synchronised mirror has it too', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    expect(estate.post()).toBe(true);
    const [first] = [estate.account()];
    expect(first.lost).toEqual([]);
    estate.fault('down instance sql-par-1');
    estate.minutes(2);
    expect(estate.account()).toMatchObject({ kept: 1, serving: HOME_MIRROR });
  });
});

describe('skew and the shell', () => {
  test('a skewed clock shows in the instance and in its backup file names', () => {
    const estate = new DrivenEstate();
    estate.fault('skew instance sql-par-1 3600000');
    estate.minutes(31);
    expect(
      estate
        .files(SHARE)
        .some((name) => name.startsWith('mgc_20261123093') || name.startsWith('mgc_20261123091')),
    ).toBe(true);
  });

  test('a hung shell does what it was told and never says so', () => {
    const estate = new DrivenEstate();
    estate.input({
      kind: 'cmdlet',
      id: 'lost',
      cmdlet: 'Set-CsPersistentChatState',
      parameters: { PoolState: 'FailedOver' },
      computer: undefined,
    });
    estate.fault('hung shell');
    estate.minutes(1);
    expect(estate.state.cms.poolState).toBe('FailedOver');
    expect(estate.outputs.some((output) => output.kind === 'cmdlet-answer')).toBe(false);
  });

  test('a shell that is down says so at once', () => {
    const estate = new DrivenEstate();
    estate.fault('down shell');
    expect(estate.cmdlet('Get-CsPool')).toMatchObject({ ok: false, category: 'OpenError' });
  });
});

describe('the seed by hand', () => {
  test('failover steps 1 to 7 move the pool and lose only what was not shipped', () => {
    const estate = new DrivenEstate();
    estate.fault('clients on');
    estate.minutes(40);
    estate.fault('down site home');
    estate.minutes(1);
    estate.sql(BACKUP, 'exec sp_delete_log_shipping_secondary_database mgc');
    for (const name of estate.files(SHARE).filter((file) => !estate.files(COPY).includes(file))) {
      const bytes = estate.folders.read(`${SHARE}\\${name}`);
      if (bytes instanceof Uint8Array) estate.folders.write(`${COPY}\\${name}`, bytes, estate.nowMs);
    }
    for (const name of estate.files(COPY)) {
      const { numbers } = estate.sql(
        BACKUP,
        `RESTORE LOG mgc FROM DISK = N'${COPY}\\${name}' WITH NORECOVERY`,
      );
      expect(numbers.filter((number) => ![4326, 3013].includes(number))).toEqual([]);
    }
    expect(estate.sql(BACKUP, 'restore database mgc with recovery').numbers).toEqual([]);
    expect(
      estate.cmdlet('Set-CsPersistentChatState', {
        Identity: 'service:pchat.contoso.com',
        PoolState: 'FailedOver',
      }).ok,
    ).toBe(true);
    const installed = estate.cmdlet('Install-CsMirrorDatabase', {
      DatabaseType: 'PersistentChat',
      SqlServerFqdn: BACKUP,
      FileShare: '\\\\fs01\\mgc-mirroring',
      DropExistingDatabasesOnMirror: true,
      Confirm: false,
    });
    expect(installed).toMatchObject({ ok: true });
    expect(estate.database(BACKUP_MIRROR)).toMatchObject({
      state: 'RESTORING',
      mirroring: { role: 'MIRROR', state: 'SYNCHRONIZED', witnessConnected: true },
    });
    const lyon = estate.state.options.sites.backup.chatServers;
    estate.cmdlet('Set-CsPersistentChatActiveServer', { ActiveServers: { replace: lyon } });
    estate.minutes(2);
    expect(estate.connected()).toEqual(lyon);
    const account = estate.account();
    expect(account).toMatchObject({ serving: BACKUP, writableAtTwoSitesMs: 0 });
    // Home's last backup was ten minutes before it died: 4 clients, two messages a minute each.
    expect(account.lost.length).toBeGreaterThan(0);
    expect(account.lost.length).toBeLessThan(15 * 8);
    expect(account.kept).toBe(account.acknowledged - account.lost.length);
    expect(account.counts).toMatchObject({ [`recovered@${BACKUP}/mgc`]: 1, 'Install-CsMirrorDatabase': 1 });
  });
});

describe('a share at home', () => {
  const files = (estate: DrivenEstate): number => estate.folders.list(SHARE).length;

  test('dies with home, and is empty when the site is rebuilt', () => {
    const estate = new DrivenEstate({ shareSite: 'home' });
    estate.minutes(40);
    expect(files(estate)).toBeGreaterThan(0);
    estate.fault('down site home');
    expect(folderReach(estate.state, 'daemon', SHARE)).toEqual({ osError: 53 });
    estate.fault('rebuild site home');
    expect(folderReach(estate.state, 'daemon', SHARE)).toBeUndefined();
    expect(files(estate)).toBe(0);
  });

  test('comes back with its files when the site returns', () => {
    const estate = new DrivenEstate({ shareSite: 'home' });
    estate.minutes(40);
    const before = files(estate);
    estate.fault('down site home');
    estate.fault('return site home');
    expect(files(estate)).toBeGreaterThanOrEqual(before);
  });

  test('leaves a site that has a mirroring share of its own able to make a mirror', () => {
    const estate = new DrivenEstate({ shareSite: 'home' });
    const own = estate.state.options.sites.backup.mirroringShare ?? '';
    estate.fault('down site home');
    expect(folderReach(estate.state, 'backup', own)).toBeUndefined();
    expect(folderReach(estate.state, 'backup', estate.state.options.mirroringShare)).toEqual({ osError: 53 });
  });
});
