/** Mirroring as one instance sees it, and the sessions that it watches as witness. All-NULL columns are not "no mirror". */
import type { Known } from '../topology/known.ts';
import type { DatabaseState, InstanceFacts, MirroringFacts } from '../topology/pool-facts.ts';
import { sameName, type AnswerParts } from './answer-parts.ts';
import type { RowReader } from './row-reader.ts';

const ROLES = ['PRINCIPAL', 'MIRROR'] as const;
const STATES = [
  'SUSPENDED',
  'DISCONNECTED',
  'SYNCHRONIZING',
  'PENDING_FAILOVER',
  'SYNCHRONIZED',
  'UNSYNCHRONIZED',
] as const;
const SAFETY = ['UNKNOWN', 'OFF', 'FULL'] as const;
const WITNESS = ['UNKNOWN', 'CONNECTED', 'DISCONNECTED'] as const;

/**
 * What a row without mirroring_guid means. ONLINE and STANDBY: not mirrored. RESTORING: not mirrored only for an account that
 * would see a mirror's row. OFFLINE: not mirrored, because a mirrored database cannot be set offline (reference 3.10, inferred).
 * Other states hide their mirroring: unknown.
 */
function withoutMirror(state: DatabaseState, seesMirrors: boolean): Known<null> {
  switch (state) {
    case 'ABSENT':
    case 'ONLINE':
    case 'STANDBY':
    case 'OFFLINE':
      return null;
    case 'RESTORING':
      return seesMirrors ? null : 'unknown';
    default:
      return 'unknown';
  }
}

export function readMirroring(
  row: RowReader | undefined,
  state: DatabaseState,
  seesMirrors: boolean,
): Known<MirroringFacts | null> {
  if (state === 'ABSENT') return null;
  if (row === undefined) return 'unknown';
  if (row.guidOrNull('mirroring_guid') === null) return withoutMirror(state, seesMirrors);
  // Some versions give an empty string when there is no witness (reference 1.2).
  const witness = row.textOrNull('mirroring_witness_name');
  const hasWitness = witness !== null && witness !== '';
  return {
    role: row.oneOf('mirroring_role_desc', ROLES),
    state: row.oneOf('mirroring_state_desc', STATES),
    safety: row.oneOf('mirroring_safety_level_desc', SAFETY),
    roleSequence: row.integer('mirroring_role_sequence'),
    partnerAddress: row.text('mirroring_partner_name'),
    partnerInstance: row.textOrNull('mirroring_partner_instance'),
    witnessAddress: hasWitness ? witness : null,
    witnessState: hasWitness ? row.oneOfOrNull('mirroring_witness_state_desc', WITNESS) : null,
    failoverLsn: row.lsnOrNull('mirroring_failover_lsn'),
  };
}

/** @param databases of the pool; a witness watches those of others too */
export function readWitnesses(parts: AnswerParts, databases: readonly string[]): InstanceFacts['witnessOf'] {
  const own = parts
    .required('witnesses')
    .filter((row) => databases.some((name) => sameName(row.text('database_name'), name)));
  return own.map((row) => ({
    database: row.text('database_name'),
    principal: row.text('principal_server_name'),
    mirror: row.text('mirror_server_name'),
    roleSequence: row.integer('role_sequence_number'),
    partnerSync: row.text('partner_sync_state_desc'),
  }));
}
