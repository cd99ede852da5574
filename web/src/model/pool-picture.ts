/** The two datacenters of a pool and what runs between them. Pure. */
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { Drift } from '../../../src/topology/drift.ts';
import type { FolderFacts, PoolFacts } from '../../../src/topology/pool-facts.ts';
import type { Verdict } from '../../../src/topology/evidence.ts';
import type { Observed } from '../../../src/topology/known.ts';
import { lossWords } from './age.ts';
import { fact, partOf, UNKNOWN, type Part, type PartTone } from './part.ts';
import { sitePicture, type SitePicture } from './site-picture.ts';

export interface PoolPicture {
  readonly home: SitePicture;
  readonly backup: SitePicture;
  readonly shipping: Part;
  readonly share: Part;
  /** Datacenter where the share stands; null: elsewhere, or nobody says. */
  readonly shareIn: string | null;
  readonly poolState: Part;
  /** What differs and belongs to neither datacenter alone. */
  readonly drift: readonly Drift[];
}

/** null: nothing was observed yet. */
export function poolPicture(pool: PoolStatus): PoolPicture | null {
  const { facts, declared } = pool;
  if (facts === null) return null;
  const seen = { ...pool, facts };
  return {
    home: sitePicture(seen, 'home'),
    backup: sitePicture(seen, 'backup'),
    shipping: shippingPart(pool, facts),
    share: sharePart(pool, facts),
    shareIn: declared.shareSite === null ? null : pool.datacenters[declared.shareSite],
    poolState: partOf('pool-state', 'pool state', facts.poolState, (state) => ({
      tone: state.poolState === UNKNOWN ? 'unknown' : 'good',
      word: state.poolState === 'FailedOver' ? 'failed over' : state.poolState.toLowerCase(),
      facts: [
        fact('active servers', state.activeServers.length),
        fact('standby servers', state.inactiveServers.length),
        fact('Central Management', state.centralManagement),
      ],
    })),
    drift: pool.drift.filter(({ path }) => !/^(home|backup)\./.test(path)),
  };
}

const SHIPPING_TONES: Readonly<Record<string, PartTone>> = {
  running: 'good',
  paused: 'busy',
  unknown: 'unknown',
};

/** The secondary half is what the words come from; its instance is the one that copies and restores. */
function shippingPart(pool: PoolStatus, facts: PoolFacts): Part {
  const { primary, mirror } = pool.declared.sites.backup;
  const names = mirror === null ? [primary] : [primary, mirror];
  const { chatDatabase } = pool.declared;
  const holder = names
    .map((name) => facts.instances[name])
    .find((one) => one?.kind === 'value' && one.value.shippingSecondary[chatDatabase] != null);
  const state = pool.variables['shipping.secondary']?.value ?? UNKNOWN;
  const lack = pool.forecast?.lossNowMinutes ?? null;
  return partOf('shipping', 'log shipping', holder ?? facts.instances[primary], (instance) => {
    const half = instance.shippingSecondary[chatDatabase];
    return {
      ...shippingState(state, pool.evidence?.home.verdict ?? 'unknown', pool.datacenters.home),
      facts: [
        fact('backup copy lacks', lack === null ? UNKNOWN : lossWords(lack)),
        ...(half == null
          ? []
          : [
              fact('not copied yet', filesAfter(facts.share, half.lastCopiedFile)),
              fact('not restored yet', filesAfter(facts.copyFolder, half.lastRestoredFile)),
              fact('last copied', half.lastCopiedAt ?? 'never'),
              fact('last restored', half.lastRestoredAt ?? 'never'),
              fact('restores as', half.restoreMode),
            ]),
      ],
    };
  });
}

/** Jobs that run and get nothing new ship nothing. */
function shippingState(state: string, verdict: Verdict, home: string): Pick<Part, 'tone' | 'word'> {
  if (state === 'absent') return { tone: 'idle', word: 'none' };
  if (state !== 'running' || verdict === 'alive' || verdict === 'degraded')
    return { tone: SHIPPING_TONES[state] ?? 'bad', word: state };
  return { tone: verdict === 'down' ? 'bad' : 'unknown', word: `nothing new from ${home}` };
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** Log shipping names its files by the UTC instant, so that their names stand in the order of the log. */
function filesAfter(folder: Observed<FolderFacts>, file: string | null): number | undefined {
  if (folder.kind === 'unknown') return undefined;
  const last = file === null ? '' : baseName(file).toLowerCase();
  return logFiles(folder.value).filter((name) => name > last).length;
}

const logFiles = ({ files }: FolderFacts): readonly string[] =>
  files.map(({ name }) => name.toLowerCase()).filter((name) => name.endsWith('.trn'));

function sharePart(pool: PoolStatus, facts: PoolFacts): Part {
  const gone = pool.variables['share']?.value === 'gone';
  const part = partOf('share', 'backup share', facts.share, (folder) => {
    const damaged = folder.files.filter(({ header }) => header !== UNKNOWN && header.damaged).length;
    return {
      tone: damaged > 0 ? 'bad' : 'good',
      word: `${String(logFiles(folder).length)} log backups`,
      facts: [
        fact('path', folder.path),
        fact('files', folder.files.length),
        fact('being written', folder.unfinished.length),
        ...(damaged > 0 ? [fact('damaged', damaged)] : []),
        ...(folder.through === undefined ? [] : [fact('listed through', folder.through)]),
      ],
    };
  });
  return gone ? { ...part, tone: 'bad', word: 'gone, by evidence' } : part;
}
