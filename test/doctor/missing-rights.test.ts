/** Doctor's own look at the estate with just one right less: it names that right on that instance, mends it as grants does, and blames nothing else. */
import { describe, expect, test } from 'vitest';
import { gatherEstate } from '../../src/cli/gather-doctor.ts';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';
import { diagnose } from '../../src/doctor/check-table.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { createPoolObserver } from '../../src/observers/observe-pool.ts';
import { grantScript } from '../../src/rights/grant-script.ts';
import type { RequiredRight } from '../../src/rights/required-rights.ts';
import type { Purpose, SqlVersion } from '../../src/rights/right-table.ts';
import { giveRights, LEAST_LOGIN, leastRights } from '../../src/simulation/administrator.ts';
import { SimulatedBackupFiles } from '../../src/simulation/simulated-backup-files.ts';
import { SimulatedShell } from '../../src/simulation/simulated-shell.ts';
import { SimulatedSql } from '../../src/simulation/simulated-sql.ts';
import { freshWorld, SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { sampled } from '../support/budget.ts';
import { host } from '../support/doctor-evidence.ts';

const VERSIONS: readonly SqlVersion[] = ['2012', '2016', '2022'];
const PURPOSES: readonly Purpose[] = ['observe', 'act'];
const LATENCY_MS = 1;
const MINUTE_MS = 60_000;
const settings = parseSettings(
  `desiredState: { file: desired-state.yaml }
journal: { directory: state }
defaults: { user: ${LEAST_LOGIN}, password: { env: NOT_USED_IN_MEMORY } }
`,
  'settings.yaml',
);

const snapshots = new Map<SqlVersion, WorldSnapshot>();
function worldOf(version: SqlVersion): SimulatedWorld {
  const known = snapshots.get(version);
  if (known === undefined) throw new Error(`no world of ${version}`);
  return new SimulatedWorld(known);
}

/** Past the first log backup, so that there is a header to try. */
for (const version of VERSIONS) {
  const world = new SimulatedWorld(freshWorld({ sqlVersion: version }));
  await world.clock.run(() => false, 20 * MINUTE_MS);
  snapshots.set(version, world.snapshot());
}

function poolOf(world: SimulatedWorld, purpose: Purpose): DesiredPool {
  const text = world.document.text.replace(/^( +mode: ).*$/m, `$1${purpose}`);
  const parsed = parseDesiredState(text, 'desired-state.yaml');
  const [pool] = parsed.kind === 'ok' ? parsed.pools : [];
  if (pool?.policy.mode !== purpose) throw new Error(`the world declares no pool that shall ${purpose}`);
  return pool;
}

/** What `pchat doctor` finds with these rights and a computer of its own that is in order. */
async function findingsWith(
  version: SqlVersion,
  purpose: Purpose,
  rights: readonly RequiredRight[],
): Promise<readonly Finding[]> {
  const world = worldOf(version);
  giveRights(world, rights);
  const { clock, estate } = world;
  const latencyMs = (): number => LATENCY_MS;
  const login = { login: LEAST_LOGIN, password: world.sqlPassword, connectDeadlineMs: 3_000, latencyMs };
  const sql = new SimulatedSql(estate, clock, login);
  const shell = new SimulatedShell(estate, clock, latencyMs);
  const files = new SimulatedBackupFiles(world.folders, clock, (folder) => world.reach(folder), latencyMs);
  const observer = createPoolObserver({ sql, shell, files, clock });
  const found: (readonly Finding[])[] = [];
  const work = gatherEstate(
    settings,
    poolOf(world, purpose),
    { sql, shell, files, clock, observer },
    { signal: new AbortController().signal, refused: [], onProgress: () => undefined },
  ).then((gathered) => found.push(diagnose({ ...gathered, host: host() })));
  await clock.run(() => found.length > 0, MINUTE_MS);
  sql.dropAll();
  await work;
  return found[0] ?? [];
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
const blames = (findings: readonly Finding[]): readonly string[] =>
  findings
    .filter(({ level }) => level === 'error')
    .map(({ check, party, reason }) => `${check} of ${party}: ${reason}`);

/** Every fourth right is taken away; `npm run prove` takes away each. */
const STRIDE = 4;

/** 2012 has no right to look into a database that is not open, so there is none to take away there. */
const canBeTold = ({ right, instance }: RequiredRight, version: SqlVersion): boolean =>
  !(right.kind === 'database-role' && right.database === 'chat') ||
  worldOf(version).state.instances[instance]?.databases['mgc']?.state === 'ONLINE';

describe.each(VERSIONS.flatMap((version) => PURPOSES.map((purpose) => [version, purpose] as const)))(
  'on SQL Server %s, to %s,',
  (version, purpose) => {
    const all = leastRights(worldOf(version), { purpose, version });

    test(`the rights of pchat grants leave nothing to blame on ${version} for ${purpose}`, async () => {
      const findings = await findingsWith(version, purpose, all);
      expect(findings.filter(({ check }) => check === 'rights').length).toBe(all.length);
      expect(blames(findings)).toEqual([]);
      const about = new Set(findings.filter(({ level }) => level === 'unknown').map(({ check }) => check));
      // A database that is not open shows no right in it.
      expect([...about].filter((check) => check !== 'rights')).toEqual([]);
    });

    test.each(
      sampled(
        all.filter((right) => canBeTold(right, version)),
        STRIDE,
      ).map((right) => [right.name, right.instance, right] as const),
    )(`without %s on %s it is named for ${purpose} on ${version}`, async (name, instance, right) => {
      const findings = await findingsWith(
        version,
        purpose,
        all.filter((other) => other !== right),
      );
      const errors = findings.filter(({ level }) => level === 'error');
      expect(blames(findings)).toEqual([
        `rights of ${instance}: the login lacks ${name}: ${right.rows[0]?.without ?? ''}`,
      ]);
      const { on, command = '' } = errors[0]?.mend ?? {};
      expect(on).toBe(instance);
      expect(oneLine(grantScript(LEAST_LOGIN, [right]))).toContain(command);
      expect(command).toContain(`[${LEAST_LOGIN}]`);
    });
  },
);
