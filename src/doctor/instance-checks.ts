/** What each instance is and has: version, edition, rights of the login, Agent, clock, recovery model. */
import { identifier } from '../statements/quote.ts';
import { SITES, type InstanceName } from '../topology/pool-topology.ts';
import type { DoctorEvidence } from './evidence.ts';
import { error, ok, unknown, warning, type Mend, type Verdict } from './finding.ts';
import { DAEMON, databaseOf, factsOf, HERE, holdsData, ofInstances, storesOf } from './parties.ts';

/** Product version -> the versions that this program knows; mirroring needs the same one in a pair (skype reference 1.5). */
const SUPPORTED: Readonly<Record<string, string>> = {
  11: '2012',
  12: '2014',
  13: '2016',
  14: '2017',
  15: '2019',
  16: '2022',
};

const majorOf = (version: string): string => version.split('.')[0] ?? '';
/** undefined: none that this program knows. @param version SERVERPROPERTY('ProductVersion') */
export const yearOf = (version: string): string | undefined => SUPPORTED[majorOf(version)];
const setupOn = (instance: InstanceName): Mend => ({
  on: instance.split('\\')[0] ?? instance,
  command: 'setup.exe /Action=Upgrade',
});

export const version = (evidence: DoctorEvidence): readonly Verdict[] =>
  ofInstances(evidence, ({ version: found }, { instance }) => {
    const year = yearOf(found);
    return [
      year === undefined
        ? error(
            instance,
            `SQL Server ${found} is none of ${Object.values(SUPPORTED).join(', ')}`,
            setupOn(instance),
          )
        : ok(instance, `SQL Server ${year} (${found})`),
    ];
  });

/** The partner of the first instance of each store; the witness counts for the version only. */
const partners = (
  evidence: DoctorEvidence,
  withWitness: boolean,
): readonly (readonly [InstanceName, InstanceName])[] => {
  const pairs = SITES.flatMap((site) =>
    storesOf(evidence, site).flatMap(({ store: { primary, mirror, witness } }) =>
      [mirror, withWitness ? witness : undefined].flatMap((other) =>
        other === undefined ? [] : [[primary, other] as const],
      ),
    ),
  );
  return [...new Map(pairs.map((pair) => [pair.join('\n'), pair])).values()];
};

function sameInPair(
  evidence: DoctorEvidence,
  withWitness: boolean,
  read: (instance: InstanceName) => string | undefined,
): readonly Verdict[] {
  return partners(evidence, withWitness).map(([primary, other]) => {
    const [wanted, found] = [read(primary), read(other)];
    if (wanted === undefined || found === undefined)
      return unknown(other, 'not compared: one of the pair does not answer');
    return wanted === found
      ? ok(other, `${found}, as ${primary}`)
      : error(other, `${found}, but ${primary} is ${wanted}: mirroring wants the same`, setupOn(other));
  });
}

/** The same major version: a pair of different ones loses its session at the first failover (sql-server reference 9). */
export const versionPair = (evidence: DoctorEvidence): readonly Verdict[] =>
  sameInPair(evidence, true, (instance) => {
    const facts = factsOf(evidence, instance);
    if (facts === undefined) return undefined;
    return `SQL Server ${yearOf(facts.version) ?? majorOf(facts.version)}`;
  });

/** Developer and Evaluation are Enterprise under other terms; the words before `Edition` are what a pair shares. */
export const editionPair = (evidence: DoctorEvidence): readonly Verdict[] =>
  sameInPair(evidence, false, (instance) => {
    const checkup = evidence.checkups.get(instance);
    return checkup?.kind === 'value' ? checkup.value.edition.replace(/\s*\(.*$/, '') : undefined;
  });

export const rights = (evidence: DoctorEvidence): readonly Verdict[] =>
  evidence.rights.map(({ instance, right, held, without, grant }) => {
    if (held === true) return ok(instance, `has ${right}`);
    const mend = { on: instance, command: grant };
    return held === null
      ? unknown(instance, `whether the login has ${right} cannot be told now`, mend)
      : error(instance, `the login lacks ${right}: ${without}`, mend);
  });

const agentService = (instance: InstanceName): string => {
  const named = instance.split('\\')[1];
  return named === undefined ? 'SQLSERVERAGENT' : `'SQLAgent$${named}'`;
};

/** A witness runs no jobs. */
export const agentRunning = (evidence: DoctorEvidence): readonly Verdict[] =>
  ofInstances(
    evidence,
    ({ agentRunning: running }, { instance }) => {
      if (running === 'unknown')
        return [
          unknown(instance, 'sys.dm_server_services does not say whether SQL Server Agent runs', {
            on: HERE,
            command: 'pchat grants',
          }),
        ];
      const mend = {
        on: instance.split('\\')[0] ?? instance,
        command: `Start-Service ${agentService(instance)}`,
      };
      return [
        running
          ? ok(instance, `SQL Server Agent runs${accountOf(evidence, instance)}`)
          : error(instance, 'SQL Server Agent is stopped: no log shipping job runs', mend),
      ];
    },
    holdsData,
  );

function accountOf(evidence: DoctorEvidence, instance: InstanceName): string {
  const checkup = evidence.checkups.get(instance);
  const account = checkup?.kind === 'value' ? checkup.value.agentAccount : null;
  return account === null ? '' : ` as ${account}`;
}

/** ms. Evidence is judged by minutes, and a domain's clocks agree far better: beyond this, somebody's clock is not kept. */
const SKEW_MS = 10_000;
const seconds = (ms: number): string => `${String(Math.round(Math.abs(ms) / 1_000))} s`;
const RESYNC = 'w32tm /resync';

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

/** Who differs from most of the instances; when all of them differ from this computer, it is this computer's clock. */
export function clockSkew(evidence: DoctorEvidence): readonly Verdict[] {
  const offsets = Object.values(evidence.facts.instances).flatMap((answer) =>
    answer.kind === 'value' ? [answer.value.clockOffsetMs] : [],
  );
  const most = median(offsets);
  const instances = ofInstances(evidence, ({ clockOffsetMs }, { instance }) => {
    const away = clockOffsetMs - most;
    const how = away > 0 ? 'fast' : 'slow';
    return [
      Math.abs(away) <= SKEW_MS
        ? ok(instance, `its clock is within ${seconds(SKEW_MS)} of the others`)
        : warning(instance, `its clock is ${seconds(away)} ${how} against the other instances`, {
            on: instance.split('\\')[0] ?? instance,
            command: RESYNC,
          }),
    ];
  });
  if (offsets.length === 0) return [unknown(DAEMON, 'no instance answers'), ...instances];
  const own =
    Math.abs(most) <= SKEW_MS
      ? ok(DAEMON, `this clock is within ${seconds(SKEW_MS)} of the instances`)
      : warning(
          DAEMON,
          `this clock is ${seconds(most)} ${most > 0 ? 'slow' : 'fast'} against the instances`,
          {
            on: HERE,
            command: RESYNC,
          },
        );
  return [own, ...instances];
}

/** Of copies that are open: a restoring one has that of its backup. */
export const recoveryModel = (evidence: DoctorEvidence): readonly Verdict[] =>
  SITES.flatMap((site) =>
    storesOf(evidence, site).flatMap(({ store, database }) =>
      [store.primary, store.mirror].flatMap((instance): readonly Verdict[] => {
        const facts = instance === undefined ? undefined : factsOf(evidence, instance);
        const found = facts === undefined ? undefined : databaseOf(facts, database);
        if (instance === undefined || found?.state !== 'ONLINE') return [];
        if (found.recoveryModel === 'FULL') return [ok(instance, `${database} has recovery model FULL`)];
        const command = `ALTER DATABASE ${identifier(database)} SET RECOVERY FULL;`;
        return [
          error(
            instance,
            `${database} has recovery model ${found.recoveryModel}: neither mirroring nor log shipping works`,
            { on: instance, command },
          ),
        ];
      }),
    ),
  );
