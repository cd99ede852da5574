/** Verdicts with their signs as text for people. Formats only. */
import {
  SIGN_WAYS,
  verdictWords,
  type CopyEvidence,
  type Evidence,
  type Sign,
} from '../topology/evidence.ts';
import { SITES, type Site } from '../topology/pool-topology.ts';
import { named } from './site-name.ts';
import { span } from './span.ts';
import { indented, textTable } from './text-table.ts';

type SiteEvidence = Readonly<Record<Site, Evidence>>;
type Datacenters = Readonly<Record<Site, string>>;

const LEVELS: Readonly<Record<NonNullable<Evidence['level']>, string>> = {
  silent: 'silent: taken for down only where policy.evidence is silent. Isolation looks the same',
  proven: 'proven down',
  attested: 'attested down by a person',
};
const VERDICTS: Readonly<Record<Exclude<Evidence['verdict'], 'down'>, string>> = {
  alive: 'alive',
  degraded: 'degraded: it answers, but its copy is damaged, or the instance that holds it is silent',
  partitioned: 'out of sight from here, but somebody else sees it',
  unknown: 'not judged yet: silent, but not for long enough or not from every side',
};

const inWords = ({ verdict, level }: Evidence): string =>
  verdict === 'down' ? LEVELS[level ?? 'silent'] : VERDICTS[verdict];

/** No source stays silent for ten years; a longer age means that it was never seen. */
const NEVER_MS = 315_360_000_000;
const MINUTE_MS = 60_000;
const age = (ms: number): string => (ms > NEVER_MS ? 'since ever' : `for ${span(ms / MINUTE_MS)}`);

/** Signs that say the same for as long stand on one line. */
function signLines(signs: readonly Sign[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { says, forMs, source, detail } of signs) {
    const what = detail.replaceAll(source, 'it');
    const key = `${says} ${age(forMs)} (${what})`;
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  return [...groups].map(([said, sources]) => `${sources.join(', ')}: ${said}`);
}

/** Only what can be told of by itself: of a site that is down, its copies are. */
const copyLines = ({ level, copies }: Evidence): readonly string[] =>
  copies
    .filter((copy) => copy.level !== null && copy.level !== level)
    .map((copy) => `copy on ${copy.instance}: ${verdictWords(copy)}: ${copy.because}`);

export const renderEvidence = (evidence: SiteEvidence, datacenters?: Datacenters): string =>
  SITES.map((site) => {
    const { verdict, signs, changes } = evidence[site];
    const name = named({ datacenters }, site);
    const copies = copyLines(evidence[site]);
    if (verdict === 'alive')
      return [
        `evidence: ${name} is alive`,
        ...(copies.length === 0 ? [] : [indented(copies.join('\n'))]),
      ].join('\n');
    const lines = [...signLines(signs), ...copies, `what would change this: ${changes}`];
    return `evidence: ${name} is ${inWords(evidence[site])}\n${indented(lines.join('\n'))}`;
  }).join('\n');

/** One line for each site that is not simply alive. */
export const verdictLines = (evidence: SiteEvidence, datacenters: Datacenters): readonly string[] =>
  SITES.filter((site) => evidence[site].verdict !== 'alive').map((site) => {
    const { silentForMs } = evidence[site];
    const silence = silentForMs === 0 ? '' : `, no instance answers ${age(silentForMs)}`;
    return `${named({ datacenters }, site)} is ${verdictWords(evidence[site])}${silence}`;
  });

const copyRow = (copy: CopyEvidence): string[] => [copy.instance, verdictWords(copy), copy.because];

/** Every sign with its age, its source and how it was got. */
export const renderWholeEvidence = (evidence: SiteEvidence, datacenters: Datacenters): string =>
  SITES.map((site) => {
    const own = evidence[site];
    const rows = own.signs.map(({ about, says, forMs, source, way, detail }) => [
      about,
      says,
      forMs > NEVER_MS ? 'ever' : span(forMs / MINUTE_MS),
      source,
      SIGN_WAYS[way],
      detail,
    ]);
    return [
      `${named({ datacenters }, site)} is ${verdictWords(own)}: ${inWords(own)}`,
      textTable(['copy on', 'verdict', 'because'], own.copies.map(copyRow)),
      textTable(['about', 'says', 'for', 'source', 'got by', 'what'], rows),
      `what would change this: ${own.changes}`,
    ].join('\n');
  }).join('\n\n');
