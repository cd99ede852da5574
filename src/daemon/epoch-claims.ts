/**
 * Before this holder's first step on a pool the epoch is raised on every instance that answers, not only where the step changes
 * something: what its predecessor decided from an older look and has still on its way may be meant for another one. Then the
 * world is looked at again, since it may have come before.
 */
import { raiseEpochAt, storesSeen } from '../actuators/epoch.ts';
import type { ActuatorPorts } from '../actuators/step-context.ts';
import type { Lease } from '../ports/lease.ts';
import { toPoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, InstanceName } from '../topology/pool-topology.ts';
import type { Log } from './log.ts';

export class EpochClaims {
  readonly #ports: ActuatorPorts;
  readonly #lease: Lease;
  readonly #log: Log;
  readonly #tried = new Set<string>();

  constructor(ports: ActuatorPorts, lease: Lease, log: Log) {
    this.#ports = ports;
    this.#lease = lease;
    this.#log = log;
  }

  /** True: raised somewhere, so the facts are older than the claim. Rejects with PCO_EPOCH_PASSED, and then the lease is lost. */
  async claim({ topology }: DesiredPool, facts: PoolFacts, signal: AbortSignal): Promise<boolean> {
    const instances = storesSeen(topology, facts).filter((instance) => !this.#tried.has(instance));
    for (const instance of instances) this.#tried.add(instance);
    await Promise.all(instances.map((instance) => this.#claimOne(topology.name, instance, signal)));
    return instances.length > 0;
  }

  /** Once for each life: an instance where it fails compares again with every change, and nobody waits for it here. */
  async #claimOne(pool: string, instance: InstanceName, signal: AbortSignal): Promise<void> {
    const { epoch, holder } = this.#lease;
    try {
      await raiseEpochAt(this.#ports, instance, { pool, epoch, holder }, signal);
    } catch (thrown) {
      const error = toPoolError(thrown);
      if (error.code !== 'PCO_EPOCH_PASSED') {
        this.#log.warn('epoch not raised', { instance, code: error.code, reason: error.message });
        return;
      }
      this.#log.error('an instance knows a newer holder of the lease', { instance, err: error });
      this.#lease.lose(error);
      throw error;
    }
  }
}
