/**
 * Hostile names that the desired state accepts, in all its free fields at once, on the estate in memory: with the names put back, what
 * is sent and done is letter by letter what a pool with plain names sends and does. Nothing else is executed.
 */
import { describe, expect, test } from 'vitest';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';
import { documentNamed, PLAIN, RecordedWorld, type Deeds } from './recorded-world.ts';

/** The name stands in both databases and in every folder. */
const isAccepted = (name: string): boolean =>
  parseDesiredState(documentNamed(name), 'desired-state.yaml').kind === 'ok';
const ACCEPTED = Object.entries(HOSTILE_NAMES).filter(([, name]) => isAccepted(name));
/** Of each language one; a failover of every name would take too long. */
const REPRESENTATIVE = ['a second cmdlet', 'a second statement'];

interface Run {
  readonly deeds: Deeds;
  readonly databases: readonly string[];
}

/** Converged at home: rounds of observing and a plan without a step. */
async function observe(name: string): Promise<Run> {
  const recorded = new RecordedWorld(name);
  const stage = new Stage(recorded.world, new SeededRandom(1));
  await stage.converge();
  stage.daemon.crash();
  return { deeds: recorded.deeds(), databases: recorded.databases() };
}

/** Home is lost and its pool moved to the backup site. */
async function failOver(name: string): Promise<Run> {
  const recorded = new RecordedWorld(name);
  const { world } = recorded;
  const stage = new Stage(world, new SeededRandom(1));
  await stage.converge();
  // Over the half hour: a log backup is taken and not copied.
  await stage.pass(8);
  world.estate.fault('down site home');
  await stage.pass(3);
  world.setPrimaryDatacenter('lyon');
  await stage.converge();
  stage.daemon.crash();
  return { deeds: recorded.deeds(), databases: recorded.databases() };
}

const plainly = { observe: observe(PLAIN), failOver: failOver(PLAIN) };

const same = (run: Run, plain: Run): void => {
  expect(run.databases).toEqual(plain.databases);
  for (const kind of ['statements', 'cmdlets', 'files'] as const)
    expect([kind, ...run.deeds[kind]]).toEqual([kind, ...plain.deeds[kind]]);
};

test('names of these kinds are accepted for databases and folders', () => {
  expect(ACCEPTED.map(([label]) => label)).toEqual([
    'a closing bracket',
    'a quote',
    'two quotes',
    'a backtick',
    'a subexpression',
    'a semicolon',
    'a NUL as a URL writes it',
    'a leading dash',
    'combining marks',
    '128 characters',
    'a second cmdlet',
    'a second statement',
    'typographic quotes',
  ]);
});

describe('a pool whose databases and folders are called by', () => {
  test.each(ACCEPTED)('%s is observed like one with plain names', async (_, name) => {
    same(await observe(name), await plainly.observe);
  });

  test.each(REPRESENTATIVE)('%s fails over like one with plain names', async (label) => {
    const plain = await plainly.failOver;
    expect(plain.deeds.statements.size).toBeGreaterThan(20);
    expect(plain.deeds.files.size).toBeGreaterThan(5);
    same(await failOver(HOSTILE_NAMES[label] ?? ''), plain);
  });
});

test.each(REPRESENTATIVE)(
  '%s as the identity of the pool is the very argument of the cmdlet',
  async (label) => {
    const name = HOSTILE_NAMES[label];
    const recorded = new RecordedWorld(PLAIN, { poolIdentity: name, primaryDatacenter: 'lyon' });
    const { world, cmdlets } = recorded;
    const stage = new Stage(world, new SeededRandom(1));
    const sets = () => cmdlets.filter(([called]) => called === 'Set-CsPersistentChatState');
    await world.clock.run(() => sets().length > 0, 3_600_000);
    stage.daemon.crash();
    expect(sets()[0]?.[1]).toMatchObject({ Identity: name, PoolState: 'FailedOver' });
  },
);
