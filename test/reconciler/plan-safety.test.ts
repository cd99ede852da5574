/** Safety of every plan in every state that own steps and the world can bring about, written without the table's words. */
import { describe, expect, test } from 'vitest';
import { createPlanner } from '../../src/reconciler/find-plan.ts';
import { afterStep } from '../../src/reconciler/predict-plan.ts';
import { CONVERGED_HOME } from '../../src/reconciler/route-starts.ts';
import type { Vector } from '../../src/reconciler/variables.ts';

const planner = createPlanner({ mirrored: { home: true, backup: true }, mirrorBeforeActivation: 'required' });

/** What a dark home is like; undefined while it is seen. */
interface World {
  readonly vector: Vector;
  readonly dark: Readonly<Partial<Vector>> | undefined;
}

const HOME = [
  'home.reach',
  'home.mgc',
  'home.cannotWrite',
  'home.holds',
  'home.mirror',
  'home.partner',
  'home.sessions',
  'home.logBackups',
] as const;
const usable = (vector: Vector): boolean =>
  ['online', 'restricted', 'restoring'].includes(vector['backup.mgc']);
const open = (value: string): boolean => value === 'online' || value === 'restricted';

function lost({ vector }: World): World {
  const dark = Object.fromEntries(HOME.map((name) => [name, vector[name]]));
  const unseen = Object.fromEntries(HOME.map((name) => [name, 'unknown']));
  const current = usable(vector) ? 'backup' : 'none';
  return {
    dark,
    vector: {
      ...vector,
      ...unseen,
      'home.cannotWrite': 'yes',
      'home.logBackups': 'unseen',
      current,
      'backup.holds': 'nothing',
    },
  };
}

/** As it was: who wrote meanwhile is the world's choice. */
function returned({ vector, dark }: World): World[] {
  if (dark === undefined) return [];
  const back = { ...vector, ...dark };
  const make = (current: string, home: string, backup: string): World => ({
    dark: undefined,
    vector: { ...back, current, 'home.holds': home, 'backup.holds': backup },
  });
  if (!open(back['home.mgc'])) {
    if (!['restoring', 'offline'].includes(back['home.mgc']))
      return [make(usable(back) ? 'backup' : 'none', 'nothing', 'nothing')];
    return open(back['backup.mgc'])
      ? [make('backup', 'saved', 'nothing'), make('backup', 'nothing', 'nothing')]
      : [make('both', 'nothing', 'nothing')];
  }
  if (!open(back['backup.mgc'])) return [make('home', 'nothing', 'nothing')];
  return [
    make('home', 'nothing', 'nothing'),
    make('backup', 'unsaved', 'nothing'),
    make('diverged-home', 'unsaved', 'unsaved'),
    make('diverged-backup', 'unsaved', 'unsaved'),
    make('both', 'nothing', 'nothing'),
  ];
}

function rebuilt({ vector, dark }: World): World[] {
  if (dark === undefined) return [];
  const empty = {
    'home.reach': 'yes',
    'home.mgc': 'online',
    'home.cannotWrite': 'no',
    'home.holds': 'nothing',
    'home.mirror': 'none',
    'home.partner': 'yes',
    'home.sessions': 'none',
    'home.logBackups': 'none',
  };
  return [{ dark: undefined, vector: { ...vector, ...empty, current: usable(vector) ? 'backup' : 'home' } }];
}

interface Edge {
  readonly goal: 'home' | 'backup';
  readonly before: Vector;
  readonly after: Vector;
  readonly step: string;
}

function explore(): { readonly edges: readonly Edge[]; readonly worlds: readonly World[] } {
  const start: World = { vector: CONVERGED_HOME, dark: undefined };
  const key = (world: World): string => JSON.stringify(world);
  const met = new Map([[key(start), start]]);
  const queue = [start];
  const edges: Edge[] = [];
  for (let world = queue.shift(); world !== undefined; world = queue.shift()) {
    const next: World[] = [];
    for (const goal of ['home', 'backup'] as const) {
      const found = planner.find(goal, world.vector);
      const [step] = found.kind === 'steps' ? found.steps : [];
      const after = step === undefined ? undefined : afterStep(step, world.vector);
      if (step === undefined || after === undefined) continue;
      edges.push({ goal, before: world.vector, after, step: `${step.action}:${step.target}` });
      next.push({ ...world, vector: after });
    }
    if (world.dark === undefined)
      next.push(lost(world), {
        ...world,
        vector: {
          ...world.vector,
          'share.uncopied': world.vector['backup.mgc'] === 'restoring' ? 'some' : 'none',
        },
      });
    next.push(...returned(world), ...rebuilt(world));
    for (const candidate of next) {
      if (met.has(key(candidate))) continue;
      met.set(key(candidate), candidate);
      queue.push(candidate);
    }
  }
  return { edges, worlds: [...met.values()] };
}

const { edges, worlds } = explore();
const show = ({ goal, step, before }: Edge): string =>
  `${step} towards ${goal} from ${JSON.stringify(before)}`;
const bothOnline = (vector: Vector): boolean =>
  vector['home.mgc'] === 'online' && vector['backup.mgc'] === 'online';
/** An empty home that no server was told to use. */
const harmless = (vector: Vector): boolean =>
  vector['home.holds'] === 'nothing' && vector.current === 'backup' && vector.active !== 'home';

describe(`all ${String(worlds.length)} worlds`, () => {
  test('patroni#2814: no own step makes two copies writable', () => {
    expect(
      edges
        .filter(({ before, after }) => !bothOnline(before) && bothOnline(after) && !harmless(before))
        .map(show),
    ).toEqual([]);
  });

  test('two writable copies that the world made are ended by the first step', () => {
    const open = edges.filter(({ before }) => bothOnline(before) && !harmless(before));
    expect(open.length).toBeGreaterThan(0);
    expect(
      open
        .filter(
          ({ after, goal, before }) =>
            bothOnline(after) && !harmless(after) && !(before.current === 'both' && goal === 'home'),
        )
        .map(show),
    ).toEqual([]);
  });

  test('the side that serves or is current is never fenced', () => {
    expect(
      edges
        .filter(
          ({ step, before }) => step === 'fence:home' && ['home', 'diverged-home'].includes(before.current),
        )
        .map(show),
    ).toEqual([]);
    expect(
      edges
        .filter(
          ({ step, before }) =>
            step === 'fence:backup' && ['backup', 'diverged-backup'].includes(before.current),
        )
        .map(show),
    ).toEqual([]);
  });

  test('a current copy and unsaved messages are never overwritten', () => {
    const home = edges.filter(
      ({ step, before }) =>
        step === 'restore-home:home' && (before.current !== 'backup' || before['home.holds'] === 'unsaved'),
    );
    const backup = edges.filter(
      ({ step, before }) =>
        step === 'establish-log-shipping:home' &&
        (!['home', 'both'].includes(before.current) || before['backup.holds'] === 'unsaved'),
    );
    expect([...home, ...backup].map(show)).toEqual([]);
  });

  test('home is overwritten only when fenced, absent, or rebuilt and empty', () => {
    expect(
      edges
        .filter(
          ({ step, before }) =>
            step === 'restore-home:home' &&
            before['home.cannotWrite'] !== 'yes' &&
            before['home.holds'] !== 'nothing',
        )
        .map(show),
    ).toEqual([]);
  });

  test('the backup copy is recovered only when home cannot write and nothing in reach is left to apply', () => {
    const recoveries = edges.filter(({ step }) => step === 'recover-backup:backup');
    expect(recoveries.length).toBeGreaterThan(0);
    expect(
      recoveries
        .filter(
          ({ before }) =>
            (before['home.cannotWrite'] !== 'yes' && !harmless(before)) ||
            before['share.uncopied'] !== 'none' ||
            before['copied.unapplied'] !== 'none',
        )
        .map(show),
    ).toEqual([]);
  });

  test('servers are activated only where the copy is open and the other one cannot write', () => {
    const wrong = edges.filter(({ step, before }) =>
      step === 'activate-servers:home'
        ? before['home.mgc'] !== 'online' || before['backup.cannotWrite'] !== 'yes'
        : step === 'activate-servers:backup' &&
          (before['backup.mgc'] !== 'online' || (before['home.cannotWrite'] !== 'yes' && !harmless(before))),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  test('no chat session exists on a copy that is backed up for failback or overwritten', () => {
    expect(
      edges
        .filter(
          ({ step, before }) =>
            step === 'full-backup:backup' &&
            (before.active !== 'none' || before['backup.sessions'] !== 'none'),
        )
        .map(show),
    ).toEqual([]);
    expect(
      edges.filter(({ step, before }) => step === 'restore-home:home' && before.active !== 'none').map(show),
    ).toEqual([]);
  });

  test('pg_auto_failover#774, #1025, #1168: while home is seen, every goal is reached or asks a person', () => {
    const stuck = worlds.filter(
      ({ vector, dark }) =>
        dark === undefined &&
        (['home', 'backup'] as const).some((goal) => planner.find(goal, vector).kind === 'blocked'),
    );
    const asks = (vector: Vector): boolean =>
      (['home', 'backup'] as const).every((goal) => {
        const found = planner.find(goal, vector);
        return found.kind !== 'blocked' || found.waysOut.length > 0 || found.assumed.length > 0;
      });
    expect(stuck.filter(({ vector }) => !asks(vector)).map(({ vector }) => JSON.stringify(vector))).toEqual(
      [],
    );
  });
});
