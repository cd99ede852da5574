/**
 * Which pools are in force after a source was read: each file for itself, so that a broken one leaves its own pools as they were
 * and the others go on. Pure: what was in force before comes in, what is now goes out.
 */
import type { DesiredEvent } from '../ports/desired-source.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { DesiredPool, Revision } from '../topology/pool-topology.ts';
import { Claims } from './claims.ts';
import { parseDesiredState, restoreDesiredPool } from './parse-desired-state.ts';
import type { KnownPool } from './to-desired-pool.ts';
import { formatFinding } from './yaml-document.ts';

export interface SourceFile {
  /** As findings and origins name it. */
  readonly name: string;
  /** `problem`: it is there and was not read, for example because of its size. */
  readonly content:
    { readonly kind: 'text'; readonly text: string } | { readonly kind: 'problem'; readonly message: string };
  readonly revision: Revision | null;
}

export interface InForce {
  /** By name. */
  readonly pools: ReadonlyMap<string, DesiredPool>;
  /** Text of each file as it was accepted last. */
  readonly texts: ReadonlyMap<string, string>;
  /** Last accepted generation of each pool that ever was, so that counters go on. */
  readonly known: ReadonlyMap<string, KnownPool>;
}

/** What an earlier start accepted, as the journal remembers it. What today's rules would refuse is left out. */
export function inForceBefore(known: ReadonlyMap<string, KnownPool>): InForce {
  const restored = [...known.values()].flatMap((one) => restoreDesiredPool(one) ?? []);
  return { pools: byName(restored), texts: new Map(), known };
}

const nameOf = ({ topology }: DesiredPool): string => topology.name;
const byName = (pools: readonly DesiredPool[]): Map<string, DesiredPool> =>
  new Map(pools.map((pool) => [nameOf(pool), pool]));

export interface Accepted {
  readonly inForce: InForce;
  readonly event: DesiredEvent;
}

/** @param files every file that the source holds now. A pool leaves only when all of them are valid and none declares it. */
export function acceptFiles(files: readonly SourceFile[], before: InForce): Accepted {
  const claims = new Claims();
  const accepted: DesiredPool[] = [];
  const texts = new Map<string, string>();
  const refused = new Set<string>();
  const findings: string[] = [];
  for (const file of inOrder(files, before)) {
    const judged = judge(file, before, claims);
    if (judged.kind === 'refused') {
      refused.add(file.name);
      findings.push(...judged.findings);
      continue;
    }
    texts.set(file.name, judged.text);
    accepted.push(...judged.pools);
  }
  const declared = byName(accepted);
  const kept =
    refused.size === 0 ? [] : [...before.pools.values()].filter((pool) => !declared.has(nameOf(pool)));
  findings.push(...kept.filter(({ origin }) => !refused.has(origin)).map(stays));
  const pools = [...accepted, ...kept];
  const known = new Map<string, KnownPool>([...before.known, ...byName(pools)]);
  const inForce = { pools: byName(pools), texts, known };
  if (accepted.length > 0) return { inForce, event: { kind: 'accepted', pools, findings } };
  return { inForce, event: { kind: 'rejected', error: rejection(findings), pools, findings } };
}

/** What stands in force already is taken first: a newcomer must not take a name or an instance away. */
function inOrder(files: readonly SourceFile[], { texts }: InForce): readonly SourceFile[] {
  const stands = ({ name, content }: SourceFile): boolean =>
    content.kind === 'text' && texts.get(name) === content.text;
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...sorted.filter(stands), ...sorted.filter((file) => !stands(file))];
}

type Judged =
  | { readonly kind: 'ok'; readonly text: string; readonly pools: readonly DesiredPool[] }
  | { readonly kind: 'refused'; readonly findings: readonly string[] };

function judge({ name, content, revision }: SourceFile, { known }: InForce, claims: Claims): Judged {
  if (content.kind === 'problem') return { kind: 'refused', findings: [`${name}:1:1: ${content.message}`] };
  const parsed = parseDesiredState(content.text, name, { known, revision, claims });
  return parsed.kind === 'ok'
    ? { kind: 'ok', text: content.text, pools: parsed.pools }
    : { kind: 'refused', findings: parsed.findings.map(formatFinding) };
}

/** It may have been moved to the file that is refused. */
const stays = (pool: DesiredPool): string =>
  `${pool.origin}: the pool ${nameOf(pool)} is no longer declared; it stays in force until every file is valid`;

const rejection = (findings: readonly string[]): PoolError =>
  new PoolError('PCO_DESIRED_INVALID', findings.join('\n'), {
    hint: 'the last good generation stays in force until it is valid again',
  });

/** It was read, and none of it may count. */
export function refusedWhole({ pools }: InForce, error: PoolError): DesiredEvent {
  return { kind: 'rejected', error, pools: [...pools.values()], findings: [error.message] };
}

/** It could not be read at all. */
export function unreachable({ pools }: InForce, message: string, cause: unknown): DesiredEvent {
  const error = new PoolError('PCO_SOURCE_UNREACHABLE', message, { cause });
  return { kind: 'unreachable', error, pools: [...pools.values()], findings: [message] };
}
