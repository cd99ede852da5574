/** How one instance is set up for a database: its mirroring partners, both halves of log shipping and how often their jobs run. */
import type { SqlInstances } from '../ports/sql-connection.ts';
import { observeLogShippingSetup } from '../statements/observe-log-shipping-setup.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { AnswerParts } from './answer-parts.ts';
import type { RowReader } from './row-reader.ts';

export interface InstanceSetup {
  /** null: not mirrored, or hidden from this account. */
  readonly mirroring: {
    readonly role: 'PRINCIPAL' | 'MIRROR';
    /** `TCP://host:port`. */
    readonly partnerAddress: string;
    readonly partnerInstance: string | null;
    readonly witnessAddress: string | null;
  } | null;
  readonly primary: {
    readonly share: string;
    readonly retentionMinutes: number;
    readonly thresholdMinutes: number | null;
    /** null: no schedule, several, or one that does not run at an interval within the day. */
    readonly backupEveryMs: number | null;
  } | null;
  readonly secondary: {
    readonly source: string;
    readonly copyFolder: string;
    readonly thresholdMinutes: number | null;
    readonly copyEveryMs: number | null;
    readonly restoreEveryMs: number | null;
  } | null;
  /** What is kept for pools that were changed here (ADR 0026). */
  readonly epochs: readonly {
    readonly job: string;
    readonly enabled: boolean;
    /** `0000000007 HOST PID ID` as long as nobody else wrote there. */
    readonly kept: string;
  }[];
}

const ROLES = ['PRINCIPAL', 'MIRROR'] as const;
/** sysschedules.freq_type: every day. */
const DAILY = 4;
/** sysschedules.freq_subday_type, ms of its unit. */
const SUBDAY_MS: Readonly<Record<number, number>> = { 2: 1_000, 4: 60_000, 8: 3_600_000 };

/** The one enabled schedule of the job. */
function everyMs(schedules: readonly RowReader[], jobId: string): number | null {
  const own = schedules.filter((row) => row.guid('job_id') === jobId && row.integer('enabled') === 1);
  const [only] = own;
  if (only === undefined || own.length > 1 || only.integer('freq_type') !== DAILY) return null;
  const unitMs = SUBDAY_MS[only.integer('freq_subday_type')];
  return unitMs === undefined ? null : unitMs * only.integer('freq_subday_interval');
}

const filled = (text: string | null): string | null => (text === '' ? null : text);

/** Rejects with PoolError. */
export async function observeInstanceSetup(
  sql: SqlInstances,
  instance: InstanceName,
  database: string,
  options: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<InstanceSetup> {
  const answer = await sql.observer(instance).run(observeLogShippingSetup(database), options);
  const parts = new AnswerParts(instance, answer);
  const [mirroring] = parts.required('setup_mirroring');
  const [primary] = parts.required('setup_primary');
  const [secondary] = parts.required('setup_secondary');
  const schedules = parts.required('setup_schedules');
  const epochs = parts.optional('setup_epochs') ?? [];
  return {
    mirroring:
      mirroring === undefined
        ? null
        : {
            role: mirroring.oneOf('mirroring_role_desc', ROLES),
            partnerAddress: mirroring.text('mirroring_partner_name'),
            partnerInstance: filled(mirroring.textOrNull('mirroring_partner_instance')),
            witnessAddress: filled(mirroring.textOrNull('mirroring_witness_name')),
          },
    primary:
      primary === undefined
        ? null
        : {
            share: primary.text('backup_share'),
            retentionMinutes: primary.integer('backup_retention_period'),
            thresholdMinutes: primary.integerOrNull('backup_threshold'),
            backupEveryMs: everyMs(schedules, primary.guid('backup_job_id')),
          },
    secondary:
      secondary === undefined
        ? null
        : {
            source: secondary.text('backup_source_directory'),
            copyFolder: secondary.text('backup_destination_directory'),
            thresholdMinutes: secondary.integerOrNull('restore_threshold'),
            copyEveryMs: everyMs(schedules, secondary.guid('copy_job_id')),
            restoreEveryMs: everyMs(schedules, secondary.guid('restore_job_id')),
          },
    epochs: epochs.map((row) => ({
      job: row.text('name'),
      enabled: row.integer('enabled') === 1,
      kept: row.textOrNull('description') ?? '',
    })),
  };
}
