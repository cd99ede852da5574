/** Hand-written answers of the observing batch: a healthy default that a test changes part by part. */
import type { ResultSet, SqlAnswer, SqlRow } from '../../src/ports/sql-connection.ts';

export const FAMILY = '11111111-1111-1111-1111-111111111111';
export const FORK = '22222222-2222-2222-2222-222222222222';
export const JOB = '33333333-3333-3333-3333-333333333333';

export type Parts = Readonly<Record<string, readonly SqlRow[] | undefined>>;

export const SERVER: SqlRow = {
  server_name: 'SQL-1',
  product_version: '13.0.5108.50',
  sqlserver_start_time: '2026-11-20T09:00:00.000Z',
  utc_now: '2026-11-23T12:00:00.003Z',
  local_now: '2026-11-23T13:00:00.007Z',
  sees_mirrors: 1,
  sees_databases: 1,
  sees_sessions: 1,
  sees_witnesses: 1,
};

const HEALTHY: Record<string, readonly SqlRow[]> = {
  instance: [SERVER],
  databases: [
    {
      name: 'mgc',
      state_desc: 'ONLINE',
      is_in_standby: false,
      user_access_desc: 'MULTI_USER',
      recovery_model_desc: 'FULL',
    },
  ],
  files: [{ name: 'mgc', redo_start_lsn: null, redo_start_fork_guid: null, redo_target_lsn: null }],
  recovery: [
    {
      name: 'mgc',
      family_guid: FAMILY,
      last_log_backup_lsn: '39000000120800001',
      recovery_fork_guid: FORK,
      first_recovery_fork_guid: null,
      fork_point_lsn: null,
    },
  ],
  mirroring: [{ name: 'mgc', mirroring_guid: null }],
  witnesses: [],
  sessions: [],
  running: [],
  shipping_primary: [],
  shipping_targets: [],
  shipping_secondary: [],
  jobs: [],
  agent: [{ status: 4 }],
  backups: [],
  restores: [],
  content: [{ config_pool_id: FAMILY, messages: '2', revision: '7' }],
  newest: [{ channel_id: 'c1', chat_id: '2', chat_date: '639000000000000000' }],
  heartbeats: [],
  end: [{ utc_now: '2026-11-23T12:00:00.050Z' }],
};

const set = (part: string, rows: readonly SqlRow[]): ResultSet => ({
  columns: [`part_${part}`, ...Object.keys(rows[0] ?? {})],
  rows: rows.map((row) => ({ [`part_${part}`]: 1, ...row })),
});

/** Parts that are read of one database alone; here of the first that is asked about, and nothing of a second. */
const OF_ONE = ['content', 'newest', 'heartbeats', 'backups', 'restores'];

function setsOf(part: string, rows: readonly SqlRow[]): ResultSet[] {
  if (part === 'jobs')
    return [
      set(
        part,
        rows.map((row) => ({ database_name: 'mgc', ...row })),
      ),
    ];
  if (!OF_ONE.includes(part)) return [set(part, rows)];
  return [set(`${part}_0`, rows), ...(part === 'restores' ? [set('restores_1', [])] : [])];
}

/** Every part of a healthy primary, with some replaced; undefined: the instance refused that part. */
export function answerWith(parts: Parts = {}): SqlAnswer {
  const all = { ...HEALTHY, ...parts };
  const sets = Object.entries(all).filter(
    (entry): entry is [string, readonly SqlRow[]] => entry[1] !== undefined,
  );
  const refused = sets.length < Object.keys(all).length;
  return {
    resultSets: sets.flatMap(([part, rows]) => setsOf(part, rows)),
    infos: [],
    errors: refused
      ? [{ number: 300, state: 1, class: 14, message: 'VIEW SERVER STATE permission was denied' }]
      : [],
  };
}
