/**
 * Which desired state counts: what the source says, what a person put over it while it could not be read (`pchat apply`), and what
 * is left to a question when that ends. Pure: source events, journal records and the time in, pools out.
 */
import { desiredStateError, parseDesiredState } from '../desired-state/parse-desired-state.ts';
import type { DesiredEvent } from '../ports/desired-source.ts';
import type { JournalBody, JournalRecord, ReturnedPool } from '../ports/journal.ts';
import type { BreakGlassRequest } from '../reconciler/pool-status.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { BreakGlass, DesiredPool, Generation, Site } from '../topology/pool-topology.ts';
import { breakGlassOrigin, generationsOf, isBreakGlassOrigin } from './known-pools.ts';

type Body<K extends JournalBody['kind']> = Extract<JournalBody, { readonly kind: K }>;

interface Glass {
  readonly words: Omit<BreakGlass, 'state'>;
  readonly pool: DesiredPool;
  readonly before: Site | null;
}

export interface DesiredSoFar {
  /** What the source declared last, before this start too; undefined: it was never read. */
  readonly source: readonly DesiredPool[] | undefined;
  readonly reachable: boolean;
  /** What is wrong with the source now, one line each. */
  readonly findings: readonly string[];
  /** The newest break-glass of each pool that the source's return has not ended, expired ones included. */
  readonly glasses: ReadonlyMap<string, Glass>;
  readonly returned: ReadonlyMap<string, ReturnedPool>;
  readonly generations: ReadonlyMap<string, Generation>;
  /** Where the source wanted each pool last, as far as the journal tells. */
  readonly sites: ReadonlyMap<string, Site>;
}

/** Throws PCO_JOURNAL_UNREADABLE when a break-glass that still counts cannot be understood any more. */
export function desiredFromJournal(records: readonly JournalRecord[]): DesiredSoFar {
  const sites = new Map<string, Site>();
  for (const record of records)
    if (record.kind === 'generation' && !isBreakGlassOrigin(record.origin))
      sites.set(record.pool, record.primarySite);
  const start: DesiredSoFar = {
    source: undefined,
    reachable: false,
    findings: [],
    glasses: new Map(),
    returned: new Map(),
    generations: generationsOf(records),
    sites,
  };
  return records.reduce(withRecord, start);
}

/** A record that was just written, or one of the journal. */
export function withRecord(state: DesiredSoFar, record: JournalBody): DesiredSoFar {
  switch (record.kind) {
    case 'break-glass':
      return { ...state, glasses: new Map([...state.glasses, ...glassesOf(record)]) };
    case 'break-glass-ended': {
      const returned = record.pools.map((one) => [one.pool, one] as const);
      return { ...state, glasses: new Map(), returned: new Map([...state.returned, ...returned]) };
    }
    default:
      return state;
  }
}

function glassesOf(record: Body<'break-glass'>): [string, Glass][] {
  const { by, reason, file, expiresAt, text } = record;
  const words = { by, reason, file, expiresAt };
  const parsed = parseDesiredState(text, file);
  if (parsed.kind === 'invalid')
    throw new PoolError('PCO_JOURNAL_UNREADABLE', `the break-glass of ${by} is not understood any more`, {
      cause: desiredStateError(parsed.findings),
      hint: 'write it anew with pchat apply while no daemon runs',
    });
  const before = new Map(record.pools.map((one) => [one.pool, one.before]));
  return parsed.pools.map((pool) => {
    const { name } = pool.topology;
    const origin = breakGlassOrigin(by, file);
    return [name, { words, pool: { ...pool, origin }, before: before.get(name) ?? null }];
  });
}

/** `ended` must be in the journal before anybody follows the new pools, and is given to `withRecord` then. */
export function withSource(
  state: DesiredSoFar,
  event: DesiredEvent,
): { readonly state: DesiredSoFar; readonly ended: Body<'break-glass-ended'> | undefined } {
  const { kind, findings } = event;
  const source = kind === 'accepted' || event.pools.length > 0 ? event.pools : state.source;
  const next = { ...state, findings, reachable: kind !== 'unreachable', source };
  if (kind !== 'accepted' || state.glasses.size === 0) return { state: next, ended: undefined };
  const pools = [...state.glasses].map(([name, glass]): ReturnedPool => {
    const pool = event.pools.find(({ topology }) => topology.name === name);
    const generation = pool === undefined ? null : numbered(state.generations, pool).generation;
    const back = pool !== undefined && movesBack(glass, pool);
    return { pool: name, generation, movesBack: back, breakGlass: glass.words };
  });
  return { state: next, ended: { kind: 'break-glass-ended', pools } };
}

/**
 * The source still wants the pool where it wanted it before, the break-glass had it elsewhere: nobody reviewed the way back. A
 * source that has itself moved the pool in the meantime was edited for that.
 */
const movesBack = ({ pool, before }: Glass, { primarySite }: DesiredPool): boolean =>
  pool.primarySite !== primarySite && (before === null || before === primarySite);

/** The source's own counter knows nothing of a break-glass; the same content keeps its generation, any other gets the next number. */
function numbered(generations: ReadonlyMap<string, Generation>, pool: DesiredPool): DesiredPool {
  const before = generations.get(pool.topology.name);
  const { counter, hash } = pool.generation;
  if (before?.hash === hash) return { ...pool, generation: before };
  return { ...pool, generation: { counter: Math.max(counter, (before?.counter ?? 0) + 1), hash } };
}

/** Every pool that counts at this instant, with its generation, and the state that remembers these generations. */
export function poolsInForce(
  state: DesiredSoFar,
  nowMs: number,
): { readonly state: DesiredSoFar; readonly pools: readonly DesiredPool[] } {
  const declared = (state.source ?? []).map(({ topology }) => topology.name);
  const names = new Set([...declared, ...state.glasses.keys()]);
  const pools = [...names].flatMap((name) => poolInForce(state, name, nowMs) ?? []);
  const generations = pools.map((pool) => [pool.topology.name, pool.generation] as const);
  return { state: { ...state, generations: new Map([...state.generations, ...generations]) }, pools };
}

function poolInForce(state: DesiredSoFar, name: string, nowMs: number): DesiredPool | undefined {
  const { source, generations } = state;
  const declared = source?.find(({ topology }) => topology.name === name);
  const glass = state.glasses.get(name);
  if (glass !== undefined && Date.parse(glass.words.expiresAt) > nowMs)
    return { ...numbered(generations, glass.pool), breakGlass: { state: 'in-force', ...glass.words } };
  if (glass !== undefined && source === undefined)
    // Nothing else is known of this pool: it stays in sight, and nothing is done with it.
    return { ...numbered(generations, glass.pool), breakGlass: { state: 'expired', ...glass.words } };
  if (declared === undefined) return undefined;
  const pool = numbered(generations, declared);
  if (glass !== undefined && movesBack(glass, pool))
    return { ...pool, breakGlass: { state: 'gives-way', ...glass.words } };
  const returned = state.returned.get(name);
  return returned?.movesBack === true && sameGeneration(returned.generation, pool.generation)
    ? { ...pool, breakGlass: { state: 'source-returned', ...returned.breakGlass } }
    : pool;
}

const sameGeneration = (one: Generation | null, other: Generation): boolean =>
  one?.counter === other.counter && one.hash === other.hash;

/** The next instant at which a break-glass ends; undefined: none is in force. */
export function nextExpiryMs({ glasses }: DesiredSoFar, nowMs: number): number | undefined {
  const ends = [...glasses.values()].map(({ words }) => Date.parse(words.expiresAt));
  const ahead = ends.filter((endMs) => endMs > nowMs);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

/** Throws PCO_USAGE when the source can be read, PCO_DESIRED_INVALID when the document is not valid. */
export function toBreakGlass(
  request: BreakGlassRequest,
  state: DesiredSoFar,
  nowMs: number,
): Body<'break-glass'> {
  const { by, reason, via, expiresAt, file, text } = request;
  if (state.reachable) {
    const origins = new Set((state.source ?? []).map(({ origin }) => origin));
    throw new PoolError('PCO_USAGE', 'the desired state can be read, so nothing may outrank it', {
      hint: `edit it where it lies: ${origins.size === 0 ? state.findings.join('; ') : [...origins].join(', ')}`,
    });
  }
  if (Date.parse(expiresAt) <= nowMs) throw new PoolError('PCO_USAGE', `${expiresAt} has passed already`);
  const parsed = parseDesiredState(text, file);
  if (parsed.kind === 'invalid') throw desiredStateError(parsed.findings);
  const names = parsed.pools.map(({ topology }) => topology.name);
  requireKnown(names, state);
  const pools = names.map((pool) => ({ pool, before: siteBefore(state, pool) }));
  return {
    kind: 'break-glass',
    by,
    reason,
    ...(via === undefined ? {} : { via }),
    expiresAt,
    file,
    text,
    pools,
  };
}

function siteBefore({ glasses, source, sites }: DesiredSoFar, name: string): Site | null {
  const declared = source?.find(({ topology }) => topology.name === name);
  return glasses.get(name)?.before ?? declared?.primarySite ?? sites.get(name) ?? null;
}

/** A mistyped name would give one pool two loops. Nothing is known on the very first start; then any name is taken. */
function requireKnown(names: readonly string[], { source, glasses, sites }: DesiredSoFar): void {
  const declared = (source ?? []).map(({ topology }) => topology.name);
  const known = new Set([...declared, ...glasses.keys(), ...sites.keys()]);
  const unknown = names.filter((name) => !known.has(name));
  if (known.size === 0 || unknown.length === 0) return;
  throw new PoolError('PCO_USAGE', `no pool is called ${unknown.join(', ')}`, {
    hint: `a break-glass may change ${[...known].join(', ')}`,
  });
}
