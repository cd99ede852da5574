/** What each failure of a source is taken for: a refusal is a sign of life, silence is a sign only of whom was asked. */
import { describe, expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import type { Observed } from '../../src/topology/known.ts';
import { verdictWords } from '../../src/topology/evidence.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { instancesOf } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';
import { decidedFromUnknown } from './undecided.ts';

const pool = desiredPool();
const LONG_MS = 600_000;
const atHome = instancesOf(pool.topology).filter(({ site }) => site === 'home');

const unknownAs = (code: string): Observed<never> => world.notSeen<never>('source', LONG_MS, code);

/** Home answers nothing but this, for ten minutes. */
const homeAnswers = (code: string): PoolFacts => {
  const lost = world.homeLost();
  const instances = atHome.map(({ instance }) => [instance, unknownAs(code)] as const);
  return { ...lost, instances: { ...lost.instances, ...Object.fromEntries(instances) } };
};

const verdictOn = (facts: PoolFacts): string =>
  verdictWords(
    decidePool({ ...pool, primarySite: 'backup' }, facts, [], world.NOW_MS).reduction.evidence.home,
  );

const INSTANCE_CODES = [
  'PCO_INSTANCE_TIMEOUT',
  'PCO_INSTANCE_UNREACHABLE',
  'PCO_LOGIN_FAILED',
  'PCO_CERTIFICATE_REFUSED',
  'PCO_SQL_ERROR',
  'PCO_PERMISSION_DENIED',
  'PCO_UNEXPECTED_ANSWER',
  'PCO_SETTINGS_INVALID',
  'PCO_INTERNAL',
] as const;

test.each([
  ['PCO_INSTANCE_TIMEOUT', 'down (silent)'],
  ['PCO_INSTANCE_UNREACHABLE', 'down (silent)'],
  ['PCO_LOGIN_FAILED', 'alive'],
  ['PCO_CERTIFICATE_REFUSED', 'alive'],
  ['PCO_SQL_ERROR', 'alive'],
  ['PCO_PERMISSION_DENIED', 'alive'],
  ['PCO_UNEXPECTED_ANSWER', 'alive'],
  ['PCO_SETTINGS_INVALID', 'unknown'],
  ['PCO_INTERNAL', 'unknown'],
] as const)('a home that shows nothing but %s for ten minutes is %s', (code, verdict) => {
  expect(verdictOn(homeAnswers(code))).toBe(verdict);
});

test('one refused login among silent instances is life enough', () => {
  const [first] = atHome;
  const silent = homeAnswers('PCO_INSTANCE_TIMEOUT');
  const instances = { ...silent.instances, [first?.instance ?? '']: unknownAs('PCO_LOGIN_FAILED') };
  expect(verdictOn({ ...silent, instances })).toBe('alive');
});

describe('chat servers of a silent home that the shell knows only as', () => {
  test.each([
    ['PCO_COMPUTER_UNREACHABLE', 'down (silent)'],
    // The shell itself failed: nobody asked the servers, and one of them may still be seen alive.
    ['PCO_SHELL_UNAVAILABLE', 'unknown'],
    ['PCO_OUTCOME_UNKNOWN', 'unknown'],
    ['PCO_INTERNAL', 'unknown'],
  ] as const)('%s leave it %s', (code, verdict) => {
    const lost = world.homeLost();
    const servers = pool.topology.sites.home.servers.map((server) => [server, unknownAs(code)] as const);
    const facts = { ...lost, chatServers: { ...lost.chatServers, ...Object.fromEntries(servers) } };
    expect(verdictOn(facts)).toBe(verdict);
  });
});

/** Every code, on every instance alone, in every world that scenarios start from. */
const WORLDS = {
  'a healthy pool': world.facts(),
  'a pool whose home is lost': world.homeLost(),
  'a pool that failed over': world.failedOver(),
  'a pool whose home was rebuilt': world.homeRebuilt(),
};

describe.each(Object.entries(WORLDS))('%s', (_name, facts) => {
  test.each(INSTANCE_CODES)('decides nothing from an instance that is unknown as %s', (code) => {
    for (const { instance } of instancesOf(pool.topology))
      for (const silentForMs of [0, LONG_MS]) {
        const unknown = world.notSeen<never>(instance, silentForMs, code);
        const hostile = { ...facts, instances: { ...facts.instances, [instance]: unknown } };
        expect(decidedFromUnknown(pool, hostile), `${instance}, ${String(silentForMs)} ms`).toEqual([]);
      }
  });

  test.each(['share', 'copyFolder', 'poolState'] as const)('decides nothing from an unknown %s', (source) => {
    const hostile = { ...facts, [source]: world.notSeen<never>(source, LONG_MS, 'PCO_SHARE_UNREADABLE') };
    expect(decidedFromUnknown(pool, hostile)).toEqual([]);
  });
});
