/** A held connection that died by itself is no silence of the instance: a fresh one is tried before anything is concluded. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeEvidence } from '../../src/reconciler/judge-evidence.ts';
import { verdictWords } from '../../src/topology/evidence.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { instancesOf } from '../../src/topology/pool-topology.ts';
import * as world from '../support/facts.ts';
import { ChaosProxy, type Deed } from './chaos-proxy.ts';
import { HostileStage, VICTIM } from './hostile-stage.ts';

let stage: HostileStage;
beforeAll(async () => {
  stage = await HostileStage.open();
  await stage.warmUp(() => undefined);
});
afterAll(() => stage[Symbol.asyncDispose]());

/** All of home but the victim has been silent for ten minutes, and the policy asks for no patience at all. */
function verdictOn(facts: PoolFacts): string {
  const { topology, policy } = stage.pool;
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
  const eager = { ...stage.pool, policy: { ...policy, evidence: 'silent' as const, silentAfterMs: 1 } };
  return verdictWords(judgeEvidence(eager, dark, [], Date.parse(facts.observedAt)).home);
}

/** `silence`: the far end is gone and nobody says so; the request is lost with it. */
const ENDS: readonly Deed[] = ['silence', 'reset'];

test.each(ENDS)(
  'a held connection that ends in %s proves nothing, and the next look finds the instance alive',
  async (end) => {
    await using proxy = await ChaosProxy.before(stage.estate.instances[VICTIM]?.port ?? 0);
    await using stand = stage.stand({ port: proxy.port });
    expect(verdictOn((await stand.round()).facts)).toBe('alive');
    proxy.armHeld({ exchange: 1, after: 'asked' }, end);
    stand.hurry();
    const { facts } = await stand.round();
    expect(facts.instances[VICTIM]).toMatchObject({ kind: 'unknown', askedOnce: true });
    expect(verdictOn(facts)).toBe('unknown');
    stand.calm();
    expect(verdictOn((await stand.round()).facts)).toBe('alive');
    expect(proxy.taken).toBe(2);
  },
  20_000,
);

test('an instance that answers no fresh connection either is silent', async () => {
  await using proxy = await ChaosProxy.before(stage.estate.instances[VICTIM]?.port ?? 0);
  await using stand = stage.stand({ port: proxy.port });
  await stand.round();
  proxy.refuse();
  proxy.armHeld({ exchange: 1, after: 'asked' }, 'reset');
  stand.hurry();
  expect(verdictOn((await stand.round()).facts)).toBe('unknown');
  expect(verdictOn((await stand.round()).facts)).toBe('down (silent)');
}, 20_000);
