/** One pool as a row of the fleet; which rows are shown, and in which order. Pure. */
import type { PoolRow } from '../../../src/http/pool-row.ts';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { Verdict } from '../../../src/topology/evidence.ts';
import type { Readiness } from '../../../src/topology/forecast.ts';
import type { Site } from '../../../src/topology/pool-topology.ts';
import { headline, TONES, type Headline } from './pool-tone.ts';

/** Small: a thousand of them are kept, while facts are not. */
export interface FleetRow {
  readonly pool: string;
  readonly headline: Headline;
  readonly drift: number;
  /** Datacenter whose servers are active, or that none or others are; null: not seen. */
  readonly runsIn: string | null;
  /** Of that datacenter: active servers in one that is down serve nobody; null: it is none of the two. */
  readonly verdict: Verdict | null;
  /** Datacenter that the desired state names. */
  readonly wantedIn: string;
  readonly readiness: Readiness | null;
  readonly generation: number;
  /** Whether the plan is one for this generation. */
  readonly considered: boolean;
  /** What a person can do; null: nobody is asked. */
  readonly asked: string | null;
  readonly observedAt: string | null;
}

/** By the active servers: they are what clients reach. `other`: not those of one datacenter. */
export function servingOf(pool: Pick<PoolStatus, 'variables'>): Site | 'none' | 'other' | 'unknown' {
  const active = pool.variables['active']?.value ?? 'unknown';
  if (active.startsWith('home')) return 'home';
  if (active.startsWith('backup')) return 'backup';
  return active === 'none' || active === 'other' ? active : 'unknown';
}

function placeOf(pool: PoolRow, serving: ReturnType<typeof servingOf>): string | null {
  switch (serving) {
    case 'home':
    case 'backup':
      return pool.datacenters[serving];
    case 'none':
      return 'nowhere';
    case 'other':
      return 'not one datacenter';
    case 'unknown':
      return null;
  }
}

/** What the next move needs of a person, if anything. */
export function askedOf({ gate, plan }: Pick<PoolStatus, 'gate' | 'plan'>): string | null {
  if (plan?.kind === 'blocked') return plan.obstacles[0]?.wayOut ?? null;
  return plan?.kind === 'steps' && gate?.kind !== 'proceed' ? (gate?.nextAction ?? null) : null;
}

export function fleetRow(pool: PoolRow): FleetRow {
  const serving = servingOf(pool);
  const site = serving === 'home' || serving === 'backup' ? serving : null;
  return {
    pool: pool.pool,
    headline: headline(pool),
    drift: pool.drift.length,
    runsIn: placeOf(pool, serving),
    verdict: site === null ? null : (pool.evidence?.[site].verdict ?? 'unknown'),
    wantedIn: pool.datacenters[pool.primarySite],
    readiness: pool.forecast?.readiness ?? null,
    generation: pool.generation.counter,
    considered: pool.observedGeneration?.hash === pool.generation.hash,
    asked: askedOf(pool),
    observedAt: pool.observedAt,
  };
}

export const SORT_KEYS = ['condition', 'pool', 'drift', 'runsIn', 'readiness', 'generation'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface FleetView {
  readonly filter: string;
  readonly sort: SortKey;
  readonly descending: boolean;
}

const ANSWERS: readonly (Readiness['answer'] | undefined)[] = ['no', 'unknown', undefined, 'yes'];

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Ascending: the worst first, where there is a worst. */
const ORDERS: Readonly<Record<SortKey, (one: FleetRow, other: FleetRow) => number>> = {
  condition: (one, other) => TONES.indexOf(one.headline.tone) - TONES.indexOf(other.headline.tone),
  pool: () => 0,
  drift: (one, other) => other.drift - one.drift,
  runsIn: (one, other) => byText(one.runsIn ?? '', other.runsIn ?? ''),
  readiness: (one, other) =>
    ANSWERS.indexOf(one.readiness?.answer) - ANSWERS.indexOf(other.readiness?.answer),
  generation: (one, other) => other.generation - one.generation,
};

const textOf = ({ pool, headline: { word, tone, says }, runsIn, wantedIn, asked }: FleetRow): string =>
  [pool, word, tone, says, runsIn ?? 'unknown', wantedIn, asked ?? ''].join(' ').toLowerCase();

/** Every word of the filter must be found; equal rows stand by name. */
export function shownRows(rows: Iterable<FleetRow>, { filter, sort, descending }: FleetView) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const order = ORDERS[sort];
  return [...rows]
    .filter((row) => words.length === 0 || words.every((word) => textOf(row).includes(word)))
    .sort(
      (one, other) =>
        (descending ? -1 : 1) * (order(one, other) || (sort === 'pool' ? byText(one.pool, other.pool) : 0)) ||
        byText(one.pool, other.pool),
    );
}

export interface RowWindow {
  readonly first: number;
  /** One behind the last. */
  readonly end: number;
}

/** Which rows of a scrolled list are drawn; some more on both sides, so that the Tab key finds the next one. */
export function windowOf(count: number, rowHeight: number, scrollTop: number, height: number): RowWindow {
  const more = 8;
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - more);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + more);
  return { first: Math.min(first, Math.max(0, end - 1)), end };
}
