/** What each copy holds, and what each deed of salvage brings back: the loss ledger by copy and by step. Pure; concludes no leave. */
import { backlogAt } from './compliance-backlog.ts';
import type { CopyHolding, Holdings, Salvage } from '../topology/forecast.ts';
import type { Observed } from '../topology/known.ts';
import type { LedgerLine, LossLedger } from '../topology/loss-ledger.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import type {
  BackupFile,
  DatabaseFacts,
  FolderFacts,
  InstanceFacts,
  PoolFacts,
} from '../topology/pool-facts.ts';
import { SITES, type DesiredPool, type Site } from '../topology/pool-topology.ts';
import { minutesBetween } from './lost-files.ts';
import type { Vector } from './variables.ts';

const NOTHING = { lastLsn: null, until: null, files: null, messages: null } as const;

function ofDatabase(copy: string, where: string, database: DatabaseFacts | undefined): CopyHolding {
  if (database === undefined)
    return { ...NOTHING, copy, where, state: 'ABSENT', because: 'the instance has no such database' };
  const { state, positionLsn, content, lastRestore, mirroring } = database;
  if (mirroring !== null && mirroring !== 'unknown' && mirroring.role === 'MIRROR')
    return {
      ...NOTHING,
      copy,
      where,
      state,
      because: `mirror, ${mirroring.state}; a mirror tells no position`,
    };
  const lastLsn = positionLsn === 'unknown' ? null : positionLsn;
  if (content !== 'unknown')
    return {
      copy,
      where,
      state,
      lastLsn,
      until: content.newest?.at ?? null,
      files: null,
      messages: content.messages,
      because: 'its newest message; the next log backup begins at the LSN',
    };
  const restored = lastRestore === 'unknown' ? null : lastRestore;
  const until = restored?.backupStartedAt ?? null;
  const because =
    restored === null ? 'what was restored into it is not known' : 'the log backup that was restored last';
  return { ...NOTHING, copy, where, state, lastLsn, until, because };
}

const unseen = (copy: string, where: string, because: string): CopyHolding => ({
  ...NOTHING,
  copy,
  where,
  state: 'unknown',
  because,
});

function ofInstance(
  pool: DesiredPool,
  copy: string,
  where: string,
  observed: Observed<InstanceFacts> | undefined,
): CopyHolding {
  if (observed?.kind === 'value')
    return ofDatabase(copy, where, observed.value.databases[pool.topology.chatDatabase]);
  return unseen(copy, where, observed?.reason ?? 'not observed');
}

const roleOf = (pool: DesiredPool, observed: Observed<InstanceFacts> | undefined): string | undefined => {
  const database =
    observed?.kind === 'value' ? observed.value.databases[pool.topology.chatDatabase] : undefined;
  const mirroring = database?.mirroring;
  return mirroring == null || mirroring === 'unknown' ? undefined : mirroring.role.toLowerCase();
};

function storesOf(pool: DesiredPool, facts: PoolFacts, site: Site): CopyHolding[] {
  const { primary, mirror } = pool.topology.sites[site].chat;
  const parts = [
    ['primary', primary] as const,
    ...(mirror === undefined ? [] : [['mirror', mirror] as const]),
  ];
  return parts.map(([part, instance]) => {
    const observed = facts.instances[instance];
    return ofInstance(pool, `${roleOf(pool, observed) ?? part} of ${site}`, instance, observed);
  });
}

function newest(files: readonly BackupFile[]): Pick<CopyHolding, 'lastLsn' | 'until'> {
  const headers = files.flatMap(({ header }) =>
    header === 'unknown' || header.type !== 'log' ? [] : [header],
  );
  const last = headers.sort((a, b) => compareLsn(lsn(a.lastLsn), lsn(b.lastLsn))).at(-1);
  return { lastLsn: last?.lastLsn ?? null, until: last?.startedAt ?? null };
}

function ofFolder(copy: string, observed: Observed<FolderFacts>): CopyHolding {
  if (observed.kind === 'unknown') return unseen(copy, observed.source, observed.reason);
  const { path, files } = observed.value;
  const unread = files.filter(({ header }) => header === 'unknown').length;
  const because =
    unread === 0 ? 'headers of its log backups' : `${String(unread)} of its files could not be read`;
  return { ...NOTHING, ...newest(files), copy, where: path, state: 'listed', files: files.length, because };
}

/** Unread is said, so that nobody takes silence for none. */
const complianceOf = (pool: DesiredPool, facts: PoolFacts, site: Site): CopyHolding[] => {
  const backlog = backlogAt(pool, facts, site);
  if (backlog === undefined) return [];
  const copy = `backlog of ${pool.topology.complianceDatabase} of ${site}`;
  const { instance, waiting, because } = backlog;
  if (waiting === null) return [unseen(copy, instance, because)];
  return [{ ...NOTHING, copy, where: instance, state: 'counted', messages: waiting, because }];
};

const sum = (lines: readonly LedgerLine[]): number | null =>
  lines.reduce<number | null>(
    (total, { minutes }) => (total === null || minutes === null ? null : total + minutes),
    0,
  );

function ofFiles(facts: PoolFacts, lines: readonly LedgerLine[]): Salvage[] {
  const usable = lines.filter(({ kind }) => kind === 'salvageable');
  const { copyFolder } = facts;
  const copied = new Set(
    copyFolder.kind === 'value' ? copyFolder.value.files.map(({ name }) => name.toLowerCase()) : [],
  );
  const groups = [
    [
      'copy-log-backups',
      usable.filter(({ file }) => !copied.has((file ?? '').toLowerCase())),
      'only on the share',
    ],
    [
      'apply-log-backups',
      usable.filter(({ file }) => copied.has((file ?? '').toLowerCase())),
      'copied, not applied',
    ],
  ] as const;
  return groups.flatMap(([what, files, where]): Salvage[] =>
    files.length === 0
      ? []
      : [{ what, by: 'plan', minutes: sum(files), because: `${String(files.length)} log backups, ${where}` }],
  );
}

/** The mirror of a silent principal holds what was committed with it, and forcing service is a person's deed. */
function ofMirror(pool: DesiredPool, facts: PoolFacts, ledger: LossLedger): Salvage[] {
  const { primary, mirror } = pool.topology.sites.home.chat;
  const names = mirror === undefined ? [] : [primary, mirror];
  const alive = names.find((name) => roleOf(pool, facts.instances[name]) === 'mirror');
  if (alive === undefined || !ledger.lines.some(({ kind }) => kind === 'at-risk')) return [];
  const minutes = sum(ledger.lines.filter(({ kind }) => kind === 'at-risk'));
  return [
    { what: `force service of ${alive}`, by: 'person', minutes, because: 'the mirror of home is alive' },
  ];
}

/** With home alive nothing is lost, because the plan takes the tail; without it this much would be. */
function ofTail(pool: DesiredPool, facts: PoolFacts, vector: Vector): Salvage[] {
  const damaged = vector['home.mgc'] === 'salvageable';
  const open = vector['home.mgc'] === 'online' && vector.current === 'home';
  if (pool.primarySite !== 'backup' || !(damaged || open)) return [];
  const starts = [facts.share, facts.copyFolder].flatMap((folder) => {
    const { until } = folder.kind === 'value' ? newest(folder.value.files) : { until: null };
    return until === null ? [] : [Date.parse(until)];
  });
  const since = starts.length === 0 ? null : Math.max(...starts);
  const minutes = since === null ? null : minutesBetween(since, Date.parse(facts.observedAt));
  return [
    {
      what: damaged ? 'tail-damaged' : 'tail-log-backup',
      by: 'plan',
      minutes,
      because: 'written at home after its last log backup',
    },
  ];
}

export function accountCopies(
  pool: DesiredPool,
  facts: PoolFacts,
  vector: Vector,
  ledger: LossLedger,
): Holdings {
  const salvage = [
    ...ofFiles(facts, ledger.lines),
    ...ofTail(pool, facts, vector),
    // A promotion that the plan makes is no salvage beside it: the ledger is already that of the mirror.
    ...(['yes'].includes(vector['home.reach']) || vector['home.mgc'] === 'promotable'
      ? []
      : ofMirror(pool, facts, ledger)),
  ];
  const bought = salvage.filter(({ by }) => by === 'plan');
  const lossNowMinutes = bought.reduce<number | null>(
    (total, { minutes }) => (total === null || minutes === null ? null : total + minutes),
    ledger.lossMinutes,
  );
  return {
    copies: [
      ...SITES.flatMap((site) => storesOf(pool, facts, site)),
      ofFolder('share', facts.share),
      ofFolder('copy folder', facts.copyFolder),
      ...SITES.map((site) => ofFolder(`quarantine of ${site}`, facts.quarantine[site])),
      ...SITES.flatMap((site) => complianceOf(pool, facts, site)),
    ],
    salvage,
    lossNowMinutes,
  };
}
