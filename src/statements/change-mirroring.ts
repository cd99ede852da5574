/** Database mirroring: SET PARTNER, SET WITNESS and the endpoint's address. Source: sql-server reference 1.3, 3.8, 6.5. */
import type { SqlStatement } from '../ports/sql-connection.ts';
import { identifier, literal } from './quote.ts';

const batch = (name: string, text: string): SqlStatement => ({ name, text, parameters: {}, mode: 'batch' });

/** May take effect and still answer an error: read the state again. */
export const setPartnerOff = (database: string): SqlStatement =>
  batch('set-partner-off', `ALTER DATABASE ${identifier(database)} SET PARTNER OFF;`);

/** On the mirror first, then on the principal. `address`: `TCP://host:port` of the other side. */
export const setPartner = (database: string, address: string): SqlStatement =>
  batch('set-partner', `ALTER DATABASE ${identifier(database)} SET PARTNER = ${literal(address)};`);

export const setWitness = (database: string, address: string): SqlStatement =>
  batch('set-witness', `ALTER DATABASE ${identifier(database)} SET WITNESS = ${literal(address)};`);

/** On the principal. SUSPENDED only; 1462: the mirror could not redo and nothing but a new session helps. */
export const resumePartner = (database: string): SqlStatement =>
  batch('resume-partner', `ALTER DATABASE ${identifier(database)} SET PARTNER RESUME;`);

/** On the principal, SAFETY FULL and SYNCHRONIZED: the roles swap, nothing is lost, clients are cut (reference 6.1). */
export const failOverPartner = (database: string): SqlStatement =>
  batch('fail-over-partner', `ALTER DATABASE ${identifier(database)} SET PARTNER FAILOVER;`);

/**
 * On a mirror that is DISCONNECTED, without a witness or with one that it reaches. It becomes principal on a new fork; what the old
 * principal had not sent is given up (reference 3.8, 4.3).
 */
export const forceService = (database: string): SqlStatement =>
  batch('force-service', `ALTER DATABASE ${identifier(database)} SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS;`);

/** At most one row: an instance has at most one mirroring endpoint. */
export const readMirroringEndpoint: SqlStatement = {
  name: 'read-mirroring-endpoint',
  text: `SELECT e.name, e.state_desc, e.role_desc, t.port FROM sys.database_mirroring_endpoints AS e
JOIN sys.tcp_endpoints AS t ON t.endpoint_id = e.endpoint_id;`,
  parameters: {},
  mode: 'rpc',
};
