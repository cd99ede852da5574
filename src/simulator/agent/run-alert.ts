/** The alert job: fails with 14420 or 14421 when a threshold is passed, by the instance's own clock (sql-server reference 4.4 #92, #93). */
import type { AgentEnv } from './agent-env.ts';
import { failed, succeeded, type StepOutcome } from './step-outcome.ts';

const minutesSince = (env: AgentEnv, utc: string | null): number | undefined =>
  utc === null ? undefined : Math.floor((env.clock.utcMs - Date.parse(`${utc}Z`)) / 60_000);

export function alertOutcome(env: AgentEnv): StepOutcome {
  const alerts: string[] = [];
  for (const row of env.msdb.monitorPrimary) {
    const age = minutesSince(env, row.last_backup_date_utc);
    if (!row.threshold_alert_enabled || age === undefined || age <= row.backup_threshold) continue;
    alerts.push(
      `The log shipping primary database ${row.primary_server}.${row.primary_database} has backup threshold of ${row.backup_threshold} minutes and has not performed a backup log operation for ${age} minutes. Check agent log and logshipping monitor information.`,
    );
  }
  for (const row of env.msdb.monitorSecondary) {
    const age = minutesSince(env, row.last_restored_date_utc);
    if (!row.threshold_alert_enabled || age === undefined || age <= row.restore_threshold) continue;
    alerts.push(
      `The log shipping secondary database ${row.secondary_server}.${row.secondary_database} has restore threshold of ${row.restore_threshold} minutes and is out of sync. No restore was performed for ${age} minutes. Restored latency is ${row.last_restored_latency ?? 0} minutes. Check agent log and logshipping monitor information.`,
    );
  }
  return alerts.length === 0 ? succeeded('No alert.') : failed(alerts.join(' '));
}
