/** The verdict on each instance's copy of mgc by itself: only of one of them can be proven that it cannot serve. Pure. */
import type { CopyEvidence, DownLevel, Sign } from '../../topology/evidence.ts';
import type { PoolFacts } from '../../topology/pool-facts.ts';
import type { DesiredPool, Site } from '../../topology/pool-topology.ts';
import { QUORUM_LOST_MS, quorumLost } from './lost-quorum.ts';
import { waitingMirror } from './waiting-mirror.ts';

/**
 * @param level of the site's own verdict; null: it is not down
 * @param attested a person says that the principal for which a mirror waits is down
 */
export function copyEvidence(
  pool: DesiredPool,
  facts: PoolFacts,
  site: Site,
  signs: readonly Sign[],
  level: DownLevel | null,
  attested: boolean,
): CopyEvidence[] {
  const { primary, mirror } = pool.topology.sites[site].chat;
  const pair: readonly string[] = mirror === undefined ? [primary] : [primary, mirror];
  // The partner that answers is no sign of the principal's life when it waits for it in vain itself.
  const waiting = attested ? waitingMirror(pool, facts, site) : undefined;
  return pair.map((instance) => {
    const about = signs.filter((sign) => sign.about === instance);
    const given = level ?? (waiting?.principal === instance ? 'attested' : null);
    return {
      instance,
      ...judgeOne(pool, about, given, () => quorumLost(pool, facts, site, instance)),
    };
  });
}

type Judged = Omit<CopyEvidence, 'instance'>;

const words = ({ source, detail }: Sign): string => `${source}: ${detail}`;

function judgeOne(
  { policy }: DesiredPool,
  about: readonly Sign[],
  level: DownLevel | null,
  proof: () => string | undefined,
): Judged {
  const own = about.find(({ way }) => way === 'probe');
  if (own?.says === 'alive') return { verdict: 'alive', level: null, because: words(own) };
  if (own?.says === 'damaged') return { verdict: 'degraded', level: null, because: words(own) };
  const life = about.find(({ says }) => says === 'alive');
  if (life !== undefined) return { verdict: 'partitioned', level: null, because: words(life) };
  const longEnough = (own?.forMs ?? 0) >= Math.max(policy.silentAfterMs, QUORUM_LOST_MS);
  const proven = longEnough ? proof() : undefined;
  if (proven !== undefined) return { verdict: 'down', level: 'proven', because: proven };
  const because = own === undefined ? 'not asked' : words(own);
  return level === null ? { verdict: 'unknown', level, because } : { verdict: 'down', level, because };
}
