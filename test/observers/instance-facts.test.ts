import { describe, expect, test } from 'vitest';
import { heartbeatAges, hostOf, instantOfTicks } from '../../src/observers/content.ts';
import { readInstance, zoneMinutesOf } from '../../src/observers/instance-facts.ts';
import { agentInstant } from '../../src/observers/log-shipping.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import {
  instanceFactsSchema,
  type DatabaseFacts,
  type InstanceFacts,
} from '../../src/topology/pool-facts.ts';
import { answerWith, FAMILY, FORK, JOB, type Parts } from './answers.ts';

const ANSWERED_AT = Date.parse('2026-11-23T11:59:50.000Z');

function read(parts: Parts = {}, databases: readonly string[] = ['mgc', 'mgccomp']): InstanceFacts {
  const answer = answerWith(parts);
  const answered = { instance: 'sql-1', asked: databases, answer, answeredAtMs: ANSWERED_AT };
  const facts = readInstance(answered, { chatDatabase: 'mgc', databases, holdsData: true });
  return instanceFactsSchema.parse(facts);
}
const mgc = (parts: Parts): DatabaseFacts | undefined => read(parts).databases['mgc'];
const state = (state_desc: string, more: Record<string, string | boolean | null> = {}): Parts => ({
  databases: [
    {
      name: 'mgc',
      state_desc,
      is_in_standby: false,
      user_access_desc: 'MULTI_USER',
      recovery_model_desc: 'FULL',
      ...more,
    },
  ],
});
const closed = {
  recovery: [
    {
      name: 'mgc',
      family_guid: null,
      last_log_backup_lsn: null,
      recovery_fork_guid: null,
      first_recovery_fork_guid: null,
      fork_point_lsn: null,
    },
  ],
};
const restored = {
  restores: [
    {
      destination_database_name: 'mgc',
      restore_type: 'L',
      restore_date: '2026-11-23T12:30:00.000Z',
      first_lsn: '100',
      last_lsn: '200',
      family_guid: FAMILY,
      last_recovery_fork_guid: FORK,
      backup_start_date: '2026-11-23T12:14:58.000Z',
      backup_finish_date: '2026-11-23T12:15:00.000Z',
      time_zone: 127,
      server_name: 'SQL-9',
    },
  ],
};

test('reads clock offset and zone from the instance itself and moves its local instants to UTC', () => {
  const facts = read();
  expect([facts.clockOffsetMs, facts.timeZoneMinutes]).toEqual([10_050, 60]);
  expect(facts.startedAt).toBe('2026-11-20T08:00:00.000Z');
});

test.each([
  [0, 20, 0],
  [0, 3_599_990, 60],
  [0, 19_800_004, 330],
  [0, -17_999_995, -300],
])('takes the zone of clocks read a moment apart as whole quarters (%d, %d)', (utc, local, minutes) => {
  expect(zoneMinutesOf(utc, local)).toBe(minutes);
});

describe('a database', () => {
  test('that is open has its position, fork and content', () => {
    expect(mgc({})).toMatchObject({
      state: 'ONLINE',
      positionLsn: '39000000120800001',
      forkGuid: FORK,
      mirroring: null,
      content: { messages: 2, revision: '7', newest: { chatId: '2' } },
      lastRestore: null,
    });
  });

  test('without a row is absent for an account that sees all, and has no key for one that does not', () => {
    expect(read({ databases: [] }).databases['mgc']?.state).toBe('ABSENT');
    const [instance] = answerWith().resultSets[0]?.rows ?? [];
    const blind = read({ databases: [], instance: [{ ...instance, sees_databases: 0 }] });
    expect(blind.databases).toEqual({});
  });

  test('that is restoring stands where its first file says and descends from what was restored', () => {
    const files = [
      { name: 'mgc', redo_start_lsn: '150', redo_start_fork_guid: FORK, redo_target_lsn: '140' },
    ];
    expect(mgc({ ...state('RESTORING'), ...closed, ...restored, files })).toMatchObject({
      positionLsn: '150',
      forkGuid: FORK,
      familyGuid: FAMILY,
      redoTargetLsn: '140',
      content: 'unknown',
      lastRestore: { at: '2026-11-23T11:30:00.000Z' },
    });
  });

  test('that was never restored and is closed by its own tail descends from what it backed up', () => {
    const tail = {
      backup_set_id: 7,
      type: 'L',
      physical_device_name: 'tail.trn',
      first_lsn: '100',
      last_lsn: '150',
      checkpoint_lsn: null,
      backup_start_date: '2026-11-23T12:00:00.000Z',
      backup_finish_date: '2026-11-23T12:00:01.000Z',
      is_copy_only: false,
      is_force_offline: true,
      family_guid: FAMILY,
      first_recovery_fork_guid: FORK,
      last_recovery_fork_guid: FORK,
    };
    const files = [
      { name: 'mgc', redo_start_lsn: '150', redo_start_fork_guid: FORK, redo_target_lsn: '150' },
    ];
    const fenced = { ...state('RESTORING'), ...closed, files, restores: [] };
    expect(mgc({ ...fenced, backups: [tail] })).toMatchObject({ familyGuid: FAMILY, lastRestore: null });
    expect(mgc({ ...fenced, backups: [{ ...tail, last_lsn: '140' }] })?.familyGuid).toBe('unknown');
  });

  test('that ended with its own tail and was never restored into descends from what the tail says', () => {
    const files = [
      { name: 'mgc', redo_start_lsn: '150', redo_start_fork_guid: FORK, redo_target_lsn: '150' },
    ];
    const tail = {
      backup_set_id: 3,
      type: 'L',
      physical_device_name: 'Q:\\\\tail.trn',
      first_lsn: '100',
      last_lsn: '150',
      checkpoint_lsn: '100',
      backup_start_date: '2026-11-23 12:00:00.000',
      backup_finish_date: '2026-11-23 12:00:01.000',
      is_copy_only: false,
      is_force_offline: true,
      family_guid: FAMILY,
      first_recovery_fork_guid: FORK,
      last_recovery_fork_guid: FORK,
    };
    const familyWith = (backups: Parts['backups']): unknown =>
      mgc({ ...state('RESTORING'), ...closed, files, backups })?.familyGuid;
    expect(familyWith([tail])).toBe(FAMILY);
    expect(familyWith([{ ...tail, is_force_offline: false }])).toBe('unknown');
  });

  test('that is restoring without a visible file has an unknown position, with a visible NULL none', () => {
    expect(mgc({ ...state('RESTORING'), ...closed, files: [] })?.positionLsn).toBe('unknown');
    expect(mgc({ ...state('RESTORING'), ...closed })?.positionLsn).toBeNull();
  });

  test('in standby stands where the last restore ended', () => {
    expect(mgc({ ...state('ONLINE', { is_in_standby: true }), ...restored })).toMatchObject({
      state: 'STANDBY',
      positionLsn: '200',
      forkGuid: FORK,
    });
  });

  test.each([
    ['RESTORING', 1, null],
    ['RESTORING', 0, 'unknown'],
    ['SUSPECT', 1, 'unknown'],
    ['RECOVERY_PENDING', 1, 'unknown'],
    ['OFFLINE', 1, null],
  ])('in state %s with NULL mirroring and sight %d is mirrored: %s', (desc, sees_mirrors, expected) => {
    const [instance] = answerWith().resultSets[0]?.rows ?? [];
    const parts = { ...state(desc), ...closed, instance: [{ ...instance, sees_mirrors }] };
    expect(mgc(parts)?.mirroring).toEqual(expected);
  });

  test('shows its mirroring, and no witness for an empty name', () => {
    const row = {
      name: 'mgc',
      mirroring_guid: FORK,
      mirroring_role_desc: 'PRINCIPAL',
      mirroring_state_desc: 'SYNCHRONIZED',
      mirroring_safety_level_desc: 'FULL',
      mirroring_role_sequence: 3,
      mirroring_partner_name: 'TCP://sql-2:5022',
      mirroring_partner_instance: 'SQL-2',
      mirroring_witness_name: '',
      mirroring_witness_state_desc: 'UNKNOWN',
      mirroring_failover_lsn: '10',
    };
    expect(mgc({ mirroring: [row] })?.mirroring).toMatchObject({
      role: 'PRINCIPAL',
      witnessAddress: null,
      witnessState: null,
    });
  });

  test('whose content could not be read costs only the content', () => {
    expect(mgc({ heartbeats: undefined })).toMatchObject({ state: 'ONLINE', content: 'unknown' });
  });

  test('has unknown sessions for an account that sees only itself', () => {
    const [instance] = answerWith().resultSets[0]?.rows ?? [];
    expect(mgc({ instance: [{ ...instance, sees_sessions: 0 }] })?.sessions).toBe('unknown');
  });
});

test('reads jobs with role, state and last run', () => {
  const job = {
    role: 'copy',
    job_id: JOB,
    name: 'LSCopy_mgc',
    enabled: 1,
    run_status: 1,
    run_date: 20261123,
    run_time: 93005,
  };
  const running = { ...job, start_execution_date: '2026-11-23T12:59:00.000Z', stop_execution_date: null };
  expect(read({ jobs: [running] }).jobs).toEqual([
    {
      id: JOB,
      name: 'LSCopy_mgc',
      role: 'copy',
      enabled: true,
      running: true,
      lastRun: { status: 'succeeded', at: '2026-11-23T08:30:05.000Z' },
    },
  ]);
  const idle = { ...running, stop_execution_date: '2026-11-23T12:59:30.000Z', enabled: 0, run_status: null };
  expect(read({ jobs: [idle] }).jobs[0]).toMatchObject({ enabled: false, running: false, lastRun: null });
});

test('keeps the backups from the older of the two newest full ones on, oldest first', () => {
  const row = (backup_set_id: number, type: string): Record<string, string | number | boolean | null> => ({
    backup_set_id,
    type,
    physical_device_name: `f${backup_set_id}`,
    first_lsn: '1',
    last_lsn: '2',
    checkpoint_lsn: null,
    backup_start_date: '2026-11-23T12:00:00.000Z',
    backup_finish_date: '2026-11-23T12:00:01.000Z',
    is_copy_only: false,
    is_force_offline: false,
    family_guid: FAMILY,
    first_recovery_fork_guid: FORK,
    last_recovery_fork_guid: FORK,
  });
  const backups = [row(5, 'D'), row(9, 'L'), row(6, 'L'), row(2, 'L')];
  expect(read({ backups }).backups.map(({ path }) => path)).toEqual(['f5', 'f6', 'f9']);
});

describe('an answer that is not understood', () => {
  const bad: [string, Parts, RegExp][] = [
    [
      'an LSN as a number',
      {
        recovery: [
          {
            name: 'mgc',
            family_guid: FAMILY,
            last_log_backup_lsn: 390000001208,
            recovery_fork_guid: FORK,
            first_recovery_fork_guid: null,
            fork_point_lsn: null,
          },
        ],
      },
      /sql-1, result set recovery, column last_log_backup_lsn: expected an LSN as text, found 390000001208/,
    ],
    ['an unheard-of state', state('COPYING'), /column state_desc: expected one of .*, found "COPYING"/],
    [
      'a missing column',
      { witnesses: [{ database_name: 'mgc' }] },
      /result set witnesses, column principal_server_name: expected text, found no such column/,
    ],
    ['two instances', { instance: [{}, {}] }, /expected one row, found 2/],
  ];
  test.each(bad)('names where it was: %s', (_what, parts, message) => {
    const attempt = (): unknown => read(parts);
    expect(attempt).toThrow(PoolError);
    expect(attempt).toThrow(message);
  });

  test.each(['jobs', 'running', 'databases', 'shipping_secondary'])(
    'is no answer when the part %s was refused',
    (part) => {
      expect(() => read({ [part]: undefined })).toThrow(/300 VIEW SERVER STATE/);
    },
  );
});

describe('heartbeats', () => {
  const utc = Date.parse('2026-11-23T12:00:00Z');
  const hour = 3_600_000;
  test.each([
    ['UTC, east', utc - 5000, utc + hour, 5000],
    ['UTC, west', utc - 5000, utc - 5 * hour, 5000],
    ['local, east', utc + hour - 5000, utc + hour, 5000],
    ['local, west: old, never fresh', utc - 5 * hour - 5000, utc - 5 * hour, 5 * hour + 5000],
  ])('written in %s', (_where, pingMs, local, ageMs) => {
    expect(heartbeatAges([{ server: 'a', pingMs }], utc, local)).toEqual([{ server: 'a', ageMs }]);
  });

  test.each([
    ['net.tcp://Chat1.contoso.com:8011/x', 'chat1.contoso.com'],
    ['chat1.contoso.com', 'chat1.contoso.com'],
    ['chat1.contoso.com:8011', 'chat1.contoso.com'],
  ])('of %s belong to %s', (address, host) => {
    expect(hostOf(address)).toBe(host);
  });
});

test('turns ticks and agent dates into instants', () => {
  expect(instantOfTicks('621355968000000000')).toBe('1970-01-01T00:00:00.000Z');
  expect(agentInstant(20261231, 233000, -120)).toBe('2027-01-01T01:30:00.000Z');
});

test.each([
  ['says in its zone', -20, '2026-11-23T17:15:00.000Z', -300],
  ['does not say, in its own', 127, '2026-11-23T11:15:00.000Z', null],
])('moves the end of a restored backup to UTC by the zone that msdb %s', (_says, time_zone, at, minutes) => {
  const [row] = restored.restores;
  const parts = { ...state('RESTORING'), ...closed, restores: [{ ...row, time_zone }] };
  expect(mgc(parts)?.lastRestore).toMatchObject({ backupFinishedAt: at, backupTimeZoneMinutes: minutes });
});
