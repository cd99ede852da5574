/** DriverInstances before a scripted TDS server with a trusted certificate. */
import { DriverInstances } from '../../src/connections/sql-connection.ts';
import type { InstanceConnectionSettings } from '../../src/connections/driver-settings.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { SqlStatement } from '../../src/ports/sql-connection.ts';
import type { SqlToken } from '../../src/simulator/sql-tokens.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { InstanceName } from '../../src/topology/pool-topology.ts';
import {
  columns,
  done,
  end,
  int,
  localhostCertificate,
  row,
  startScripted,
  type Script,
  type Scripted,
} from '../simulator/tds/scripted-server.ts';

export const SQL1 = 'sql-1' as InstanceName;
export const never = new AbortController().signal;
export const batch = (name: string): SqlStatement => ({ name, text: name, parameters: {}, mode: 'batch' });
export const one = (value: number): readonly SqlToken[] => [columns(['n', int]), row(value), done(1), end()];

export interface World extends AsyncDisposable {
  readonly server: Scripted;
  readonly instances: DriverInstances;
}

export async function world(
  script: Script,
  connectDeadlineMs = 2000,
  other: Partial<InstanceConnectionSettings> = {},
): Promise<World> {
  const tls = await localhostCertificate();
  const server = await startScripted({ tls, ...script });
  const instances = new DriverInstances(
    (instance) =>
      instance === SQL1
        ? {
            host: '127.0.0.1',
            port: server.port,
            serverName: 'localhost',
            user: 'pchat',
            password: () => 'hunter2-secret',
            caPem: tls.cert,
            encrypt: true,
            connectDeadlineMs,
            queryDeadlineMs: 2000,
            ...other,
          }
        : undefined,
    hostClock,
  );
  return {
    server,
    instances,
    [Symbol.asyncDispose]: async () => {
      await instances[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

export async function failure(work: Promise<unknown>): Promise<PoolError> {
  try {
    await work;
  } catch (caught) {
    if (caught instanceof PoolError) return caught;
    throw caught;
  }
  throw new Error('it did not fail');
}
