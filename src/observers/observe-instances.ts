/**
 * Looks at SQL Server instances: one round trip on the held connection for all pools that an instance serves. Who asks gets a
 * look that begins after the question; who says that it may be older gets the newest one that began within that age.
 */
import type { Clock } from '../ports/clock.ts';
import type { SqlInstances } from '../ports/sql-connection.ts';
import { observeInstance, OWN_PROGRAM } from '../statements/observe-instance.ts';
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import type { InstanceFacts } from '../topology/pool-facts.ts';
import type { InstanceName, PoolTopology } from '../topology/pool-topology.ts';
import { agedBy, readInstance } from './instance-facts.ts';
import { databasesOf, InstanceWants, wantKey, wantOf, type InstanceWant } from './instance-wants.ts';
import type { Sighting, SourceMemory } from './source-memory.ts';
import type { Turns } from './turns.ts';

export interface InstancePorts {
  readonly sql: SqlInstances;
  readonly clock: Clock;
}

export interface LookRequest {
  readonly pool: PoolTopology;
  /** ms since the look began; 0: it begins after the question. */
  readonly maxAgeMs: number;
  /** Ends the waiting of who asks; others wait for the same look. */
  readonly signal: AbortSignal;
}

/** ms beyond the query's limit for cancelling it and dropping the connection. */
export const CANCEL_GRACE_MS = 1000;

/** What each want got; an error where the answer lacks what that want cannot do without. */
type Answered = ReadonlyMap<string, InstanceFacts | PoolError>;

interface SharedLook {
  readonly begunMs: number;
  readonly wants: ReadonlyMap<string, InstanceWant>;
  readonly sighting: Promise<Sighting<Answered>>;
}

interface Shared {
  readonly wants: InstanceWants;
  /** Asked for and not begun: whatever is wanted until then is in it. */
  waiting: Promise<Sighting<Answered>> | undefined;
  newest: SharedLook | undefined;
}

export class InstanceObserver {
  readonly #ports: InstancePorts;
  readonly #memory: SourceMemory;
  readonly #turns: Turns;
  readonly #deadlineMs: number;
  readonly #closed = new AbortController();
  readonly #shared = new Map<InstanceName, Shared>();

  constructor(ports: InstancePorts, memory: SourceMemory, turns: Turns, deadlineMs: number) {
    this.#ports = ports;
    this.#memory = memory;
    this.#turns = turns;
    this.#deadlineMs = deadlineMs;
  }

  close(): void {
    this.#closed.abort(new PoolError('PCO_CANCELLED', 'the observer was closed'));
  }

  /** Never rejects. */
  async look(
    instance: InstanceName,
    { pool, maxAgeMs, signal }: LookRequest,
  ): Promise<Sighting<InstanceFacts>> {
    const { clock } = this.#ports;
    const want = wantOf(pool, instance);
    const key = wantKey(want);
    const shared = this.#sharedOf(instance);
    const nowMs = clock.monotonicMs();
    shared.wants.note(key, want, nowMs);
    const { newest } = shared;
    const young = newest !== undefined && maxAgeMs > 0 && nowMs - newest.begunMs <= maxAgeMs;
    const sighting =
      young && newest.wants.has(key) ? newest.sighting : (shared.waiting ?? this.#next(instance, shared));
    return factsFor(key, await unlessCancelled(sighting, instance, signal), clock);
  }

  #sharedOf(instance: InstanceName): Shared {
    const known = this.#shared.get(instance);
    if (known !== undefined) return known;
    const shared = { wants: new InstanceWants(), waiting: undefined, newest: undefined };
    this.#shared.set(instance, shared);
    return shared;
  }

  #next(instance: InstanceName, shared: Shared): Promise<Sighting<Answered>> {
    const { clock } = this.#ports;
    const limitMs = this.#deadlineMs + CANCEL_GRACE_MS;
    const sighting = this.#memory.look(sourceOf(instance), limitMs, this.#closed.signal, () =>
      this.#turns.run(instance, () => {
        const begunMs = clock.monotonicMs();
        const wants = shared.wants.standing(begunMs);
        if (shared.waiting === sighting) shared.waiting = undefined;
        shared.newest = { begunMs, wants, sighting };
        return this.#ask(instance, wants);
      }),
    );
    shared.waiting = sighting;
    // A source that is silent may be given up without a look: nobody joins that any more.
    const over = (): void => {
      if (shared.waiting === sighting) shared.waiting = undefined;
    };
    void sighting.then(over, over);
    return sighting;
  }

  async #ask(instance: InstanceName, wants: ReadonlyMap<string, InstanceWant>): Promise<Answered> {
    const { sql, clock } = this.#ports;
    const deadlineMs = this.#deadlineMs;
    // Nobody's own signal: others wait for the same answer. The deadline bounds it.
    using limit = clock.deadline(deadlineMs + CANCEL_GRACE_MS, new AbortController().signal);
    const { databases, chatDatabases } = databasesOf(wants.values());
    const statement = observeInstance({ databases, chatDatabases, program: OWN_PROGRAM });
    const answer = await sql.observer(instance).run(statement, { signal: limit.signal, deadlineMs });
    const answered = { instance, asked: databases, answer, answeredAtMs: clock.now() };
    const read = (want: InstanceWant): InstanceFacts | PoolError => {
      try {
        return readInstance(answered, want);
      } catch (error) {
        return toPoolError(error);
      }
    };
    return new Map([...wants].map(([key, want]) => [key, read(want)]));
  }
}

const sourceOf = (instance: InstanceName): string => `instance ${instance}`;

async function unlessCancelled(
  sighting: Promise<Sighting<Answered>>,
  instance: InstanceName,
  signal: AbortSignal,
): Promise<Sighting<Answered>> {
  const source = sourceOf(instance);
  const cancelled = Promise.withResolvers<Sighting<Answered>>();
  const onAbort = (): void => {
    const error = new PoolError('PCO_CANCELLED', `${source} was no longer waited for`);
    cancelled.resolve({ kind: 'unknown', source, error });
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([sighting, cancelled.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The own part of a shared look, as old as the look is by now. */
function factsFor(key: string, sighting: Sighting<Answered>, clock: Clock): Sighting<InstanceFacts> {
  if (sighting.kind === 'unknown') return sighting;
  const { source, atMs } = sighting;
  const facts = sighting.value.get(key) ?? new PoolError('PCO_INTERNAL', `${source} was not asked for this`);
  if (facts instanceof PoolError) return { kind: 'unknown', source, error: facts };
  return { ...sighting, value: agedBy(facts, Math.floor(clock.monotonicMs() - atMs)) };
}
