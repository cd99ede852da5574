/**
 * Every failure of the wire at every moment of a look, on real sockets between the real driver and a real simulated instance:
 * the round ends in time, the one instance is unknown with its reason, all else is seen, and nothing is decided from it.
 */
import { afterAll, beforeAll, describe, expect, test, vi, type ExpectStatic } from 'vitest';
import { ChaosProxy, EXCHANGE, type Deed, type Moment } from './chaos-proxy.ts';
import {
  HostileStage,
  ROUND_LIMIT_MS,
  unknownSources,
  victimOf,
  VICTIM,
  type Round,
} from './hostile-stage.ts';
import { decidedFromUnknown } from './undecided.ts';
import { verdictOnVictim } from './verdict-on-victim.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';

const LATE = 'PCO_INSTANCE_TIMEOUT';
const GONE = 'PCO_INSTANCE_UNREACHABLE';
const ODD = 'PCO_UNEXPECTED_ANSWER';

// The cases wait for most of their time.
vi.setConfig({ maxConcurrency: 12, testTimeout: 20_000 });

let stage: HostileStage;
/** The facts of every case in which the instance is unknown. */
const met: PoolFacts[] = [];
let restingBefore: ReturnType<typeof resting>;

/** Of the test that counts: its time-out, and that of its waiting. */
const OWN_TIMERS = 3;

/** Timers and sockets of this process. */
function resting(): { readonly timers: number; readonly sockets: number } {
  const count = (kind: string): number =>
    process.getActiveResourcesInfo().filter((resource) => resource === kind).length;
  return { timers: count('Timeout'), sockets: count('TCPSocketWrap') };
}

beforeAll(async () => {
  stage = await HostileStage.open();
  restingBefore = await stage.warmUp(resting);
});
afterAll(() => stage[Symbol.asyncDispose]());

interface Case {
  readonly moment: string;
  readonly deed: Deed;
  readonly codes: readonly string[];
  /** Breaks the wire: before the driver connects, or between two rounds on the connection that it holds. */
  readonly break: (proxy: ChaosProxy) => void;
  readonly held: boolean;
}

// prettier-ignore
const MOMENTS: Readonly<Record<string, { readonly held: boolean; readonly moment: Moment }>> = {
  'right after the accept':         { held: false, moment: { exchange: 0, after: 'asked' } },
  'after PRELOGIN':                 { held: false, moment: { exchange: EXCHANGE.prelogin, after: 'asked' } },
  'in the answer to PRELOGIN':      { held: false, moment: { exchange: EXCHANGE.prelogin, after: 10 } },
  'after the TLS hello':            { held: false, moment: { exchange: EXCHANGE.tlsHello, after: 'asked' } },
  'in the certificate':             { held: false, moment: { exchange: EXCHANGE.tlsHello, after: 100 } },
  'at the end of the handshake':    { held: false, moment: { exchange: EXCHANGE.tlsFinish, after: 'asked' } },
  'after LOGIN7':                   { held: false, moment: { exchange: EXCHANGE.login, after: 'asked' } },
  'in the login answer':            { held: false, moment: { exchange: EXCHANGE.login, after: 100 } },
  'at the initial SQL':             { held: false, moment: { exchange: EXCHANGE.initialSql, after: 'asked' } },
  'at the first request':           { held: false, moment: { exchange: EXCHANGE.request, after: 'asked' } },
  'before the first byte':          { held: true, moment: { exchange: 1, after: 'asked' } },
  'in the first record':            { held: true, moment: { exchange: 1, after: 20 } },
  'in the middle of the result':    { held: true, moment: { exchange: 1, after: 3_000 } },
};

/** Under TLS a stream of bytes that is cut, false or out of step shows as silence or as a lost connection, never as an answer. */
const EITHER = [LATE, GONE];
const DEEDS: readonly (readonly [Deed, readonly string[]])[] = [
  ['silence', [LATE]],
  ['reset', [GONE]],
  ['fin', [GONE]],
  ['garbage', [...EITHER, ODD]],
  ['malformed', [...EITHER, ODD]],
  ['flood', [...EITHER, ODD]],
  ['trickle', [LATE]],
  [{ delayMs: 900 }, [LATE]],
];

const cases = Object.entries(MOMENTS).flatMap(([name, { held, moment }]) =>
  DEEDS.filter(([deed]) => typeof deed !== 'object' || moment.after === 'asked').map(
    ([deed, codes]): Case => ({
      moment: name,
      deed,
      codes,
      held,
      break: (proxy) => (held ? proxy.armHeld(moment, deed) : proxy.armNew(moment, deed)),
    }),
  ),
);

/** On the connection that is held and says nothing; what the driver hears of it before the next round costs that round nothing. */
const idle = (['silence', 'trickle'] as const).map((deed): Case => ({
  moment: 'on the idle connection',
  deed,
  codes: [LATE],
  held: true,
  break: (proxy) => proxy.strike(deed),
}));

const told = ({ deed }: Case): string => (typeof deed === 'object' ? `a delay of ${deed.delayMs} ms` : deed);

function expectUnknown({ facts, tookMs }: Round, codes: readonly string[], expect: ExpectStatic): void {
  const { code, reason } = victimOf(facts);
  expect(codes).toContain(code);
  expect(reason).toMatch(/^\S.*\S$/);
  expect(unknownSources(facts)).toEqual([VICTIM]);
  expect(tookMs).toBeLessThan(ROUND_LIMIT_MS);
  // Planning takes its time and would hold up the cases beside this one.
  met.push(facts);
}

/** The connection ends with its observer. */
const closes = (proxy: ChaosProxy, expect: ExpectStatic): Promise<void> =>
  expect.poll(() => proxy.open, { interval: 5, timeout: 5_000 }).toBe(0);

describe.concurrent('an instance behind a broken wire', () => {
  test.for([...cases, ...idle].map((one) => [told(one), one.moment, one] as const))(
    '%s %s is unknown in time and seen in the next round',
    async ([, , one], { expect }) => {
      await using proxy = await ChaosProxy.before(stage.estate.instances[VICTIM]?.port ?? 0);
      const stand = stage.stand({ port: proxy.port });
      try {
        if (one.held) expect(unknownSources((await stand.round()).facts)).toEqual([]);
        one.break(proxy);
        if (one.codes.includes(LATE)) stand.hurry();
        expectUnknown(await stand.round(), one.codes, expect);
        proxy.heal();
        stand.calm();
        const before = proxy.taken;
        expect(unknownSources((await stand.round()).facts)).toEqual([]);
        expect(proxy.taken - before).toBeLessThanOrEqual(1);
      } finally {
        await stand[Symbol.asyncDispose]();
      }
      await closes(proxy, expect);
    },
  );

  test.for(['reset', 'fin', 'garbage', 'malformed', 'flood'] as const)(
    '%s on the idle connection is heard at once, and the next round logs in anew',
    async (deed, { expect }) => {
      await using proxy = await ChaosProxy.before(stage.estate.instances[VICTIM]?.port ?? 0);
      await using stand = stage.stand({ port: proxy.port });
      await stand.round();
      proxy.strike(deed);
      await closes(proxy, expect);
      // Our end of the connection may hear of it a moment later than the other one.
      await expect
        .poll(async () => unknownSources((await stand.round()).facts), { interval: 5, timeout: 9_000 })
        .toEqual([]);
      expect(proxy.taken).toBe(2);
    },
  );

  /** `silence`: the far end is gone and nobody says so; the request is lost with it. */
  test.for(['silence', 'reset'] as const)(
    'a held connection that ends in %s proves nothing, and a fresh one finds the instance alive',
    async (end, { expect }) => {
      await using proxy = await ChaosProxy.before(stage.estate.instances[VICTIM]?.port ?? 0);
      await using stand = stage.stand({ port: proxy.port });
      const verdict = async (): Promise<string> => verdictOnVictim(stage.pool, (await stand.round()).facts);
      expect(await verdict()).toBe('alive');
      proxy.armHeld({ exchange: 1, after: 'asked' }, end);
      if (end === 'silence') stand.hurry();
      expect(await verdict()).toBe('unknown');
      stand.calm();
      expect(await verdict()).toBe('alive');
      expect(proxy.taken).toBe(2);
    },
  );

  test('an instance that answers no fresh connection either is silent', async ({ expect }) => {
    await using proxy = await ChaosProxy.before(stage.estate.instances[VICTIM]?.port ?? 0);
    await using stand = stage.stand({ port: proxy.port });
    const verdict = async (): Promise<string> => verdictOnVictim(stage.pool, (await stand.round()).facts);
    await stand.round();
    proxy.refuse();
    proxy.armHeld({ exchange: 1, after: 'asked' }, 'reset');
    expect(await verdict()).toBe('unknown');
    expect(await verdict()).toBe('down (silent)');
  });

  test('a port on which nobody listens is unreachable at once and seen when somebody does', async ({
    expect,
  }) => {
    await using proxy = await ChaosProxy.before(stage.estate.instances[VICTIM]?.port ?? 0);
    await using stand = stage.stand({ port: proxy.port });
    proxy.refuse();
    const round = await stand.round();
    expectUnknown(round, [GONE], expect);
    await proxy.listen();
    expect(unknownSources((await stand.round()).facts)).toEqual([]);
    expect(proxy.taken).toBe(1);
  });

  test.for(Object.entries(MOMENTS))(
    'a delay within the deadline %s costs nothing but the time',
    async ([, { held, moment }], { expect }) => {
      await using proxy = await ChaosProxy.before(stage.estate.instances[VICTIM]?.port ?? 0);
      await using stand = stage.stand({ port: proxy.port });
      if (held) await stand.round();
      if (held) proxy.armHeld(moment, { delayMs: 60 });
      else proxy.armNew(moment, { delayMs: 60 });
      expect(unknownSources((await stand.round()).facts)).toEqual([]);
      expect(proxy.taken).toBe(1);
    },
  );

  test('an instance that stays silent holds up no later round, and no more than one login is tried in each', async ({
    expect,
  }) => {
    await using proxy = await ChaosProxy.before(stage.estate.instances[VICTIM]?.port ?? 0);
    await using stand = stage.stand({ port: proxy.port });
    proxy.armNew({ exchange: EXCHANGE.login, after: 'asked' }, 'silence');
    stand.hurry();
    for (let round = 1; round <= 3; round += 1) {
      expectUnknown(await stand.round(), [LATE], expect);
      expect(proxy.taken).toBeLessThanOrEqual(round);
    }
  });
});

describe('afterwards', () => {
  test('no socket and no timer of any case is left', async () => {
    const { timers, sockets } = restingBefore;
    await expect.poll(() => resting().sockets, { timeout: 3_000 }).toBeLessThanOrEqual(sockets);
    await expect.poll(() => resting().timers, { timeout: 3_000 }).toBeLessThanOrEqual(timers + OWN_TIMERS);
  });

  test('nothing was decided from any of them, whichever site shall serve', () => {
    expect(met.length).toBeGreaterThan(100);
    expect(met.flatMap((facts) => decidedFromUnknown(stage.pool, facts))).toEqual([]);
  });
});
