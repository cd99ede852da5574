/** Can each instance be reached, is its certificate trusted, does the login get in, does it answer soon? One look answers all four. */
import { identifier } from '../statements/quote.ts';
import { instancesOf, type InstanceName } from '../topology/pool-topology.ts';
import type { DoctorEvidence } from './evidence.ts';
import { error, ok, unknown, warning, type Mend, type Verdict } from './finding.ts';
import { HERE, notAsked, ofInstances, SETTINGS } from './parties.ts';

type Stage = 'reference' | 'tcp' | 'tls' | 'login' | 'answer';
/** In this order an instance is reached. */
const STAGES: readonly Stage[] = ['reference', 'tcp', 'tls', 'login', 'answer'];

const STAGE_OF: Readonly<Record<string, Stage>> = {
  PCO_SETTINGS_INVALID: 'reference',
  PCO_INSTANCE_UNREACHABLE: 'tcp',
  PCO_INSTANCE_TIMEOUT: 'tcp',
  PCO_CERTIFICATE_REFUSED: 'tls',
  PCO_LOGIN_FAILED: 'login',
};

/** Far enough that single questions may be asked, whatever became of the whole look. */
export const letsIn = (answer: DoctorEvidence['facts']['instances'][string] | undefined): boolean =>
  answer !== undefined && (answer.kind === 'value' || STAGE_OF[answer.code] === undefined);

interface Failure {
  readonly stage: Stage;
  readonly reason: string;
}

/** undefined: it answered whole. */
function failureOf({ facts }: DoctorEvidence, instance: InstanceName): Failure | undefined {
  const answer = facts.instances[instance];
  if (answer?.kind === 'value') return undefined;
  if (answer === undefined) return { stage: 'tcp', reason: 'it was not asked' };
  return { stage: STAGE_OF[answer.code] ?? 'answer', reason: answer.reason };
}

const judgeStage =
  (stage: Stage, good: string, mend: (instance: InstanceName, reason: string) => Mend) =>
  (evidence: DoctorEvidence): readonly Verdict[] =>
    instancesOf(evidence.topology).map(({ instance }) => {
      const failure = failureOf(evidence, instance);
      if (failure === undefined) return ok(instance, good);
      const here = STAGES.indexOf(stage);
      const failed = STAGES.indexOf(failure.stage);
      if (failed > here) return ok(instance, good);
      return failed === here
        ? error(instance, failure.reason, mend(instance, failure.reason))
        : notAsked(instance);
    });

const entry = (instance: InstanceName, field: string): string =>
  `instances: {${JSON.stringify(instance)}: {${field}}}`;

export const instanceReach = judgeStage('tcp', 'a TCP connection stands', (instance) => ({
  on: HERE,
  command: `Test-NetConnection ${instance.split('\\')[0] ?? instance} -Port 1433`,
}));

/** What the driver said names the cause; each has a line of its own in the settings, but for what only the server can mend. */
function tlsMend(instance: InstanceName, reason: string): Mend {
  if (/expired/i.test(reason))
    return {
      on: instance.split('\\')[0] ?? instance,
      command: 'Get-ChildItem Cert:\\LocalMachine\\My | Where-Object NotAfter -lt (Get-Date)',
    };
  if (/altnames|does not match|hostname/i.test(reason))
    return { on: SETTINGS, command: entry(instance, 'serverName: NAME-IN-ITS-CERTIFICATE') };
  return { on: SETTINGS, command: entry(instance, 'caFile: PEM-OF-ITS-AUTHORITY') };
}
export const instanceTls = judgeStage('tls', 'its certificate is trusted and carries its name', tlsMend);

export const instanceLogin = judgeStage('login', 'the login gets in', (instance, reason) =>
  // 18486, 18487, 18488: locked, expired, must change (sql-server reference 7.1).
  /1848[678]/.test(reason)
    ? { on: instance, command: `ALTER LOGIN ${identifier('LOGIN')} WITH PASSWORD = N'NEW' UNLOCK;` }
    : { on: SETTINGS, command: entry(instance, 'user: LOGIN, password: {file: FILE}') },
);

const wholeAnswer = judgeStage('answer', 'it answers everything that a round asks', (): Mend => ({
  on: HERE,
  command: 'pchat grants',
}));

/** A right that is missing is the cause, and has a check of its own. */
export const instanceAnswer = (evidence: DoctorEvidence): readonly Verdict[] =>
  wholeAnswer(evidence).map((verdict) =>
    verdict.level === 'error' &&
    evidence.rights.some(({ instance, held }) => instance === verdict.party && held === false)
      ? unknown(verdict.party, 'not whole: a right is missing')
      : verdict,
  );

/** Of the time that a look may take, this share for one small question leaves too little for the large one. */
const SLOW_SHARE = 0.2;

export const latency = (evidence: DoctorEvidence): readonly Verdict[] =>
  ofInstances(evidence, (_, { instance }) => {
    const checkup = evidence.checkups.get(instance);
    if (checkup?.kind !== 'value') return [unknown(instance, checkup?.reason ?? 'it was not asked')];
    const { instanceDeadlineMs } = evidence.host;
    const took = Math.round(checkup.value.latencyMs);
    if (took <= instanceDeadlineMs * SLOW_SHARE) return [ok(instance, `a question takes ${String(took)} ms`)];
    const wanted = Math.ceil(took / SLOW_SHARE / 1_000);
    return [
      warning(
        instance,
        `a small question takes ${String(took)} ms, and a whole look may take ${String(instanceDeadlineMs)} ms`,
        { on: SETTINGS, command: `deadlines: {instance: ${String(wanted)}s}` },
      ),
    ];
  });
