import { describe, expect, test } from 'vitest';
import { ticksOf } from '../../../src/simulator/chat/chat-clients.ts';
import { BACKUP, DrivenEstate, HOME, SHARE } from '../estate/driven-estate.ts';

describe('chat clients', () => {
  test('stay with their server, and move when it loses its database', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    estate.post('client-1');
    const before = estate.state.chat.clients['client-1']?.server ?? '';
    estate.post('client-1');
    expect(estate.state.chat.clients['client-1']?.server).toBe(before);
    estate.cmdlet('Stop-CsWindowsService', { ComputerName: before, Name: 'RTCCHAT' });
    expect(estate.post('client-1')).toBe(true);
    expect(estate.state.chat.clients['client-1']?.server).not.toBe(before);
  });

  test('are refused while the database lets only its owners in', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    estate.sql(HOME, 'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE');
    expect(estate.post()).toBe(false);
    estate.minutes(1);
    expect(estate.connected()).toEqual([]);
    expect(estate.account()).toMatchObject({ acknowledged: 0, serving: undefined });
  });

  test('hear nothing from a hung database, and their servers keep their sessions', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    estate.fault('hung instance sql-par-1');
    expect(estate.post()).toBe(false);
    expect(estate.connected()).toHaveLength(4);
  });

  test('write chatDate as .NET ticks', () => {
    expect(ticksOf(Date.UTC(2000, 0, 1))).toBe('630822816000000000');
  });
});

describe('chat servers', () => {
  test('write a heartbeat each into the database that they use', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    const rows = estate.sql(
      HOME,
      'SELECT serverID, serverAddress FROM mgc.dbo.tblServerIdentity ORDER BY serverID',
    ).rows;
    expect(rows).toHaveLength(4);
    expect(rows[0]).toEqual([1, 'net.tcp://chat-par-1.contoso.com:8011']);
  });

  test('that are aimed at a RESTORING copy serve nobody', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    estate.cmdlet('Set-CsPersistentChatState', { PoolState: 'FailedOver' });
    estate.minutes(1);
    expect(estate.connected()).toEqual([]);
    expect(estate.post()).toBe(false);
  });

  test('show as ordinary sessions that a person can see', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    const text =
      "SELECT host_name, login_name FROM sys.dm_exec_sessions WHERE database_id = DB_ID('mgc') ORDER BY host_name";
    expect(estate.sql(HOME, text).rows.map(([host]) => host)).toEqual([
      'CHAT-PAR-1',
      'CHAT-PAR-2',
      'CHAT-PAR-3',
      'CHAT-PAR-4',
    ]);
  });
});

describe('the checker', () => {
  test('finds a message that only a backup file still holds', () => {
    const estate = new DrivenEstate({ shareSite: 'backup' });
    estate.minutes(1);
    estate.post();
    estate.minutes(14.5);
    // Backed up, then the site is lost before anybody copies the file.
    estate.fault('cut link backup-share');
    estate.minutes(1);
    estate.fault('down site home');
    estate.fault('rebuild site home');
    estate.sql(
      BACKUP,
      'exec sp_delete_log_shipping_secondary_database mgc; restore database mgc with recovery',
    );
    estate.cmdlet('Set-CsPersistentChatState', { PoolState: 'FailedOver' });
    const { lost, acknowledged, serving } = estate.account();
    expect({ acknowledged, serving }).toEqual({ acknowledged: 1, serving: BACKUP });
    expect(lost[0]).toMatchObject({
      verdict: 'elsewhere',
      copies: [],
      message: { client: 'client-0', instance: HOME },
    });
    expect(lost[0]?.files[0]).toContain(SHARE);
  });

  test('says gone when nothing holds it', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    estate.post();
    estate.fault('down site home');
    estate.fault('rebuild site home');
    expect(estate.account().lost[0]).toMatchObject({ verdict: 'gone', copies: [], files: [] });
  });

  test('integrates the time in which both sites could be written', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    estate.sql(BACKUP, 'restore database mgc with recovery');
    const before = estate.nowMs;
    estate.minutes(2);
    estate.sql(BACKUP, 'ALTER DATABASE mgc SET OFFLINE');
    const total = estate.account().writableAtTwoSitesMs;
    expect(total).toBeGreaterThanOrEqual(120_000);
    expect(total).toBeLessThanOrEqual(estate.nowMs - before + 1_000);
    estate.minutes(5);
    expect(estate.account().writableAtTwoSitesMs).toBe(total);
  });
});
