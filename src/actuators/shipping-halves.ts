/** The two halves of log shipping as the desired state wants them; the names of the jobs are given here and nowhere else. Pure. */
import { addPrimary, addSecondaryPrimary } from '../statements/change-log-shipping.ts';
import type { SqlStatement } from '../ports/sql-connection.ts';
import type { LogShipping } from '../topology/pool-topology.ts';

/** @param overwrite a row for this database is there already */
export const primaryHalf = (logShipping: LogShipping, database: string, overwrite: boolean): SqlStatement =>
  addPrimary({
    database,
    share: logShipping.share,
    jobName: `LSBackup_${database}`,
    retentionMinutes: logShipping.retentionMinutes,
    backupThresholdMinutes: logShipping.backupThresholdMinutes,
    overwrite,
  });

/**
 * @param primaryServer @@SERVERNAME of the primary
 * @param overwrite a row for this database is there already
 */
export const secondaryHalf = (
  logShipping: LogShipping,
  database: string,
  primaryServer: string,
  overwrite: boolean,
): SqlStatement =>
  addSecondaryPrimary({
    database,
    primaryServer,
    share: logShipping.share,
    copyFolder: logShipping.copyFolder,
    copyJobName: `LSCopy_${primaryServer}_${database}`,
    restoreJobName: `LSRestore_${primaryServer}_${database}`,
    retentionMinutes: logShipping.retentionMinutes,
    overwrite,
  });
