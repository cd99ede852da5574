/** Rules across the fields of one pool, each a named function that says what is wrong, where and what to do. Pure. */
import type { DatacenterDocument, PoolDocument, SqlStoreDocument } from './schema.ts';
import type { Path } from './yaml-document.ts';

export interface Problem {
  /** Below the pool. */
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const centers = (pool: PoolDocument): [string, DatacenterDocument][] => Object.entries(pool.datacenters);

export function twoDatacentersWithTheirRoles(pool: PoolDocument): Problem[] {
  const entries = centers(pool);
  if (entries.length !== 2)
    return [
      {
        path: ['datacenters'],
        message: `expected exactly two datacenters, found ${entries.length}`,
        hint: 'a stretched pool has two',
      },
    ];
  const [first, second] = entries;
  if (first === undefined || second === undefined || first[1].role !== second[1].role) return [];
  return [
    {
      path: ['datacenters', second[0], 'role'],
      message: `both datacenters have the role ${second[1].role}`,
      hint: 'one is primary-store, the other backup-store, as the Skype topology says',
    },
  ];
}

export function primaryDatacenterIsDeclared(pool: PoolDocument): Problem[] {
  const names = Object.keys(pool.datacenters);
  if (names.includes(pool.primaryDatacenter)) return [];
  return [
    {
      path: ['primaryDatacenter'],
      message: `expected one of ${names.join(', ')}, found ${pool.primaryDatacenter}`,
      hint: 'it names one of the datacenters below',
    },
  ];
}

export function activeServersAreMembersNearby(pool: PoolDocument): Problem[] {
  return centers(pool).flatMap(([name, center]) => {
    const nearby = [name, ...center.lowLatencyTo];
    return center.activeServers.flatMap((server, index) => {
      const path = ['datacenters', name, 'activeServers', index];
      const owner = centers(pool).find(([, other]) =>
        other.servers.some((member) => same(member, server)),
      )?.[0];
      if (owner === undefined)
        return [
          { path, message: `${server} is no member of the pool`, hint: `add it to servers of ${name}` },
        ];
      if (nearby.includes(owner)) return [];
      return [
        {
          path,
          message: `${server} is a server of ${owner}, not of ${name}`,
          hint: `active servers sit where the database is; if the line is fast enough, say lowLatencyTo: [${owner}]`,
        },
      ];
    });
  });
}

export function lowLatencyNamesTheOther(pool: PoolDocument): Problem[] {
  return centers(pool).flatMap(([name, center]) =>
    center.lowLatencyTo.flatMap((other, index) =>
      other !== name && Object.hasOwn(pool.datacenters, other)
        ? []
        : [
            {
              path: ['datacenters', name, 'lowLatencyTo', index],
              message: `expected the other datacenter, found ${other}`,
            },
          ],
    ),
  );
}

export function noServerTwice(pool: PoolDocument): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  for (const [name, center] of centers(pool)) {
    center.servers.forEach((server, index) => {
      const before = seen.get(server.toLowerCase());
      if (before !== undefined)
        problems.push({
          path: ['datacenters', name, 'servers', index],
          message: `${server} is already a server of ${before}`,
        });
      seen.set(server.toLowerCase(), name);
    });
    const active = new Set<string>();
    center.activeServers.forEach((server, index) => {
      if (active.has(server.toLowerCase()))
        problems.push({
          path: ['datacenters', name, 'activeServers', index],
          message: `${server} is listed twice`,
        });
      active.add(server.toLowerCase());
    });
  }
  return problems;
}

const PARTS = ['primary', 'mirror', 'witness'] as const;
const instanceOf = (store: SqlStoreDocument, part: (typeof PARTS)[number]): string | undefined =>
  store[part] === 'none' ? undefined : store[part];

export function noInstanceTwiceForOneDatabase(pool: PoolDocument): Problem[] {
  return (['sql', 'compliance'] as const).flatMap((which) => {
    const seen = new Map<string, string>();
    return centers(pool).flatMap(([name, center]) =>
      PARTS.flatMap((part): Problem[] => {
        const store = center[which];
        const instance = store === undefined ? undefined : instanceOf(store, part);
        if (instance === undefined) return [];
        const here = `${part} of ${name}`;
        const before = seen.get(instance.toLowerCase());
        seen.set(instance.toLowerCase(), here);
        if (before === undefined) return [];
        return [
          {
            path: ['datacenters', name, which, part],
            message: `${instance} is already the ${before}`,
            hint: 'each part of one database needs an instance of its own',
          },
        ];
      }),
    );
  });
}

/** A compliance store may share the chat store's instances, but only those of its own datacenter. */
export function instancesStayInTheirDatacenter(pool: PoolDocument): Problem[] {
  return centers(pool).flatMap(([name, center]) =>
    PARTS.flatMap((part): Problem[] => {
      const instance = center.compliance === undefined ? undefined : instanceOf(center.compliance, part);
      if (instance === undefined) return [];
      const other = centers(pool).find(
        ([otherName, candidate]) =>
          otherName !== name &&
          PARTS.some((otherPart) => same(instanceOf(candidate.sql, otherPart) ?? '', instance)),
      )?.[0];
      if (other === undefined) return [];
      return [
        {
          path: ['datacenters', name, 'compliance', part],
          message: `${instance} stands in ${other}, not in ${name}`,
          hint: 'a store and its mirror are in one datacenter',
        },
      ];
    }),
  );
}

export function witnessNeedsAMirror(pool: PoolDocument): Problem[] {
  return centers(pool).flatMap(([name, center]) =>
    (['sql', 'compliance'] as const).flatMap((which) => {
      const store = center[which];
      if (store?.witness === undefined || store.mirror !== 'none') return [];
      return [
        {
          path: ['datacenters', name, which, 'witness'],
          message: 'a witness without a mirror has nothing to watch',
          hint: 'name a mirror or leave the witness out',
        },
      ];
    }),
  );
}

export function complianceOnBothSitesOrNone(pool: PoolDocument): Problem[] {
  const without = centers(pool).filter(([, center]) => center.compliance === undefined);
  const first = without[0];
  if (without.length !== 1 || first === undefined) return [];
  return [
    {
      path: ['datacenters', first[0]],
      message: 'compliance is declared in the other datacenter only',
      hint: 'declare it in both or in none',
    },
  ];
}

/** A tail in the shipping share would be taken for a normal log backup and applied. */
export function quarantineIsNoShippingFolder(pool: PoolDocument): Problem[] {
  const { share, copyFolder, mirroringShare } = pool.logShipping;
  const own = centers(pool).flatMap(([, center]) => center.mirroringShare ?? []);
  const folders = [share, copyFolder, mirroringShare, ...own];
  return centers(pool).flatMap(([name, center]) =>
    folders.some((folder) => same(folder, center.quarantineFolder))
      ? [
          {
            path: ['datacenters', name, 'quarantineFolder'],
            message: `${center.quarantineFolder} is a log-shipping folder`,
            hint: 'a saved tail must not lie where jobs pick files up',
          },
        ]
      : [],
  );
}

/** nvarchar(260) of backupmediafamily.physical_device_name, less the end of the text. */
const LONGEST_PATH = 259;
/** `\\`, `_shared-tail_`, a stamp of 14 digits, `_`, an id of 12, `.trn`: the longest that a name of ours adds to the database's. */
const AROUND_DATABASE = 45;

export function filesFitIntoAPath(pool: PoolDocument): Problem[] {
  const { share, copyFolder, mirroringShare } = pool.logShipping;
  const folders: (readonly [Path, string])[] = [
    [['logShipping', 'share'], share],
    [['logShipping', 'copyFolder'], copyFolder],
    [['logShipping', 'mirroringShare'], mirroringShare],
    ...centers(pool).flatMap(([name, { quarantineFolder, mirroringShare: own }]) => [
      [['datacenters', name, 'quarantineFolder'], quarantineFolder] as const,
      ...(own === undefined ? [] : [[['datacenters', name, 'mirroringShare'], own] as const]),
    ]),
  ];
  const room =
    LONGEST_PATH - AROUND_DATABASE - Math.max(pool.chatDatabase.length, pool.complianceDatabase.length);
  return folders
    .filter(([, folder]) => folder.length > room)
    .map(([path, folder]) => ({
      path,
      message: `expected at most ${room} characters, found ${folder.length}`,
      hint: `a path has ${LONGEST_PATH} at most, and the name of a backup file must fit behind the folder`,
    }));
}

export function shareDatacenterIsDeclared(pool: PoolDocument): Problem[] {
  const { shareDatacenter } = pool.logShipping;
  const names = centers(pool).map(([name]) => name);
  if (shareDatacenter === undefined || names.includes(shareDatacenter)) return [];
  return [
    {
      path: ['logShipping', 'shareDatacenter'],
      message: `expected one of ${names.join(', ')}, found ${shareDatacenter}`,
      hint: 'leave it out when the share stands in neither',
    },
  ];
}

/** The settings map folders by name, so one name cannot mean a disk in either site. */
export function quarantineFoldersDiffer(pool: PoolDocument): Problem[] {
  const [first, second] = centers(pool);
  if (first === undefined || second === undefined) return [];
  if (!same(first[1].quarantineFolder, second[1].quarantineFolder)) return [];
  return [
    {
      path: ['datacenters', second[0], 'quarantineFolder'],
      message: `${second[1].quarantineFolder} is also the folder of ${first[0]}`,
      hint: "each site's folder needs a name of its own, because the settings map it by name",
    },
  ];
}

export const CROSS_CHECKS = [
  twoDatacentersWithTheirRoles,
  primaryDatacenterIsDeclared,
  shareDatacenterIsDeclared,
  activeServersAreMembersNearby,
  lowLatencyNamesTheOther,
  noServerTwice,
  noInstanceTwiceForOneDatabase,
  instancesStayInTheirDatacenter,
  witnessNeedsAMirror,
  complianceOnBothSitesOrNone,
  quarantineIsNoShippingFolder,
  quarantineFoldersDiffer,
  filesFitIntoAPath,
] as const satisfies readonly ((pool: PoolDocument) => Problem[])[];
