/** Which rights the logins of the settings have: each that the policy of the pool needs, asked of its instance in one question. */
import type { Settings } from '../desired-state/parse-settings.ts';
import type { RightAnswer } from '../doctor/evidence.ts';
import { yearOf } from '../doctor/instance-checks.ts';
import { observeRights } from '../observers/rights-held.ts';
import type { SqlInstances } from '../ports/sql-connection.ts';
import { grantsOf } from '../rights/grant-script.ts';
import { requiredRights, type RequiredRight } from '../rights/required-rights.ts';
import { SQL_VERSIONS, type SqlVersion } from '../rights/right-table.ts';
import { toPoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, InstanceName } from '../topology/pool-topology.ts';

/** Of a version that nobody knows the rights are those of the newest. */
const versionOf = (product: string): SqlVersion =>
  SQL_VERSIONS.find((version) => version === yearOf(product)) ?? '2022';

/** As SQL Server names the login. */
function loginOf(settings: Settings, instance: InstanceName): string {
  const { user, domain } = settings.instance(instance);
  return domain === undefined ? (user ?? '') : `${domain}\\${user ?? ''}`;
}

const grantOf = (right: RequiredRight, login: string): string =>
  grantsOf(right, login)
    .map(({ text }) => text.replaceAll(/\s+/g, ' '))
    .join(' ');

/** What was seen of the instances before. */
export interface Seen {
  /** Product version of each instance that can be asked. */
  readonly versions: ReadonlyMap<InstanceName, string>;
  readonly facts: PoolFacts;
}

export async function gatherRights(
  settings: Settings,
  { topology, policy }: DesiredPool,
  sql: SqlInstances,
  { versions, facts }: Seen,
  limit: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<readonly RightAnswer[]> {
  const purpose = policy.mode === 'act' ? 'act' : 'observe';
  const answers = [...versions].map(async ([instance, product]) => {
    const version = versionOf(product);
    const needed = requiredRights(topology, { purpose, version }).filter(
      (right) => right.instance === instance,
    );
    const held = await heldOf(sql, instance, needed, limit);
    return needed.map((right, place): RightAnswer => ({
      instance,
      right: right.name,
      held: held[place] ?? (isOpenToAll(facts, right) ? false : null),
      without: right.rows[0]?.without ?? '',
      grant: grantOf(right, loginOf(settings, instance)),
    }));
  });
  return (await Promise.all(answers)).flat();
}

/** Who may not enter a database is told NULL of the rights in it, as of one that is closed (sql-server reference 8). */
const isOpenToAll = ({ instances }: PoolFacts, { instance, databases }: RequiredRight): boolean => {
  const answer = instances[instance];
  return (
    answer?.kind === 'value' &&
    databases.some((name) => {
      const found = answer.value.databases[name];
      return found?.state === 'ONLINE' && found.access === 'MULTI_USER';
    })
  );
};

/** Empty: it cannot be told. */
async function heldOf(
  sql: SqlInstances,
  instance: InstanceName,
  needed: readonly RequiredRight[],
  limit: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<readonly (boolean | null)[]> {
  try {
    return await observeRights(sql, instance, needed, limit);
  } catch (error) {
    if (toPoolError(error).code === 'PCO_CANCELLED') throw error;
    // Whatever kept it from answering: the rights are not known, and doctor says so.
    return [];
  }
}
