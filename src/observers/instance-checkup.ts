/** What an instance says of itself beside its databases: edition, mirroring endpoint, accounts of its services, how fast it answers. */
import type { Clock } from '../ports/clock.ts';
import type { SqlInstances } from '../ports/sql-connection.ts';
import { observeCheckup } from '../statements/observe-checkup.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { AnswerParts } from './answer-parts.ts';
import type { RowReader } from './row-reader.ts';

export interface MirroringEndpoint {
  readonly name: string;
  readonly state: 'STARTED' | 'STOPPED' | 'DISABLED';
  /** `ALL`, `PARTNER`, `WITNESS`. */
  readonly role: string;
  /** `AES`, `RC4`, ...; null: not encrypted. */
  readonly encryption: string | null;
  readonly port: number;
}

export interface InstanceCheckup {
  /** `Standard Edition (64-bit)`. */
  readonly edition: string;
  /** SERVERPROPERTY('ProductVersion'), also of an instance that refuses the rest. */
  readonly version: string;
  /** null: there is none. 'unknown': this login would not see it. */
  readonly endpoint: MirroringEndpoint | null | 'unknown';
  /** Windows account of SQL Server Agent, and of the engine; null: not told. */
  readonly agentAccount: string | null;
  readonly engineAccount: string | null;
  /** ms from question to answer on a connection that stands. */
  readonly latencyMs: number;
}

const STATES = ['STARTED', 'STOPPED', 'DISABLED'] as const;

const endpointOf = (row: RowReader): MirroringEndpoint => ({
  name: row.text('name'),
  state: row.oneOf('state_desc', STATES),
  role: row.textOrNull('role_desc') ?? '',
  encryption: row.bit('is_encryption_enabled') ? row.textOrNull('encryption_algorithm_desc') : null,
  port: row.integer('port'),
});

/** Rejects with PoolError. */
export async function observeInstanceCheckup(
  ports: { readonly sql: SqlInstances; readonly clock: Clock },
  instance: InstanceName,
  options: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<InstanceCheckup> {
  const askedMs = ports.clock.monotonicMs();
  const answer = await ports.sql.observer(instance).run(observeCheckup, options);
  const latencyMs = ports.clock.monotonicMs() - askedMs;
  const parts = new AnswerParts(instance, answer);
  const product = parts.one('checkup_product');
  const [endpoint] = parts.required('checkup_endpoint');
  const services = parts.optional('checkup_services') ?? [];
  const account = (prefix: RegExp): string | null =>
    services.find((row) => prefix.test(row.text('servicename')))?.textOrNull('service_account') ?? null;
  const hidden = product.integerOrNull('sees_endpoints') === 1 ? null : 'unknown';
  return {
    edition: product.text('edition'),
    version: product.text('product_version'),
    endpoint: endpoint === undefined ? hidden : endpointOf(endpoint),
    agentAccount: account(/^SQL Server Agent/i),
    engineAccount: account(/^SQL Server \(/i),
    latencyMs,
  };
}
