/** Situations, policies and attestations, and the verdict on home in each: nothing more is concluded than the signs allow. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_OBSERVER_OPTIONS } from '../../src/observers/observe-pool.ts';
import { CANCEL_GRACE_MS } from '../../src/observers/observe-instances.ts';
import type { Decision } from '../../src/ports/journal.ts';
import { judgeEvidence } from '../../src/reconciler/judge-evidence.ts';
import { reducePool } from '../../src/reconciler/reduce-pool.ts';
import { verdictWords, type Evidence } from '../../src/topology/evidence.ts';
import type { DatabaseFacts, MirroringFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import type { EvidenceLevel } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import {
  askedOnce,
  PAR_1,
  PAR_2,
  partnerAt,
  principalSilent,
  SITUATIONS,
  TAKEN_OVER,
  VOTES_FOR_PARTNER,
  withInstances,
  witnessAt,
} from '../support/evidence-situations.ts';
import * as world from '../support/facts.ts';

const LEVELS: readonly EvidenceLevel[] = ['silent', 'proven'];
const under = (evidence: EvidenceLevel) => desiredPool({ primarySite: 'backup', policy: { evidence } });
const ATTESTED: Decision = {
  decision: 'attest-down',
  site: 'home',
  pool: 'chat',
  by: 'ann',
  reason: 'fire',
  expiresAt: '2026-11-23T13:00:00Z',
};

const homeOf = (
  facts: PoolFacts,
  level: EvidenceLevel = 'silent',
  decisions: readonly (Decision & { readonly at?: string })[] = [],
): Evidence => judgeEvidence(under(level), facts, decisions, world.NOW_MS).home;

const cases = Object.entries(SITUATIONS).flatMap(([name, situation]) =>
  LEVELS.map((level) => [name, level, situation] as const),
);

describe('while', () => {
  test.each(cases)('%s, home under policy %s', (_name, level, { facts, verdict, attested }) => {
    expect(verdictWords(homeOf(facts, level))).toBe(verdict);
    expect(verdictWords(homeOf(facts, level, [ATTESTED]))).toBe(attested?.[level] ?? verdict);
    const expired = { ...ATTESTED, expiresAt: '2026-11-23T11:59:59Z' };
    expect(verdictWords(homeOf(facts, level, [expired]))).toBe(verdict);
    expect(verdictWords(homeOf(facts, level, [{ ...ATTESTED, site: 'backup' }]))).toBe(verdict);
  });

  test.each(cases)('%s, only what policy %s allows opens the way', (_name, level, situation) => {
    const suffices = ['down (attested)', ...(level === 'silent' ? ['down (silent)'] : [])];
    for (const decisions of [[], [ATTESTED]]) {
      const { vector, evidence } = reducePool(under(level), situation.facts, decisions, world.NOW_MS);
      const closed = isClosed(situation.facts);
      expect(vector['home.cannotWrite'] === 'yes').toBe(
        closed || suffices.includes(verdictWords(evidence.home)),
      );
    }
  });
});

/** Seen unable to write. */
function isClosed({ instances }: PoolFacts): boolean {
  const first = instances[PAR_1];
  return first?.kind === 'value' && first.value.databases['mgc']?.state === 'OFFLINE';
}

describe('a sign', () => {
  test.each(Object.keys(SITUATIONS))('has source, subject, age and way while %s', (name) => {
    for (const { source, about, detail, forMs, way } of homeOf(SITUATIONS[name]?.facts ?? world.facts())
      .signs) {
      expect([source, about, detail, way].every((word) => word.length > 0)).toBe(true);
      expect(forMs).toBeGreaterThanOrEqual(0);
    }
  });

  test('of a person has name, reason, end and the age of the word', () => {
    const at = '2026-11-23T11:50:00.000Z';
    const { signs } = homeOf(world.homeLost(), 'proven', [{ ...ATTESTED, at }]);
    expect(signs.at(-1)).toEqual({
      source: 'ann',
      about: 'home',
      says: 'down',
      detail: 'attested: fire; until 2026-11-23T13:00:00Z',
      forMs: 600_000,
      way: 'person',
    });
  });

  test('of the share names the newest log backup and who wrote it', () => {
    const files = [world.logFile(1, 75), world.logFile(2, 45, { serverName: 'SQL-PAR-2' })];
    const { signs } = homeOf(world.homeLost({ share: world.folder('\\\\fs01\\mgc-logs', files) }));
    const [newest, ...more] = signs.filter(({ way }) => way === 'files');
    expect(newest).toMatchObject({ about: PAR_2, says: 'neither', forMs: 2_700_000 });
    expect(newest?.detail).toContain('mgc_0002.trn, by sql-par-2');
    expect(more).toEqual([]);
  });

  test('of a pair is told only while one of it is out of sight', () => {
    const ways = (facts: PoolFacts): string[] => homeOf(facts).signs.map(({ way }) => way);
    expect(ways(world.facts())).not.toContain('mirror');
    expect(ways(principalSilent(partnerAt({})))).toEqual(expect.arrayContaining(['mirror', 'witness']));
  });
});

describe('a verdict that is unknown', () => {
  test('says whom it lacks, and stays the same while time passes', () => {
    const facts = withInstances(world.homeLost({ poolState: world.notSeen('shell') }), {
      [PAR_1]: askedOnce(PAR_1),
      'sql-lyo-w.contoso.com': world.notSeen('sql-lyo-w'),
    });
    expect(homeOf(facts).changes).toBe(
      `To count as silent: ${PAR_1} must have been asked in vain, anew, for 30 s; sql-lyo-w.contoso.com must answer; ` +
        'the management shell must answer; or attest it: pchat attest SITE --down.',
    );
  });

  test('comes out of no silence that is shorter than a time-out of the daemon', () => {
    const { instanceDeadlineMs, serverDeadlineMs, folderDeadlineMs } = DEFAULT_OBSERVER_OPTIONS;
    /** Least that `policy.silentAfter` takes; docs/desired-state.md. */
    const leastMs = 5_000;
    for (const ms of [instanceDeadlineMs, serverDeadlineMs, folderDeadlineMs])
      expect(ms + CANCEL_GRACE_MS).toBeLessThanOrEqual(leastMs);
  });
});

describe('the copy of a principal that nobody sees', () => {
  const firstCopy = (facts: PoolFacts, level: EvidenceLevel = 'proven') => homeOf(facts, level).copies[0];
  const takenOver = (
    session: Partial<MirroringFacts> = {},
    state: DatabaseFacts['state'] = 'ONLINE',
  ): PoolFacts => principalSilent(partnerAt({ ...TAKEN_OVER, ...session }, state), VOTES_FOR_PARTNER);

  test('is proven unable to serve once its partner is the principal by quorum, and the pair serves', () => {
    const { verdict, copies } = homeOf(takenOver());
    expect([verdict, ...copies.map(verdictWords)]).toEqual(['alive', 'down (proven)', 'alive']);
    expect(copies[0]?.because).toContain('alone it has no quorum');
  });

  test('opens no way by its proof: the site still writes', () => {
    for (const level of LEVELS) {
      const { vector } = reducePool(under(level), takenOver(), [], world.NOW_MS);
      expect([vector['home.cannotWrite'], vector['home.partner']]).toEqual(['no', 'unknown']);
    }
  });

  const byWitness = (principal: string, mirror: string, sequence: number): PoolFacts =>
    principalSilent(partnerAt(TAKEN_OVER, 'ONLINE'), witnessAt(principal, mirror, sequence));

  test.each([
    [
      'the partner is still its mirror: the witness may stand by it',
      principalSilent(partnerAt({ state: 'DISCONNECTED' })),
    ],
    ['the witness still takes it for the principal', byWitness('SQL-PAR-1', 'SQL-PAR-2', 2)],
    ['the witness is behind in the role sequence', byWitness('SQL-PAR-2', 'SQL-PAR-1', 1)],
    ['the witness is ahead: another role has changed since', byWitness('SQL-PAR-2', 'SQL-PAR-1', 3)],
    ['the witness watches another pair', byWitness('SQL-PAR-2', 'SQL-PAR-9', 2)],
    [
      'the witness does not answer',
      principalSilent(partnerAt(TAKEN_OVER, 'ONLINE'), world.notSeen('sql-par-w')),
    ],
    ['the partner has lost the witness', takenOver({ witnessState: 'DISCONNECTED' })],
    [
      'the partner has no witness: it was forced, or the other serves on',
      takenOver({ witnessState: null, witnessAddress: null }),
    ],
    ['the partner has another witness', takenOver({ witnessAddress: 'TCP://sql-par-9.contoso.com:5022' })],
    ['the session is asynchronous', takenOver({ safety: 'OFF' })],
    ['the session is suspended', takenOver({ state: 'SUSPENDED' })],
    ['the partner is not open', takenOver({}, 'RECOVERING')],
    [
      'the partner speaks of another instance',
      takenOver({ partnerAddress: 'TCP://sql-par-9.contoso.com:5022' }),
    ],
    [
      'the partner has no session left',
      withInstances(takenOver(), {
        [PAR_2]: world.seen(
          world.instanceFacts('SQL-PAR-2', { databases: { mgc: world.databaseFacts() } }),
          PAR_2,
        ),
      }),
    ],
    [
      'it is silent for less than two time-outs of mirroring',
      withInstances(takenOver(), { [PAR_1]: world.notSeen(PAR_1, 19_999) }),
    ],
    ['it was asked once', withInstances(takenOver(), { [PAR_1]: askedOnce(PAR_1) })],
  ])('is unknown while %s', (_name, facts) => {
    expect(firstCopy(facts)).toMatchObject({ verdict: 'unknown', level: null });
  });

  test('is partitioned while the new principal is connected to it: it is the mirror now', () => {
    expect(firstCopy(takenOver({ state: 'SYNCHRONIZING' }))).toMatchObject({ verdict: 'partitioned' });
  });
});
