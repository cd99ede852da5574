import { describe, expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { readinessOf } from '../../src/reconciler/readiness.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import { parseFault, supposeFault } from '../../src/reconciler/suppose-fault.ts';
import { verdictWords } from '../../src/topology/evidence.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool, type DesiredPoolOptions } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const toBackup = (options: DesiredPoolOptions = {}): DesiredPool =>
  desiredPool({ primarySite: 'backup', ...options });

function whatIf(fault: string, facts: PoolFacts = world.facts(), pool: DesiredPool = toBackup()) {
  const supposed = supposeFault(pool, facts, parseFault(fault, pool), [], world.NOW_MS);
  const decided = decidePool(pool, supposed.facts, supposed.decisions, supposed.nowMs);
  const { plan, reduction } = decided;
  const steps = 'steps' in plan ? plan.steps.map(stepKey) : [];
  return { ...decided, kind: plan.kind, steps, verdict: verdictWords(reduction.evidence.home), supposed };
}
const files = [world.logFile(1, 45), world.logFile(2, 30)];
const withFiles = (overrides: Partial<PoolFacts> = {}): PoolFacts =>
  world.facts({
    share: world.folder('\\\\fs01\\mgc-logs', files),
    copyFolder: world.folder('D:\\LSCopy', files.slice(0, 1)),
    ...overrides,
  });

describe('what if', () => {
  test('the site that serves were lost: it is silent, the seed failover is the plan, and the loss is counted up to now', () => {
    const { kind, steps, verdict, ledger } = whatIf('site:paris', withFiles());
    expect([kind, verdict]).toEqual(['steps', 'down (silent)']);
    expect(steps[0]).toBe('remove-log-shipping:backup');
    expect(steps.at(-1)).toBe('activate-servers:backup');
    expect(ledger.lossMinutes).toBeGreaterThan(29);
    expect(ledger.lossMinutes).toBeLessThan(46);
  });

  test.each(['instance:sql-lyo-2.contoso.com', 'share'])(
    'what was silent before stays as it was seen last when %s were lost, too',
    (fault) => {
      const at = { 'sql-par-1.contoso.com': world.minutesAgo(11) };
      const lastSeen = { share: null, clocks: at, unansweredSince: at, synchronized: at };
      const { supposed } = whatIf(fault, world.homeLost({ lastSeen }));
      expect(supposed.facts.lastSeen).toMatchObject({ clocks: at, unansweredSince: at, synchronized: at });
    },
  );

  test('log backups that were written a moment ago are no sign of life of a site that is lost from now on', () => {
    const fresh = world.folder('\\\\fs01\\mgc-logs', [world.logFile(1, 0)]);
    expect(whatIf('site:home', world.facts({ share: fresh })).verdict).toBe('down (silent)');
  });

  test('policy asks for proof: the attestation of a person is supposed, and said', () => {
    const { kind, verdict, supposed } = whatIf(
      'site:home',
      world.facts(),
      toBackup({ policy: { evidence: 'proven' } }),
    );
    expect([kind, verdict]).toEqual(['steps', 'down (attested)']);
    expect(supposed.assumptions.join()).toContain('a person attests');
  });

  test('the other site were lost: nothing can move there', () => {
    expect(whatIf('site:lyon').kind).toBe('blocked');
  });

  test('only the share were lost: home is alive, and nothing is given up', () => {
    const { verdict, ledger } = whatIf('share', withFiles());
    expect(verdict).toBe('alive');
    expect(ledger.lostFiles).toBe(0);
  });

  test('one instance were lost: its site is not', () => {
    expect(whatIf('instance:sql-par-1.contoso.com').verdict).toBe('degraded');
  });

  test('the facts that were given stay as they are', () => {
    const facts = withFiles();
    const before = JSON.stringify(facts);
    whatIf('site:home', facts);
    expect(JSON.stringify(facts)).toBe(before);
  });

  test.each(['site:berlin', 'site', 'disk:home', 'instance:sql-x', 'share:home'])(
    '%s is refused with what is possible',
    (text) => {
      expect(() => parseFault(text, desiredPool())).toThrow('is no fault of chat');
    },
  );
});

describe('readiness', () => {
  function ready(facts: PoolFacts, pool: DesiredPool = desiredPool()) {
    const { vector } = decidePool(pool, facts, [], world.NOW_MS).reduction;
    return readinessOf({
      pool,
      facts,
      vector,
      decisions: [],
      nowMs: world.NOW_MS,
      history: { steps: [], looks: [] },
    });
  }

  test.each([
    ['a healthy pool is ready to leave home', world.facts(), desiredPool(), 'yes', 'home'],
    [
      'a pool whose backup copy is not seen cannot tell',
      world.facts({
        instances: {
          ...world.facts().instances,
          'sql-lyo-1.contoso.com': world.notSeen('sql-lyo-1.contoso.com'),
        },
      }),
      desiredPool(),
      'unknown',
      'home',
    ],
    [
      'a pool that was failed over to backup, home rebuilt empty, is not ready to leave it',
      world.homeRebuilt(),
      toBackup(),
      'no',
      'backup',
    ],
  ] as const)('%s', (_, facts, pool, answer, lost) => {
    expect(ready(facts, pool)).toMatchObject({ answer, lost });
  });

  test('says how much would be lost, and no seconds that nobody measured', () => {
    const { outage, duration, lossMinutes } = ready(withFiles());
    expect([outage, duration]).toEqual([null, null]);
    expect(lossMinutes).toBeGreaterThan(29);
  });
});
