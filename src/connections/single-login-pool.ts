/**
 * mssql's pool cut down to one physical connection: one login instead of two, kept while idle, and never replaced. ADR 0012
 * says why. Decides nothing about errors or deadlines.
 */
import sql from 'mssql';
import type { Connection } from 'tedious';

/**
 * mssql's internal pair that makes and ends physical connections (12.7, both of its drivers). `connect()` makes a connection
 * as a probe, ends it, and lets the pool make another for the first request. Should a release rename them, the probe is
 * closed as of old, DriverConnection sees its connection end, and every request is refused: nothing goes on in silence.
 */
interface PoolHooks {
  _poolCreate(): Promise<Connection>;
  _poolDestroy(connection: Connection): Promise<void>;
}

const HookedPool = sql.ConnectionPool as unknown as new (
  config: sql.config,
) => sql.ConnectionPool & PoolHooks;

export class SingleLoginPool extends HookedPool {
  #probe: Promise<Connection> | undefined;
  #kept = false;
  #handedOver = false;

  override _poolCreate(): Promise<Connection> {
    if (this.#probe === undefined) {
      this.#probe = super._poolCreate();
      return this.#probe;
    }
    if (!this.#handedOver) {
      this.#handedOver = true;
      return this.#probe;
    }
    // Another login would be another session: without the SET options, locks and SINGLE_USER of the one that is gone.
    return Promise.reject(new sql.ConnectionError('The connection is gone.', 'ENOTOPEN'));
  }

  override _poolDestroy(connection: Connection): Promise<void> {
    if (this.#kept) return super._poolDestroy(connection);
    this.#kept = true;
    return Promise.resolve();
  }
}
