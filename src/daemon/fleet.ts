/** The pools of the desired state, each with its own loop: added, changed and removed as the desired state says. */
import type { WhatIf, WhatIfQuestion } from '../http/what-if.ts';
import type { DecisionRequest, PoolStatus } from '../reconciler/pool-status.ts';
import type { Why } from '../reconciler/why/why.ts';
import type { Decision } from '../ports/journal.ts';
import { PoolError } from '../topology/pool-error.ts';
import { instancesOf, type DesiredPool, type PoolTopology } from '../topology/pool-topology.ts';
import { PoolActor } from './pool-actor.ts';
import type { PoolDependencies } from './pool-dependencies.ts';

export class Fleet {
  readonly #dependencies: PoolDependencies;
  readonly #actors = new Map<string, PoolActor>();
  /** No longer declared, but a step of theirs may still run. */
  readonly #leaving = new Set<PoolActor>();
  #desired: readonly DesiredPool[] = [];
  #stopping: Promise<void> | undefined;

  constructor(dependencies: PoolDependencies) {
    this.#dependencies = dependencies;
  }

  /** A pool that is no longer declared is let go after its running step; nothing is changed in it. */
  desire(pools: readonly DesiredPool[]): void {
    if (this.#stopping !== undefined) return;
    const names = new Set(pools.map((pool) => pool.topology.name));
    for (const [name, actor] of this.#actors) if (!names.has(name)) this.#remove(name, actor);
    this.#desired = pools;
    for (const pool of pools) this.#actors.get(pool.topology.name)?.desire(pool);
    this.#startMissing();
  }

  wake(): void {
    for (const actor of this.#actors.values()) actor.wake();
  }

  /** One pool only. */
  resync(name: string): void {
    this.#actors.get(name)?.wake();
  }

  /** Those that wait for what other pools do. */
  wakeWaiting(): void {
    for (const actor of this.#actors.values())
      if (this.#stopping === undefined && actor.waitsForOthers) actor.wake();
  }

  stalled(except: string): readonly string[] {
    return [...this.#actors]
      .filter(([name, actor]) => name !== except && actor.isStalled)
      .map(([name]) => name);
  }

  leaseLost(): void {
    for (const actor of [...this.#actors.values(), ...this.#leaving]) actor.leaseLost();
  }

  decide(request: DecisionRequest): Promise<Decision> {
    const actor = this.#actors.get(request.pool);
    if (actor !== undefined) return actor.decide(request);
    return Promise.reject(new PoolError('PCO_USAGE', `there is no pool ${request.pool}`));
  }

  status(): PoolStatus[] {
    return [...this.#actors.values()].map((actor) => actor.status());
  }

  pool(name: string): PoolStatus | undefined {
    return this.#actors.get(name)?.status();
  }

  why(name: string): Why | undefined {
    return this.#actors.get(name)?.why();
  }

  whatIf(name: string, question: WhatIfQuestion): WhatIf | undefined {
    return this.#actors.get(name)?.whatIf(question);
  }

  stop(): Promise<void> {
    const actors = [...this.#actors.values(), ...this.#leaving];
    this.#stopping ??= Promise.all(actors.map((actor) => actor.stop())).then(() => undefined);
    return this.#stopping;
  }

  /** Two loops never act on one pool or instance, not even while the first of them ends: it settles before the second starts. */
  #startMissing(): void {
    for (const pool of this.#desired) {
      const { topology } = pool;
      if (this.#actors.has(topology.name)) continue;
      const before = [...this.#leaving].find((actor) => overlap(actor.topology, topology));
      if (before === undefined) this.#add(pool);
      else
        this.#dependencies.log.info('pool starts when the one before it has ended', {
          pool: topology.name,
          before: before.name,
        });
    }
  }

  #add(pool: DesiredPool): void {
    const actor = new PoolActor(this.#dependencies, pool);
    this.#dependencies.metrics.poolAdded(pool.topology.name);
    this.#actors.set(pool.topology.name, actor);
    actor.start();
  }

  #remove(name: string, actor: PoolActor): void {
    this.#actors.delete(name);
    this.#leaving.add(actor);
    this.#dependencies.log.info('pool is no longer declared', { pool: name });
    actor.stop().then(() => {
      this.#leaving.delete(actor);
      this.#dependencies.metrics.poolRemoved(name);
      if (this.#stopping === undefined) this.#startMissing();
    }, this.#dependencies.onDefect);
  }
}

function overlap(one: PoolTopology, other: PoolTopology): boolean {
  if (one.name === other.name) return true;
  const names = new Set(instancesOf(one).map(({ instance }) => instance.toLowerCase()));
  return instancesOf(other).some(({ instance }) => names.has(instance.toLowerCase()));
}
