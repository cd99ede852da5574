/** What each instance keeps of whoever changed it last (ADR 0026), and whether the next change could read it. */
import { literal } from '../statements/quote.ts';
import { epochJob } from '../statements/epoch-guard.ts';
import type { DoctorEvidence } from './evidence.ts';
import { error, ok, unknown, type Verdict } from './finding.ts';
import { holdsData, ofInstances } from './parties.ts';

/** A number, and who acquired it. */
const KEPT = /^(\d+) (\S.*)$/;

export const epoch = (evidence: DoctorEvidence): readonly Verdict[] => {
  const job = epochJob(evidence.topology.name);
  return ofInstances(
    evidence,
    (_facts, { instance }) => {
      const answer = evidence.setups.get(instance);
      if (answer?.kind !== 'value') return [unknown(instance, 'the jobs of msdb could not be read')];
      const own = answer.value.epochs.find((one) => one.job.toLowerCase() === job.toLowerCase());
      if (own === undefined) return [ok(instance, 'keeps no epoch yet: the first change makes it')];
      const [, number, holder] = KEPT.exec(own.kept) ?? [];
      if (number !== undefined && holder !== undefined)
        return [ok(instance, `keeps epoch ${String(Number(number))} of ${holder}`)];
      const command = `EXEC msdb.dbo.sp_delete_job @job_name = ${literal(job)};`;
      return [
        error(
          instance,
          `the job ${job} says "${own.kept}" where an epoch must stand: every change is refused`,
          {
            on: instance,
            command,
          },
        ),
      ];
    },
    holdsData,
  );
};
