/**
 * Signs -> the verdict on a site's copy. Silence counts only when every party of the site is silent, nothing speaks for life, and
 * every party of the other site and the shell answer, so that the daemon is not the one cut off. Pure.
 */
import type { DownLevel, Evidence, Sign, Verdict } from '../../topology/evidence.ts';
import type { PoolFacts } from '../../topology/pool-facts.ts';
import { otherSite, type DesiredPool, type Site } from '../../topology/pool-topology.ts';
import { copyOf } from '../site-copy.ts';
import { instanceSigns } from './party-signs.ts';

export interface SiteVerdict {
  readonly verdict: Verdict;
  readonly level: DownLevel | null;
  /** What the verdict `down (silent)` still lacks; empty unless the verdict is unknown. */
  readonly lacks: readonly string[];
}

const lives = ({ says }: Sign): boolean => says === 'alive' || says === 'damaged';
/** A party's own silence; what others tell of it is no silence. */
const isOwn = ({ way }: Sign): boolean => way === 'probe' || way === 'shell';

/** undefined: nobody says that anything of the site lives. */
function livingVerdict(own: string, signs: readonly Sign[]): Verdict | undefined {
  const answer = signs.find(({ about, way }) => about === own && way === 'probe');
  if (answer?.says === 'alive') return 'alive';
  if (answer?.says === 'damaged') return 'degraded';
  if (signs.some((sign) => sign.about === own && lives(sign))) return 'partitioned';
  if (signs.some((sign) => sign.way === 'probe' && lives(sign))) return 'degraded';
  return signs.some(lives) ? 'partitioned' : undefined;
}

function lacksOf(pool: DesiredPool, facts: PoolFacts, signs: readonly Sign[], site: Site): string[] {
  const { silentAfterMs } = pool.policy;
  const young = signs.filter((sign) => isOwn(sign) && sign.forMs < silentAfterMs).map(({ about }) => about);
  const mute = instanceSigns(pool, facts, otherSite(site)).filter((sign) => !lives(sign));
  const unread = signs
    .filter(({ way, says }) => way === 'files' && says === 'silent')
    .map(({ about }) => about);
  const seconds = `${String(silentAfterMs / 1_000)} s`;
  return [
    ...(young.length === 0 ? [] : [`${young.join(', ')} must have been asked in vain, anew, for ${seconds}`]),
    ...(mute.length === 0 ? [] : [`${mute.map(({ about }) => about).join(', ')} must answer`]),
    ...(facts.poolState.kind === 'value' ? [] : ['the management shell must answer']),
    ...(unread.length === 0 ? [] : [`it must be read who wrote ${unread.join(', ')}`]),
  ];
}

export function siteVerdict(
  pool: DesiredPool,
  facts: PoolFacts,
  signs: readonly Sign[],
  site: Site,
): SiteVerdict {
  const seen = copyOf(pool.topology, facts, site);
  const own = seen.kind === 'seen' ? seen.copy.instance : seen.instance;
  const living = livingVerdict(own, signs);
  if (living !== undefined) return { verdict: living, level: null, lacks: [] };
  const lacks = lacksOf(pool, facts, signs, site);
  return lacks.length > 0
    ? { verdict: 'unknown', level: null, lacks }
    : { verdict: 'down', level: 'silent', lacks };
}

const ALIVE: Readonly<Record<'alive' | 'degraded' | 'partitioned', string>> = {
  alive: 'The site answers.',
  degraded:
    'An instance of the site answers: mend the copy, or the instance that holds it; once the whole site is silent, its silence counts.',
  partitioned: 'Restore the sight of the site from here; somebody else still sees it alive.',
};
const DOWN: Readonly<Record<DownLevel, string>> = {
  silent: 'Any answer from the site.',
  proven: 'Any answer of the principal.',
  attested: 'Any sign of life voids the attestation.',
};

/** One sentence. */
export function changesOf({ verdict, level, lacks }: SiteVerdict): Evidence['changes'] {
  if (verdict === 'down') return DOWN[level ?? 'silent'];
  if (verdict !== 'unknown') return ALIVE[verdict];
  return `To count as silent: ${lacks.join('; ')}; or attest it: pchat attest SITE --down.`;
}
