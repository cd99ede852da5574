import { describe, expect, test } from 'vitest';
import { decodeBackup } from '../../../src/simulator/backup-file.ts';
import { BACKUP, COPY, DrivenEstate, HOME, HOME_MIRROR, SHARE } from './driven-estate.ts';

const ACTIVE = 'Set-CsPersistentChatActiveServer';

describe('a converged estate', () => {
  test('ships logs: files on the share, in the copy folder and applied', () => {
    const estate = new DrivenEstate();
    estate.fault('clients on');
    estate.minutes(61);
    expect(estate.files(SHARE).length).toBe(4);
    expect(estate.files(COPY)).toEqual(estate.files(SHARE));
    expect(estate.state.counts[`restore-log@${BACKUP}/mgc`]).toBeGreaterThanOrEqual(3);
    expect(estate.account()).toMatchObject({ lost: [], serving: HOME, writableAtTwoSitesMs: 0 });
  });

  test('is the same for the same seed and inputs', () => {
    const run = (): string => {
      const estate = new DrivenEstate({ seed: 'same' });
      estate.fault('clients on');
      estate.minutes(20);
      return JSON.stringify(estate.state);
    };
    expect(run()).toBe(run());
  });

  test('its clocks and time zones differ per instance', () => {
    const estate = new DrivenEstate();
    const utc = (instance: string): number =>
      Date.parse(
        `${String(estate.sql(instance, 'SELECT CONVERT(varchar(30), SYSUTCDATETIME(), 126)').rows[0]?.[0])}Z`,
      );
    const zone = (instance: string): unknown =>
      estate.sql(instance, 'SELECT DATEDIFF(minute, GETUTCDATE(), GETDATE())').rows[0]?.[0];
    expect(utc(HOME_MIRROR) - estate.nowMs).toBe(1_700);
    expect(utc(BACKUP) - estate.nowMs).toBe(-2_300);
    expect([zone(HOME), zone(BACKUP)]).toEqual([60, 0]);
  });

  test('LSBackup on the mirror reports success without a file, and says 32008', () => {
    const estate = new DrivenEstate();
    estate.minutes(16);
    const msdb = estate.msdb(HOME_MIRROR);
    const job = msdb.jobs.find(({ name }) => name === 'LSBackup_mgc');
    expect(msdb.jobHistory.filter((row) => row.job_id === job?.id).map((row) => row.run_status)).toEqual([
      1, 1,
    ]);
    expect(msdb.historyDetail.some(({ message }) => message.includes('is not ONLINE'))).toBe(true);
    expect(estate.files(SHARE)).toHaveLength(1);
  });
});

describe('chat servers', () => {
  test('that are removed from the list keep their sessions and their clients until they are ended', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    expect(estate.post()).toBe(true);
    expect(estate.cmdlet(ACTIVE, { ActiveServers: null }).ok).toBe(true);
    estate.minutes(2);
    expect(estate.connected()).toHaveLength(4);
    expect(estate.post('client-0')).toBe(true);
    // A client that was never connected finds no server that takes it.
    expect(estate.post('client-1')).toBe(false);
    estate.sql(HOME, 'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE');
    estate.sql(HOME, 'ALTER DATABASE mgc SET MULTI_USER');
    estate.minutes(2);
    expect(estate.connected()).toEqual([]);
    expect(estate.post()).toBe(false);
  });

  test('that are killed come back while they are active', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    const session = estate.state.chat.servers['chat-par-1.contoso.com']?.session?.sessionId ?? 0;
    expect(estate.sql(HOME, `kill ${session}`).numbers).toEqual([]);
    expect(estate.connected()).toHaveLength(3);
    estate.minutes(1);
    expect(estate.connected()).toHaveLength(4);
  });

  test('lose their sessions when their service is stopped', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    const target = { Name: 'RTCCHAT', ComputerName: 'chat-par-2.contoso.com' };
    expect(estate.cmdlet('Stop-CsWindowsService', target).ok).toBe(true);
    expect(estate.connected()).not.toContain('chat-par-2.contoso.com');
  });

  test('learn a new pool state only when it has been replicated to them', () => {
    const estate = new DrivenEstate();
    const local = (server: string): unknown => {
      const answer = estate.cmdlet('Get-CsPersistentChatState', { LocalStore: true }, server);
      return answer.ok ? answer.objects[0]?.['PoolState'] : answer.errorId;
    };
    estate.cmdlet('Set-CsPersistentChatState', {
      PoolState: 'FailedOver',
      Identity: 'service:pchat.contoso.com',
    });
    expect(local('chat-lyo-4.contoso.com')).toBe('Normal');
    estate.minutes(1);
    expect(local('chat-lyo-4.contoso.com')).toBe('FailedOver');
    expect(estate.cmdlet('Get-CsPersistentChatState')).toMatchObject({
      objects: [{ PoolState: 'FailedOver' }],
    });
  });

  test('of a dead site cannot be asked and stay behind in replication', () => {
    const estate = new DrivenEstate();
    estate.fault('down site home');
    estate.cmdlet('Set-CsPersistentChatState', { PoolState: 'FailedOver' });
    estate.minutes(1);
    const asked = estate.cmdlet('Get-CsPersistentChatState', { LocalStore: true }, 'chat-par-1.contoso.com');
    expect(asked).toMatchObject({ ok: false, category: 'ConnectionError' });
    const status = estate.cmdlet('Get-CsManagementStoreReplicationStatus');
    const upToDate = status.ok ? status.objects.map((row) => row['UpToDate']) : [];
    expect(upToDate).toEqual([false, false, false, false, true, true, true, true]);
  });
});

describe('home comes back', () => {
  test('as it was: mgc ONLINE, chat servers on it, and LSBackup writes old-fork files', () => {
    const estate = new DrivenEstate();
    estate.fault('clients on');
    estate.minutes(31);
    estate.fault('down site home');
    estate.sql(
      BACKUP,
      'exec sp_delete_log_shipping_secondary_database mgc; restore database mgc with recovery',
    );
    const before = estate.files(SHARE);
    estate.fault('return site home');
    estate.minutes(31);
    expect(estate.database(HOME)?.state).toBe('ONLINE');
    const added = estate.files(SHARE).filter((name) => !before.includes(name));
    expect(added.length).toBeGreaterThan(0);
    const fork = estate.database(BACKUP)?.forks.at(-1)?.fork;
    for (const name of added) {
      const bytes = estate.folders.read(`${SHARE}\\${name}`);
      const decoded = bytes instanceof Uint8Array ? decodeBackup(bytes) : undefined;
      const header = decoded?.kind === 'sets' ? decoded.sets[0]?.header : undefined;
      expect(header?.serverName).toBe('SQL-PAR-1');
      expect(header?.lastForkGuid).not.toBe(fork);
    }
    expect(estate.account().writableAtTwoSitesMs).toBeGreaterThan(0);
  });

  test('rebuilt: an empty mgc of another family, no log shipping, no mirror', () => {
    const estate = new DrivenEstate();
    const family = estate.database(HOME)?.familyGuid;
    estate.fault('down site home');
    estate.minutes(1);
    estate.fault('rebuild site home');
    estate.minutes(1);
    expect(estate.database(HOME)).toMatchObject({ state: 'ONLINE', mirroring: null });
    expect(estate.database(HOME)?.familyGuid).not.toBe(family);
    expect(estate.sql(HOME, 'SELECT COUNT(*) FROM mgc.dbo.tblChat').rows).toEqual([[0]]);
    expect(estate.sql(HOME, 'SELECT * FROM msdb.dbo.log_shipping_primary_databases').rows).toEqual([]);
    expect(estate.database(HOME_MIRROR)).toBeUndefined();
  });
});

describe('a cut RESTORE', () => {
  test('leaves a RESTORING copy that neither takes logs nor recovers', () => {
    const estate = new DrivenEstate({ databaseBytes: 2 ** 32 });
    const file = `${SHARE}\\full.bak`;
    estate.sql(HOME, `BACKUP DATABASE mgc TO DISK = N'${file}' WITH INIT, CHECKSUM`);
    const connection = estate.open(BACKUP);
    estate.send(BACKUP, connection, `RESTORE DATABASE mgc FROM DISK = N'${file}' WITH REPLACE, NORECOVERY`);
    estate.minutes(0.1);
    estate.fault('cut restore sql-lyo-1');
    expect(estate.outputs.some((output) => output.kind === 'drop' && output.connection === connection)).toBe(
      true,
    );
    expect(estate.database(BACKUP)?.state).toBe('RESTORING');
    const { numbers } = estate.sql(BACKUP, 'RESTORE DATABASE mgc WITH RECOVERY');
    expect(numbers).toContain(3013);
    expect(estate.database(BACKUP)?.state).toBe('RESTORING');
  });
});

describe('Central Management', () => {
  test('refuses every change while it is read-only, and still answers questions', () => {
    const estate = new DrivenEstate();
    estate.fault('cms read-only');
    const refused = estate.cmdlet('Set-CsPersistentChatState', { PoolState: 'FailedOver' });
    expect(refused).toMatchObject({ ok: false });
    expect(refused.ok ? '' : refused.message).toContain('###50020:XDSForceReplication');
    expect(estate.cmdlet('Get-CsService', { PersistentChatServer: true }).ok).toBe(true);
    const status = estate.cmdlet('Get-CsManagementStoreReplicationStatus', {
      CentralManagementStoreStatus: true,
    });
    expect(status).toMatchObject({ objects: [{ ActiveMasterFqdn: '' }] });
    estate.fault('cms writable');
    expect(estate.cmdlet('Set-CsPersistentChatState', { PoolState: 'FailedOver' }).ok).toBe(true);
  });
});
