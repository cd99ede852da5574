import { describe, expect, test } from 'vitest';
import { BACKUP, DrivenEstate, HOME, HOME_MIRROR } from '../estate/driven-estate.ts';

const INSTALL = 'Install-CsMirrorDatabase';
const target = { DatabaseType: 'PersistentChat', SqlServerFqdn: HOME, FileShare: '\\\\fs01\\mgc-mirroring' };

const ENTRY = {
  LogName: 'Application',
  Source: 'pchat-operator',
  EventId: 1001,
  EntryType: 'Error',
  Message: 'a step keeps failing',
};

describe('a cmdlet', () => {
  test.each([
    ['Get-CsNothing', {}, 'CommandNotFoundException'],
    ['Get-CsPool', { Colour: 'red' }, 'NamedParameterNotFound'],
    ['Set-CsPersistentChatState', { PoolState: 'Sideways' }, 'CannotConvertArgumentNoMessage'],
    ['Set-CsPersistentChatActiveServer', {}, 'MissingMandatoryParameter'],
    ['Set-CsPersistentChatActiveServer', { ActiveServers: ['a'] }, 'CannotConvertArgumentNoMessage'],
    ['Get-CsDatabaseMirrorState', {}, 'MissingMandatoryParameter'],
    ['Get-CsService', { PersistentChatServer: true, PersistentChatDatabase: true }, 'AmbiguousParameterSet'],
    [
      'Set-CsPersistentChatState',
      { Identity: 'service: pchat.contoso.com', PoolState: 'Normal' },
      'ObjectNotFound',
    ],
    [
      'Set-CsPersistentChatActiveServer',
      { ActiveServers: { add: 'stranger.contoso.com' } },
      'ProcessRecordFailed',
    ],
    ['Write-EventLog', { ...ENTRY, Source: 'stranger' }, 'Log does not exist'],
    ['Write-EventLog', { ...ENTRY, EntryType: 'Loud' }, 'CannotConvertArgumentNoMessage'],
    [INSTALL, { ...target, ConfigureMirror: true, Confirm: false }, 'NamedParameterNotFound'],
    [INSTALL, target, 'InvalidOperation'],
    [INSTALL, { ...target, Confirm: false }, 'ProcessingFailed'],
  ])('%s %j is refused with %s', (name, parameters, errorId) => {
    const outcome = new DrivenEstate().cmdlet(name, parameters);
    expect(outcome).toMatchObject({ ok: false });
    expect(outcome.ok ? '' : outcome.errorId).toMatch(new RegExp(`^${errorId}`));
  });

  test.each([
    'PersistentChatServer:pchat.contoso.com',
    'service:pchat.contoso.com',
    'service:PersistentChatServer:pchat.contoso.com',
    'Service:PersistentChatServer:PCHAT.contoso.com',
  ])('Set-CsPersistentChatState takes the identity %s', (Identity) => {
    const estate = new DrivenEstate();
    expect(estate.cmdlet('Set-CsPersistentChatState', { Identity, PoolState: 'FailedOver' }).ok).toBe(true);
    expect(estate.state.cms.poolState).toBe('FailedOver');
  });

  test('parameter names compare without case', () => {
    expect(new DrivenEstate().cmdlet('get-csservice', { persistentchatserver: true }).ok).toBe(true);
  });
});

describe('the active list', () => {
  test.each([
    [{ replace: ['chat-lyo-1.contoso.com'] }, ['chat-lyo-1.contoso.com']],
    [{ replace: [] }, [1, 2, 3, 4].map((number) => `chat-par-${String(number)}.contoso.com`)],
    [null, []],
    [
      { remove: ['chat-par-1.contoso.com', 'CHAT-PAR-2.contoso.com'] },
      ['chat-par-3.contoso.com', 'chat-par-4.contoso.com'],
    ],
  ])('%j leaves %j active, and the rest inactive', (ActiveServers, expected) => {
    const estate = new DrivenEstate();
    const Identity = 'PersistentChatServer:pchat.contoso.com';
    expect(estate.cmdlet('Set-CsPersistentChatActiveServer', { Identity, ActiveServers }).ok).toBe(true);
    const service = estate.cmdlet('Get-CsService', { PersistentChatServer: true });
    const [object] = service.ok ? service.objects : [];
    expect(object?.['ActiveServers']).toEqual(expected);
    expect(object?.['InactiveServers']).toHaveLength(8 - expected.length);
  });

  test('swap inverts every server', () => {
    const estate = new DrivenEstate();
    estate.cmdlet('Set-CsPersistentChatActiveServer', { Swap: true });
    expect(estate.state.cms.activeServers).toEqual(estate.state.options.sites.backup.chatServers);
  });
});

describe('mirroring cmdlets', () => {
  test('show the pair, fail it over and back', () => {
    const estate = new DrivenEstate();
    const state = (): unknown => {
      const answer = estate.cmdlet('Get-CsDatabaseMirrorState', { PoolFqdn: 'pchat.contoso.com' });
      return answer.ok ? answer.objects[0] : answer;
    };
    expect(state()).toMatchObject({
      StateOnPrimary: 'Principal',
      StateOnMirror: 'Mirror',
      MirroringStatusOnPrimary: 'synchronized',
    });
    const failover = {
      PoolFqdn: 'pchat.contoso.com',
      DatabaseType: 'PersistentChat',
      NewPrincipal: 'Mirror',
      Confirm: false,
    };
    expect(estate.cmdlet('Invoke-CsDatabaseFailover', failover)).toMatchObject({ ok: true });
    estate.minutes(1);
    expect(state()).toMatchObject({ StateOnPrimary: 'Mirror', StateOnMirror: 'Principal' });
  });

  test('remove the mirror and its copy, and install it anew with a gap for log shipping', () => {
    const estate = new DrivenEstate();
    const uninstall = {
      DatabaseType: 'PersistentChat',
      SqlServerFqdn: HOME,
      DropExistingDatabasesOnMirror: true,
      Confirm: false,
    };
    expect(estate.cmdlet('Uninstall-CsMirrorDatabase', uninstall)).toMatchObject({ ok: true });
    expect(estate.database(HOME_MIRROR)).toBeUndefined();
    expect(estate.cmdlet(INSTALL, { ...target, Confirm: false })).toMatchObject({ ok: true });
    expect(estate.database(HOME_MIRROR)?.mirroring).toMatchObject({ role: 'MIRROR', state: 'SYNCHRONIZED' });
    expect(estate.files('\\\\fs01\\mgc-mirroring')).toEqual([]);
    const before = estate.database(BACKUP)?.position;
    estate.fault('clients on');
    estate.minutes(46);
    expect(estate.database(BACKUP)?.position).toBe(before);
    expect(estate.msdb(BACKUP).errorDetail.some(({ message }) => message.includes('4305'))).toBe(true);
  });

  test('fail as documented when the partner is gone: warnings, then the error', () => {
    const estate = new DrivenEstate();
    estate.fault('down instance sql-lyo-2');
    const outcome = estate.cmdlet(INSTALL, { ...target, SqlServerFqdn: BACKUP, Confirm: false });
    expect(outcome).toMatchObject({ ok: false, category: 'InvalidOperation' });
    expect(outcome.warnings[0]).toBe('Install-CsMirrorDatabase failed.');
    expect(outcome.ok ? '' : outcome.message).toContain('Command execution failed:');
  });

  test('an installation that is cut leaves no mirroring and can be run again', () => {
    const estate = new DrivenEstate({ databaseBytes: 2 ** 32 });
    estate.cmdlet('Uninstall-CsMirrorDatabase', {
      DatabaseType: 'PersistentChat',
      SqlServerFqdn: HOME,
      Confirm: false,
    });
    const parameters = { ...target, DropExistingDatabasesOnMirror: true, Confirm: false };
    estate.input({ kind: 'cmdlet', id: 'cut', cmdlet: INSTALL, parameters, computer: undefined });
    estate.until(() => estate.state.cmdlets[0]?.install?.phase === 'restore-database');
    estate.fault('cut restore sql-par-2');
    const answer = estate.outputs.find((output) => output.kind === 'cmdlet-answer' && output.id === 'cut');
    expect(answer).toMatchObject({ answer: { ok: false } });
    expect(estate.database(HOME)?.mirroring).toBeNull();
    expect(estate.cmdlet(INSTALL, parameters)).toMatchObject({ ok: true });
  });
});

describe('windows services', () => {
  test('are found by display name and stay stopped until started', () => {
    const estate = new DrivenEstate();
    const ComputerName = 'chat-par-1.contoso.com';
    const services = estate.cmdlet('Get-CsWindowsService', { ComputerName });
    const chat = services.ok
      ? services.objects.find((service) => String(service['DisplayName']).includes('Persistent Chat'))
      : undefined;
    expect(chat).toMatchObject({ Status: 'Running' });
    estate.cmdlet('Stop-CsWindowsService', { ComputerName, Name: chat?.['Name'] });
    expect(estate.cmdlet('Get-CsWindowsService', { ComputerName, Name: chat?.['Name'] })).toMatchObject({
      objects: [{ Status: 'Stopped' }],
    });
    estate.cmdlet('Start-CsWindowsService', { ComputerName, Name: chat?.['Name'] });
    estate.minutes(1);
    expect(estate.connected()).toContain(ComputerName);
  });
});
