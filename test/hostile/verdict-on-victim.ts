/** The verdict on home where the victim is the last of it that could live, and the policy asks for no patience at all. */
import { judgeEvidence } from '../../src/reconciler/judge-evidence.ts';
import { verdictWords } from '../../src/topology/evidence.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { instancesOf, type DesiredPool } from '../../src/topology/pool-topology.ts';
import * as world from '../support/facts.ts';
import { VICTIM } from './hostile-stage.ts';

export function verdictOnVictim(pool: DesiredPool, facts: PoolFacts): string {
  const { topology, policy } = pool;
  const others = instancesOf(topology).filter(({ site, instance }) => site === 'home' && instance !== VICTIM);
  const dark: PoolFacts = {
    ...facts,
    instances: {
      ...facts.instances,
      ...Object.fromEntries(others.map(({ instance }) => [instance, world.notSeen<never>(instance)])),
    },
    chatServers: {
      ...facts.chatServers,
      ...Object.fromEntries(
        topology.sites.home.servers.map((server) => [server, world.notSeen<never>(server)]),
      ),
    },
  };
  const eager = { ...pool, policy: { ...policy, evidence: 'silent' as const, silentAfterMs: 1 } };
  return verdictWords(judgeEvidence(eager, dark, [], Date.parse(facts.observedAt)).home);
}
