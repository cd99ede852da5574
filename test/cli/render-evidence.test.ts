import { expect, test } from 'vitest';
import { renderEvidence, renderWholeEvidence, verdictLines } from '../../src/cli/render-evidence.ts';
import { renderStatus } from '../../src/cli/render-status.ts';
import { judgeEvidence } from '../../src/reconciler/judge-evidence.ts';
import { SIGN_WAYS, type Evidence } from '../../src/topology/evidence.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { Site } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { SITUATIONS } from '../support/evidence-situations.ts';
import * as world from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';

const DATACENTERS = { home: 'paris', backup: 'lyon' };
const evidenceOf = (facts: PoolFacts): Readonly<Record<Site, Evidence>> =>
  judgeEvidence(desiredPool(), facts, [], world.NOW_MS);
const situation = (name: string): PoolFacts => {
  const found = SITUATIONS[name];
  if (found === undefined) throw new Error(`there is no situation ${name}`);
  return found.facts;
};

test.each(Object.keys(SITUATIONS))(
  'every sign stands there with subject, source, age and way while %s',
  (name) => {
    const evidence = evidenceOf(situation(name));
    const text = renderWholeEvidence(evidence, DATACENTERS);
    const lines = text.split('\n');
    for (const { about, says, source, way } of [...evidence.home.signs, ...evidence.backup.signs])
      expect(
        lines.some((line) => [about, says, source, SIGN_WAYS[way]].every((word) => line.includes(word))),
      ).toBe(true);
    for (const { changes } of [evidence.home, evidence.backup]) expect(text).toContain(changes);
  },
);

test('a copy that cannot serve is told of although its site is alive', () => {
  const text = renderEvidence(evidenceOf(situation('the partner took the role by quorum')), DATACENTERS);
  expect(text).toContain('evidence: home (paris) is alive\n');
  expect(text).toContain(
    'copy on sql-par-1.contoso.com: down (proven): sql-par-2.contoso.com is the principal',
  );
});

test('the status has one line for each site that is not simply alive', () => {
  expect(verdictLines(evidenceOf(world.facts()), DATACENTERS)).toEqual([]);
  const lost = 'home (paris) is down (silent), no instance answers for 10.0 min';
  expect(verdictLines(evidenceOf(world.homeLost()), DATACENTERS)).toEqual([lost]);
  const status = {
    version: '1',
    pid: 1,
    epoch: 1,
    startedAt: world.NOW,
    desiredStateProblems: [],
    desiredStateReachable: true,
    pools: [observed(world.homeLost()), observed(situation('mgc is SUSPECT on a live host'))],
  };
  expect(renderStatus(status).split('\n').slice(-2)).toEqual([
    `chat: ${lost}`,
    'chat: home (paris) is degraded',
  ]);
});
