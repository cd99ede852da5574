/** The batch by which the driver sets up a session at login and at reset: a text that we send without having written it. */
import { Connection } from 'tedious';
import { driverConfiguration } from '../../src/connections/driver-settings.ts';

/** Internal of tedious, and the only way to the text without a server. */
interface HasInitialSql {
  getInitialSql(): string;
}

export async function driverSettings(): Promise<string> {
  const { options } = await driverConfiguration(
    {
      host: 'sql-par-1.contoso.com',
      port: 1433,
      user: 'pchat-operator',
      password: () => '',
      encrypt: true,
      connectDeadlineMs: 5_000,
      queryDeadlineMs: 5_000,
    },
    1433,
  );
  const settings = {
    encrypt: true,
    database: options?.database ?? 'master',
    useUTC: options?.useUTC ?? true,
  };
  // Never connected: it is made only to be asked.
  const driver: unknown = new Connection({ server: 'sql-par-1.contoso.com', options: settings });
  return (driver as HasInitialSql).getInitialSql();
}
