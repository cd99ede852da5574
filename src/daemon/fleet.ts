/** The pools of the desired state, each with its own loop: added, changed and removed as the desired state says. */
import type { DecisionRequest, PoolStatus } from '../reconciler/pool-status.ts';
import type { Decision } from '../ports/journal.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { PoolActor, type PoolDependencies } from './pool-actor.ts';

export class Fleet {
  readonly #dependencies: PoolDependencies;
  readonly #actors = new Map<string, PoolActor>();
  #stopping: Promise<void> | undefined;

  constructor(dependencies: PoolDependencies) {
    this.#dependencies = dependencies;
  }

  /** A pool that is no longer declared is let go after its running step; nothing is changed in it. */
  desire(pools: readonly DesiredPool[]): void {
    if (this.#stopping !== undefined) return;
    const names = new Set(pools.map((pool) => pool.topology.name));
    for (const [name, actor] of this.#actors) if (!names.has(name)) this.#remove(name, actor);
    for (const pool of pools) {
      const { name } = pool.topology;
      const actor = this.#actors.get(name);
      if (actor === undefined) this.#add(pool);
      else actor.desire(pool);
    }
  }

  wake(): void {
    for (const actor of this.#actors.values()) actor.wake();
  }

  leaseLost(): void {
    for (const actor of this.#actors.values()) actor.leaseLost();
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

  stop(): Promise<void> {
    this.#stopping ??= Promise.all([...this.#actors.values()].map((actor) => actor.stop())).then(
      () => undefined,
    );
    return this.#stopping;
  }

  #add(pool: DesiredPool): void {
    const actor = new PoolActor(this.#dependencies, pool);
    this.#dependencies.metrics.poolAdded(pool.topology.name);
    this.#actors.set(pool.topology.name, actor);
    actor.start();
  }

  #remove(name: string, actor: PoolActor): void {
    this.#actors.delete(name);
    this.#dependencies.log.info('pool is no longer declared', { pool: name });
    actor.stop().then(() => {
      if (!this.#actors.has(name)) this.#dependencies.metrics.poolRemoved(name);
    }, this.#dependencies.onDefect);
  }
}
