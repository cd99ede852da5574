import { expect, test } from 'vitest';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import { createPoolObserver } from '../../src/observers/observe-pool.ts';
import { SimulatedBackupFiles } from '../../src/simulation/simulated-backup-files.ts';
import { SimulatedShell } from '../../src/simulation/simulated-shell.ts';
import { SimulatedSql } from '../../src/simulation/simulated-sql.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';

const PRIMARY = 'sql-par-1.contoso.com';

/** One look of a daemon that never looked before, after the fault. */
async function seenAfter(fault: string | undefined): Promise<PoolFacts['instances'][string] | undefined> {
  const world = new SimulatedWorld(freshWorld());
  const { clock, estate } = world;
  const parsed = parseDesiredState(world.document.text, 'desired-state.yaml');
  const [pool] = parsed.kind === 'ok' ? parsed.pools : [];
  if (pool === undefined) throw new Error('the estate has no pool');
  const latency = (): number => 1;
  const login = { login: 'sa', password: world.sqlPassword, connectDeadlineMs: 1000, latencyMs: latency };
  const observer = createPoolObserver({
    clock,
    sql: new SimulatedSql(estate, clock, login),
    shell: new SimulatedShell(estate, clock, latency),
    files: new SimulatedBackupFiles(world.folders, clock, (folder) => world.reach(folder), latency),
  });
  if (fault !== undefined) estate.input({ kind: 'fault', command: fault });
  let facts: PoolFacts | undefined;
  let failure: unknown;
  observer.observe(pool.topology, new AbortController().signal).then(
    (value) => (facts = value),
    (error: unknown) => (failure = error),
  );
  await clock.run(() => facts !== undefined || failure !== undefined, 60_000);
  if (facts === undefined) throw new Error('no facts', { cause: failure });
  return facts.instances[PRIMARY];
}

const isUnknown = (value: unknown): boolean =>
  value === 'unknown' ||
  (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'unknown');

/** Paths where something was there and now nothing is, although nobody says `unknown`. */
function vanished(before: unknown, after: unknown, path: string): readonly string[] {
  if (isUnknown(after) || isUnknown(before)) return [];
  if (typeof before !== 'object' || before === null)
    return before !== undefined && before !== null && (after === null || after === undefined) ? [path] : [];
  if (typeof after !== 'object' || after === null) return [path];
  if (Array.isArray(before) && before.length !== Object.keys(after).length) return [path];
  return Object.entries(before).flatMap(([key, value]) =>
    vanished(value, (after as Record<string, unknown>)[key], `${path}.${key}`),
  );
}

test.each([
  ...Array.from({ length: 16 }, (_, index) => `lock reads sql-par-1 ${index + 1}`),
  'deadlock reads sql-par-1 1',
])('after "%s" nothing that is there is seen as absent', async (fault) => {
  const whole = await seenAfter(undefined);
  expect(whole?.kind).toBe('value');
  const seen = await seenAfter(fault);
  expect(vanished(whole, seen, PRIMARY)).toEqual([]);
  expect(JSON.stringify(seen)).toContain('unknown');
});
