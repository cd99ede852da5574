/**
 * Keeps what would be gone with a site that falls silent: the listing of each share and the clock of each instance at their last
 * answer. The loss ledger names files from it, and a file that a site wrote within its silence is a sign of life.
 */
import type { PoolError } from '../topology/pool-error.ts';
import type { DatabaseState, FolderFacts, InstanceFacts, LastSeen } from '../topology/pool-facts.ts';
import { isAnswer, isSilence, type Sighting } from './source-memory.ts';

/** Closed, and nobody can read what is in it. RESTORING and RECOVERING tell of themselves. */
const UNUSABLE: readonly DatabaseState[] = ['SUSPECT', 'RECOVERY_PENDING', 'EMERGENCY', 'OFFLINE'];

const iso = (ms: number): string => new Date(ms).toISOString();

const kept = (
  names: readonly string[],
  of: (name: string) => string | undefined,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const at = of(name);
      return at === undefined ? [] : [[name, at] as const];
    }),
  );

/** One instant by both clocks of the daemon. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

interface Life {
  /** By the instance's own clock, ms since 1970. */
  readonly ownMs: number;
  readonly monotonicMs: number;
}

export class LastSeenMemory {
  readonly #shares = new Map<string, NonNullable<LastSeen['share']>>();
  readonly #lives = new Map<string, Life>();
  readonly #unansweredSince = new Map<string, string>();
  /** By database and instance: pools share instances. */
  readonly #synchronized = new Map<string, string>();
  readonly #unusableSince = new Map<string, string>();

  /** @param answered when the answer was complete */
  noteInstance(instance: string, facts: InstanceFacts, database: string, answered: Moment): void {
    const ownMs = answered.wallMs + facts.clockOffsetMs;
    this.#lives.set(instance, { ownMs, monotonicMs: answered.monotonicMs });
    this.#unansweredSince.delete(instance);
    const at = iso(ownMs);
    this.#noteUsable(`${database} ${instance}`, facts.databases[database]?.state, at);
    const session = facts.databases[database]?.mirroring;
    if (session === undefined || session === null || session === 'unknown') return;
    const { role, state, safety } = session;
    if (role === 'PRINCIPAL' && state === 'SYNCHRONIZED' && safety === 'FULL')
      this.#synchronized.set(`${database} ${instance}`, at);
  }

  /** A look without facts. Whoever refuses lives, too; its clock is reckoned on from when it was read last. */
  noteUnread(instance: string, { code }: PoolError, monotonicMs: number): void {
    const life = this.#lives.get(instance);
    if (life === undefined) return;
    const ownMs = life.ownMs + Math.floor(monotonicMs - life.monotonicMs);
    if (isAnswer(code)) {
      this.#lives.set(instance, { ownMs, monotonicMs });
      this.#unansweredSince.delete(instance);
    } else if (isSilence(code) && !this.#unansweredSince.has(instance))
      this.#unansweredSince.set(instance, iso(ownMs));
  }

  #noteUsable(key: string, state: DatabaseState | undefined, at: string): void {
    if (state === undefined || !UNUSABLE.includes(state)) this.#unusableSince.delete(key);
    else if (!this.#unusableSince.has(key)) this.#unusableSince.set(key, at);
  }

  noteShare(share: string, look: Sighting<FolderFacts>, nowMs: number): void {
    if (look.kind === 'value') this.#shares.set(share, { folder: look.value, at: iso(nowMs) });
  }

  /** Only of what did not answer in this round; what is out of order is told of those that did. */
  of(
    { share, database }: { readonly share: string; readonly database: string },
    look: Sighting<FolderFacts>,
    instances: readonly (readonly [string, Sighting<InstanceFacts>])[],
  ): LastSeen {
    const silent = instances.filter(([, sighting]) => sighting.kind === 'unknown').map(([name]) => name);
    const missed = kept(silent, (name) => this.#unansweredSince.get(name));
    const known = kept(silent, (name) => this.#synchronized.get(`${database} ${name}`));
    const answering = instances.filter(([, sighting]) => sighting.kind === 'value').map(([name]) => name);
    const since = kept(answering, (name) => this.#unusableSince.get(`${database} ${name}`));
    return {
      share: look.kind === 'value' ? null : (this.#shares.get(share) ?? null),
      clocks: kept(silent, (name) => this.#ownClock(name)),
      ...(Object.keys(missed).length === 0 ? {} : { unansweredSince: missed }),
      ...(Object.keys(known).length === 0 ? {} : { synchronized: known }),
      ...(Object.keys(since).length === 0 ? {} : { unusableSince: since }),
    };
  }

  #ownClock(instance: string): string | undefined {
    const life = this.#lives.get(instance);
    return life === undefined ? undefined : iso(life.ownMs);
  }
}
