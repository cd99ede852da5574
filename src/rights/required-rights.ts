/** Which rights a pool's login needs on each of its instances, what for, and how to ask whether it has them. Pure. */
import {
  databaseSelectCheck,
  objectSelectCheck,
  serverPermissionCheck,
  serverRoleCheck,
} from '../statements/grant-rights.ts';
import { instancesOf, SITES, type InstanceName, type PoolTopology } from '../topology/pool-topology.ts';
import {
  RIGHT_TABLE,
  type Place,
  type Purpose,
  type Right,
  type RightRow,
  type SqlVersion,
} from './right-table.ts';

export interface RequiredRight {
  readonly instance: InstanceName;
  readonly right: Right;
  /** `role sysadmin`, `VIEW SERVER STATE`, `db_datareader in msdb`. */
  readonly name: string;
  /** Databases that a right of one database is for. */
  readonly databases: readonly string[];
  readonly rows: readonly RightRow[];
  /** One expression for each database, else one: 1 has it, 0 has not, NULL cannot be told now. */
  readonly checks: readonly string[];
}

export interface RightsWanted {
  readonly purpose: Purpose;
  readonly version: SqlVersion;
}

export function nameOf(right: Right): string {
  switch (right.kind) {
    case 'server-role':
      return `role ${right.role}`;
    case 'server-permission':
      return right.permission;
    case 'database-role':
      return `${right.role} in ${right.database === 'chat' ? 'the chat database' : right.database}`;
  }
}

export const placeOf = (topology: PoolTopology, instance: InstanceName): Place =>
  SITES.some((site) =>
    [topology.sites[site].chat, topology.sites[site].compliance].some(
      (store) => store?.primary === instance || store?.mirror === instance,
    ),
  )
    ? 'store'
    : 'witness';

/** Both tables for `act`: whoever acts looks first. */
function rowsFor(place: Place, { purpose, version }: RightsWanted): readonly (readonly [RightRow, Right])[] {
  return RIGHT_TABLE.filter(
    (row) => row.places.includes(place) && (purpose === 'act' || row.purpose === 'observe'),
  )
    .map((row) => [row, row.right(version)] as const)
    .filter((pair): pair is readonly [RightRow, Right] => pair[1] !== undefined);
}

/** sysadmin contains all others. */
function leastOf(rows: readonly (readonly [RightRow, Right])[]): Map<string, readonly [Right, RightRow[]]> {
  const all = rows.find(([, right]) => right.kind === 'server-role');
  const found = new Map<string, readonly [Right, RightRow[]]>();
  for (const [row, own] of rows) {
    const right = all?.[1] ?? own;
    const name = nameOf(right);
    const known = found.get(name);
    if (known === undefined) found.set(name, [right, [row]]);
    else known[1].push(row);
  }
  return found;
}

const checksOf = (right: Right, databases: readonly string[]): readonly string[] => {
  switch (right.kind) {
    case 'server-role':
      return [serverRoleCheck(right.role)];
    case 'server-permission':
      return [serverPermissionCheck(right.permission)];
    case 'database-role':
      return right.database === 'msdb'
        ? [objectSelectCheck('msdb.dbo.sysjobs')]
        : databases.map(databaseSelectCheck);
  }
};

export const requiredRights = (topology: PoolTopology, wanted: RightsWanted): readonly RequiredRight[] =>
  instancesOf(topology).flatMap(({ instance }) =>
    [...leastOf(rowsFor(placeOf(topology, instance), wanted))].map(([name, [right, rows]]) => {
      const inOne =
        right.kind === 'database-role' && right.database === 'msdb' ? ['msdb'] : [topology.chatDatabase];
      const databases = right.kind === 'database-role' ? inOne : [];
      return { instance, right, name, databases, rows, checks: checksOf(right, databases) };
    }),
  );
