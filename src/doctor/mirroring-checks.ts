/** Mirroring: endpoints of both sites, the session of the site that serves, its witness. */
import type { MirroringEndpoint } from '../observers/instance-checkup.ts';
import { identifier } from '../statements/quote.ts';
import { isKnown } from '../topology/known.ts';
import type { MirroringFacts } from '../topology/pool-facts.ts';
import {
  instancesOf,
  mirroringShareFor,
  SITES,
  type InstanceName,
  type Site,
} from '../topology/pool-topology.ts';
import type { DoctorEvidence } from './evidence.ts';
import { error, ok, unknown, warning, type Mend, type Verdict } from './finding.ts';
import {
  databaseOf,
  factsOf,
  HERE,
  MANAGEMENT_SHELL,
  notAsked,
  servingSite,
  storesOf,
  type NamedStore,
  type Part,
} from './parties.ts';

/** As Install-CsMirrorDatabase and most guides make it; only where nobody tells another. */
const DEFAULT_NAME = 'Mirroring';
const DEFAULT_PORT = 5022;
const CREATE_ENDPOINT =
  'CREATE ENDPOINT [Mirroring] STATE = STARTED AS TCP (LISTENER_PORT = 5022, LISTENER_IP = ALL) ' +
  'FOR DATABASE_MIRRORING (AUTHENTICATION = WINDOWS NEGOTIATE, ENCRYPTION = REQUIRED ALGORITHM AES, ROLE = ALL);';

/** Where the site is not mirrored on purpose, no endpoint is needed. */
const takesPart = (evidence: DoctorEvidence, site: Site): boolean =>
  storesOf(evidence, site).some(({ store }) => store.mirror !== undefined);

export const mirroringEndpoint = (evidence: DoctorEvidence): readonly Verdict[] =>
  instancesOf(evidence.topology)
    .filter(({ site }) => takesPart(evidence, site))
    .map(({ instance, part }) => endpointOf(evidence, instance, part));

const roleFits = (role: string, part: Part): boolean =>
  role === 'ALL' || role === (part === 'witness' ? 'WITNESS' : 'PARTNER');

function endpointOf(evidence: DoctorEvidence, instance: InstanceName, part: Part): Verdict {
  const checkup = evidence.checkups.get(instance);
  if (checkup?.kind !== 'value') return notAsked(instance);
  const { endpoint } = checkup.value;
  if (endpoint === 'unknown')
    return unknown(instance, 'this login would not see a mirroring endpoint', {
      on: instance,
      command: 'GRANT VIEW ANY DEFINITION TO [LOGIN];',
    });
  if (endpoint === null)
    return error(instance, 'there is no mirroring endpoint', { on: instance, command: CREATE_ENDPOINT });
  const alter = (rest: string): Mend => ({
    on: instance,
    command: `ALTER ENDPOINT ${identifier(endpoint.name)} ${rest};`,
  });
  if (endpoint.state !== 'STARTED')
    return error(
      instance,
      `the mirroring endpoint ${endpoint.name} is ${endpoint.state}`,
      alter('STATE = STARTED'),
    );
  if (!roleFits(endpoint.role, part))
    return error(
      instance,
      `the mirroring endpoint ${endpoint.name} has the role ${endpoint.role}`,
      alter('FOR DATABASE_MIRRORING (ROLE = ALL)'),
    );
  const encryption = endpoint.encryption ?? 'no encryption';
  return ok(instance, `endpoint ${endpoint.name} is started on port ${String(endpoint.port)}, ${encryption}`);
}

/** Two defaults met where one partner is older than 2016: RC4 and AES do not connect (sql-server reference 3.9). */
export const endpointEncryption = (evidence: DoctorEvidence): readonly Verdict[] =>
  SITES.filter((site) => takesPart(evidence, site)).flatMap((site) => {
    const own = instancesOf(evidence.topology).filter((member) => member.site === site);
    const first = own[0] === undefined ? undefined : encryptionOf(evidence, own[0].instance);
    return own.slice(1).map(({ instance }): Verdict => {
      const found = encryptionOf(evidence, instance);
      if (first === undefined || found === undefined) return notAsked(instance);
      if (meet(first, found))
        return ok(instance, `its endpoint and that of ${own[0]?.instance ?? ''} can talk`);
      const name = identifier(endpointAt(evidence, instance)?.name ?? DEFAULT_NAME);
      const command = `ALTER ENDPOINT ${name} FOR DATABASE_MIRRORING (ENCRYPTION = REQUIRED ALGORITHM AES);`;
      return error(instance, `its endpoint speaks ${found}, that of ${own[0]?.instance ?? ''} ${first}`, {
        on: instance,
        command,
      });
    });
  });

/** undefined: there is none, or nobody tells. */
function endpointAt(evidence: DoctorEvidence, instance: InstanceName): MirroringEndpoint | undefined {
  const checkup = evidence.checkups.get(instance);
  const endpoint = checkup?.kind === 'value' ? checkup.value.endpoint : null;
  return endpoint === null || endpoint === 'unknown' ? undefined : endpoint;
}

const startEndpoint = (evidence: DoctorEvidence, instance: InstanceName): string =>
  `ALTER ENDPOINT ${identifier(endpointAt(evidence, instance)?.name ?? DEFAULT_NAME)} STATE = STARTED;`;

function encryptionOf(evidence: DoctorEvidence, instance: InstanceName): string | undefined {
  const endpoint = endpointAt(evidence, instance);
  return endpoint === undefined ? undefined : (endpoint.encryption ?? 'no encryption');
}

/** `AES RC4` offers both. */
const meet = (one: string, other: string): boolean =>
  one === other || one.split(/[^A-Z0-9]+/i).some((word) => other.split(/[^A-Z0-9]+/i).includes(word));

interface Session {
  readonly principal: InstanceName;
  readonly mirroring: MirroringFacts;
}

/** What the principal of a store's pair says; undefined: nobody says that he is one. */
function sessionOf(evidence: DoctorEvidence, { store, database }: NamedStore): Session | undefined {
  for (const instance of [store.primary, store.mirror]) {
    const facts = instance === undefined ? undefined : factsOf(evidence, instance);
    const mirroring = facts === undefined ? undefined : databaseOf(facts, database)?.mirroring;
    if (instance === undefined || mirroring === undefined || !isKnown(mirroring)) continue;
    if (mirroring?.role === 'PRINCIPAL') return { principal: instance, mirroring };
  }
  return undefined;
}

const mirrored = (evidence: DoctorEvidence): readonly NamedStore[] =>
  storesOf(evidence, servingSite(evidence)).filter(({ store }) => store.mirror !== undefined);

function installMirror(evidence: DoctorEvidence, { store, type }: NamedStore): Mend {
  const [host = '', named] = store.primary.split('\\');
  const instance = named === undefined ? '' : ` -SqlInstanceName '${named}'`;
  const share = mirroringShareFor(evidence.topology, store.primary);
  return {
    on: MANAGEMENT_SHELL,
    command: `Install-CsMirrorDatabase -DatabaseType ${type} -SqlServerFqdn '${host}'${instance} -FileShare '${share.replaceAll("'", "''")}'`,
  };
}

export const mirrorHealthy = (evidence: DoctorEvidence): readonly Verdict[] =>
  mirrored(evidence).map((named) => {
    const { store, database } = named;
    const session = sessionOf(evidence, named);
    const silent = [store.primary, store.mirror].some(
      (instance) => instance !== undefined && factsOf(evidence, instance) === undefined,
    );
    if (session === undefined)
      return silent
        ? notAsked(store.primary)
        : error(store.primary, `${database} is not mirrored`, installMirror(evidence, named));
    const { principal, mirroring } = session;
    const { state, partnerAddress } = mirroring;
    if (state === 'SYNCHRONIZED') return ok(principal, `${database} is mirrored and SYNCHRONIZED`);
    if (silent)
      return unknown(principal, `${database}: the mirror is ${state}, and a partner does not answer`);
    const what = `${database}: the mirror at ${partnerAddress} is ${state}`;
    const alter = `ALTER DATABASE ${identifier(database)} SET PARTNER`;
    if (state === 'SUSPENDED') return error(principal, what, { on: principal, command: `${alter} RESUME;` });
    if (state === 'SYNCHRONIZING')
      return warning(principal, `${what}: it catches up`, {
        on: HERE,
        command: 'pchat doctor --only mirror-healthy',
      });
    const other = principal === store.primary ? store.mirror : store.primary;
    return error(principal, what, {
      on: other ?? principal,
      command: startEndpoint(evidence, other ?? principal),
    });
  });

export const witnessConnected = (evidence: DoctorEvidence): readonly Verdict[] =>
  mirrored(evidence).flatMap((named): readonly Verdict[] => {
    const { store, database } = named;
    const { witness } = store;
    if (witness === undefined) return [];
    const session = sessionOf(evidence, named);
    // Without a session there is no witness of it either: mirror-healthy says so.
    if (session === undefined)
      return [unknown(store.primary, `${database} has no mirroring session to watch`)];
    const { principal, mirroring } = session;
    if (mirroring.witnessState === 'CONNECTED')
      return [ok(principal, `${database}: the witness is connected`)];
    if (factsOf(evidence, witness) === undefined)
      return [
        unknown(principal, `${database}: the witness is not connected, and ${witness} does not answer`),
      ];
    const host = witness.split('\\')[0] ?? witness;
    const absent = mirroring.witnessAddress === null;
    const mend = absent
      ? {
          on: principal,
          command: `ALTER DATABASE ${identifier(database)} SET WITNESS = N'TCP://${host}:${String(endpointAt(evidence, witness)?.port ?? DEFAULT_PORT)}';`,
        }
      : { on: witness, command: startEndpoint(evidence, witness) };
    return [error(principal, `${database}: the witness ${absent ? 'is not set' : 'is not connected'}`, mend)];
  });
