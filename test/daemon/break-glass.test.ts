import { describe, expect, test } from 'vitest';
import {
  desiredFromJournal,
  nextExpiryMs,
  poolsInForce,
  toBreakGlass,
  withRecord,
  withSource,
  type DesiredSoFar,
} from '../../src/daemon/break-glass.ts';
import { keepInMemory, readJournal } from '../../src/daemon/journal-records.ts';
import { knownPoolsOf } from '../../src/daemon/known-pools.ts';
import { inForceBefore } from '../../src/desired-state/accept-files.ts';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';
import type { JournalBody, JournalRecord } from '../../src/ports/journal.ts';
import type { BreakGlassRequest } from '../../src/reconciler/pool-status.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { NOW, NOW_MS } from '../support/facts.ts';
import { poolDocument } from '../support/pool-document.ts';

const HOUR_MS = 3_600_000;
const PARIS = poolDocument('paris');
const LYON = poolDocument('lyon');
const LYON_TUNED = LYON.replace('silentAfter: 30s', 'silentAfter: 45s');
const PARIS_TUNED = PARIS.replace('silentAfter: 30s', 'silentAfter: 45s');
const OTHER = PARIS.replace('name: chat', 'name: other').replaceAll('sql-', 'sqlb-');

const ask = (text: string, more: Partial<BreakGlassRequest> = {}): BreakGlassRequest => ({
  by: 'ann',
  reason: 'the Git server burns too',
  expiresAt: new Date(NOW_MS + HOUR_MS).toISOString(),
  file: 'here.yaml',
  text,
  ...more,
});
const unreachable = new PoolError('PCO_SOURCE_UNREACHABLE', 'no route to git');

/** A life of the rules: what is journalled survives `restart`, what was read from the source does not. */
class Life {
  state: DesiredSoFar = desiredFromJournal([]);
  records: JournalRecord[] = [];
  nowMs = NOW_MS;

  #write(body: JournalBody): void {
    this.records.push({ v: 1, seq: this.records.length + 1, epoch: 1, at: NOW, ...body });
    this.state = withRecord(this.state, body);
  }
  source(...texts: readonly string[]): this {
    const pools = texts.flatMap((text) => {
      const parsed = parseDesiredState(text, 'git.yaml');
      return parsed.kind === 'ok' ? parsed.pools : [];
    });
    const { state, ended } = withSource(this.state, { kind: 'accepted', pools, findings: [] });
    this.state = state;
    if (ended !== undefined) this.#write(ended);
    this.#follow();
    return this;
  }
  lost(kind: 'unreachable' | 'rejected' = 'unreachable'): this {
    const pools = this.state.source ?? [...inForceBefore(knownPoolsOf(this.records)).pools.values()];
    const event: DesiredEvent = { kind, error: unreachable, pools, findings: ['no route to git'] };
    this.state = withSource(this.state, event).state;
    this.#follow();
    return this;
  }
  breakGlass(text: string, more: Partial<BreakGlassRequest> = {}): this {
    this.#write(toBreakGlass(ask(text, more), this.state, this.nowMs));
    this.#follow();
    return this;
  }
  wait(ms: number): this {
    this.nowMs += ms;
    this.#follow();
    return this;
  }
  restart(): this {
    this.records = [
      ...readJournal(Buffer.from(this.records.map((r) => `${JSON.stringify(r)}\n`).join('')), 'j').records,
    ];
    this.state = desiredFromJournal(this.records);
    return this;
  }
  /** The daemon journals a generation when it follows it. */
  #follow(): void {
    for (const { topology, generation, origin, revision, primarySite, declared } of this.#inForce()) {
      const { name } = topology;
      const last = this.records.findLast((record) => record.kind === 'generation' && record.pool === name);
      const same = last?.kind === 'generation' && last.origin === origin;
      if (same && last.generation.counter === generation.counter) continue;
      const primaryDatacenter = topology.sites[primarySite].datacenter;
      this.#write({
        kind: 'generation',
        pool: name,
        generation,
        origin,
        revision,
        primarySite,
        primaryDatacenter,
        declared,
      });
    }
  }
  #inForce(): readonly DesiredPool[] {
    const { state, pools } = poolsInForce(this.state, this.nowMs);
    this.state = state;
    return pools;
  }
  get pools(): string[] {
    return this.#inForce().map(
      ({ topology, primarySite, generation, breakGlass }) =>
        `${topology.name} ${primarySite} ${String(generation.counter)}${breakGlass === undefined ? '' : ` ${breakGlass.state}`}`,
    );
  }
}
const life = (): Life => new Life();

describe('a break-glass', () => {
  test('replaces the pools of the same name while the source is away, and leaves the others', () => {
    const rules = life().source(PARIS, OTHER).lost();
    expect(rules.pools).toEqual(['chat home 1', 'other home 1']);
    expect(rules.breakGlass(LYON).pools).toEqual(['chat backup 2 in-force', 'other home 1']);
    expect(rules.lost('rejected').pools).toEqual(['chat backup 2 in-force', 'other home 1']);
  });

  test('counts for a daemon that never read its source, also after a kill -9', () => {
    const rules = life().lost().breakGlass(LYON);
    expect(rules.pools).toEqual(['chat backup 1 in-force']);
    expect(rules.restart().lost().pools).toEqual(['chat backup 1 in-force']);
  });

  test('is refused while the source can be read, with the place to edit instead', () => {
    for (const rules of [life().source(PARIS), life().source(PARIS).lost('rejected')]) {
      expect(() => rules.breakGlass(LYON)).toThrow(
        expect.objectContaining({ code: 'PCO_USAGE', hint: 'edit it where it lies: git.yaml' }),
      );
      expect(rules.pools).toEqual(['chat home 1']);
    }
  });

  test.each([
    [
      'a document that is not valid',
      poolDocument('berlin'),
      {},
      'PCO_DESIRED_INVALID',
      'here.yaml:4:24: pools[0]',
    ],
    [
      'a pool that nobody knows',
      LYON.replace('name: chat', 'name: chatt'),
      {},
      'PCO_USAGE',
      'no pool is called chatt',
    ],
    ['an end that has passed', LYON, { expiresAt: NOW }, 'PCO_USAGE', 'has passed already'],
  ])('is refused with %s', (_, text, more, code, message) => {
    const rules = life().source(PARIS).lost();
    expect(() => rules.breakGlass(text, more)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as unknown }),
    );
  });

  test('can be renewed without another generation, and be replaced', () => {
    const rules = life()
      .source(PARIS)
      .lost()
      .breakGlass(LYON)
      .wait(HOUR_MS / 2);
    rules.breakGlass(LYON, { expiresAt: new Date(NOW_MS + 3 * HOUR_MS).toISOString() });
    expect(rules.wait(HOUR_MS).pools).toEqual(['chat backup 2 in-force']);
    expect(nextExpiryMs(rules.state, rules.nowMs)).toBe(NOW_MS + 3 * HOUR_MS);
    const later = { expiresAt: new Date(NOW_MS + 2 * HOUR_MS).toISOString() };
    expect(rules.breakGlass(LYON_TUNED, later).pools).toEqual(['chat backup 3 in-force']);
    expect(rules.source(PARIS).pools).toEqual(['chat home 4 source-returned']);
  });
});

describe('when the source is back', () => {
  const moved = (): Life => life().source(PARIS).lost().breakGlass(LYON);

  test.each([
    ['as before', PARIS, 'chat home 3 source-returned'],
    ['edited elsewhere, but with the same datacenter', PARIS_TUNED, 'chat home 3 source-returned'],
    ['with what the break-glass says', LYON, 'chat backup 2'],
    ['with the same datacenter as the break-glass', LYON_TUNED, 'chat backup 3'],
  ])('%s, nothing moves back unasked', (_, text, pool) => {
    for (const rules of [moved(), moved().restart().lost(), moved().restart()]) {
      expect(rules.source(text).pools).toEqual([pool]);
      expect(rules.restart().lost().pools).toEqual([pool]);
      expect(rules.source(text).pools).toEqual([pool]);
    }
    const uncounted = (line: string): string => line.replace(/\d/, 'n');
    const late = moved()
      .wait(2 * HOUR_MS)
      .source(text);
    expect(late.pools.map(uncounted)).toEqual([uncounted(pool)]);
  });

  test('an edit after the return is followed without a question, and an edit back to the old text, too', () => {
    const rules = moved().source(PARIS);
    expect(rules.source(PARIS_TUNED).pools).toEqual(['chat home 4']);
    expect(rules.source(PARIS).pools).toEqual(['chat home 5']);
  });

  test('with an edit that has itself moved the pool, the edit counts', () => {
    const rules = life().source(LYON).lost().breakGlass(LYON_TUNED).source(PARIS);
    expect(rules.pools).toEqual(['chat home 3']);
  });

  test('for the first time, what the break-glass has moved stays until a person answers', () => {
    expect(life().lost().breakGlass(LYON).source(PARIS).pools).toEqual(['chat home 2 source-returned']);
  });

  test('a pool that it declares no more is let go, and the journal says so', () => {
    const rules = moved().source(OTHER);
    expect(rules.pools).toEqual(['other home 1']);
    expect(rules.records.find(({ kind }) => kind === 'break-glass-ended')).toMatchObject({
      pools: [{ pool: 'chat', generation: null, movesBack: false, breakGlass: { by: 'ann' } }],
    });
  });

  test('a second break-glass goes by where the source wanted the pool, not by the first one', () => {
    const rules = moved().restart().lost().breakGlass(LYON_TUNED);
    expect(rules.source(PARIS).pools).toEqual(['chat home 4 source-returned']);
  });
});

describe('when it expires', () => {
  test('the last word of the source counts again and does not move the pool back unasked', () => {
    const rules = life().source(PARIS).lost().breakGlass(LYON).wait(HOUR_MS);
    expect(rules.pools).toEqual(['chat home 3 gives-way']);
    expect(nextExpiryMs(rules.state, rules.nowMs)).toBeUndefined();
    expect(rules.source(PARIS).pools).toEqual(['chat home 3 source-returned']);
  });

  test('one that moved nothing between the sites leaves no question', () => {
    const rules = life().source(PARIS).lost().breakGlass(PARIS_TUNED).wait(HOUR_MS);
    expect(rules.pools).toEqual(['chat home 3']);
  });

  test('and the source was not read since the start, its last word from before does not move the pool unasked', () => {
    const rules = life().source(PARIS).lost().breakGlass(LYON).restart().lost().wait(HOUR_MS);
    expect(rules.pools).toEqual(['chat home 3 gives-way']);
    expect(rules.source(PARIS).pools).toEqual(['chat home 3 source-returned']);
  });

  test('and the source was never read, the pool stays in sight and held', () => {
    const rules = life().lost().breakGlass(LYON).restart().lost().wait(HOUR_MS);
    expect(rules.pools).toEqual(['chat backup 1 expired']);
  });

  test('and the source comes back after a restart, it is asked just the same', () => {
    const rules = life().source(PARIS).lost().breakGlass(LYON).wait(HOUR_MS).restart().lost();
    expect(rules.source(PARIS).pools).toEqual(['chat home 3 source-returned']);
  });
});

test('a long journal forgets no break-glass that still counts and no return that waits for an answer', () => {
  const filled = (from: Life): readonly JournalRecord[] => {
    const seq = from.records.length;
    const more = Array.from({ length: 50 }, (_, index): JournalRecord => ({
      v: 1,
      seq: seq + index + 1,
      epoch: 1,
      at: NOW,
      kind: 'started',
      version: 'x',
    }));
    return keepInMemory([...from.records, ...more], 5);
  };
  const inForce = desiredFromJournal(filled(life().source(PARIS).lost().breakGlass(LYON)));
  expect([...inForce.glasses.keys()]).toEqual(['chat']);
  const back = desiredFromJournal(filled(life().source(PARIS).lost().breakGlass(LYON).source(PARIS)));
  expect(back.glasses.size).toBe(0);
  expect(back.returned.get('chat')?.movesBack).toBe(true);
});

test('a break-glass that this program no longer understands stops the start by name', () => {
  const [record] = life().lost().breakGlass(LYON).records;
  const broken = { ...record, text: 'pools: []' } as JournalRecord;
  expect(() => desiredFromJournal([broken])).toThrow(
    expect.objectContaining({ code: 'PCO_JOURNAL_UNREADABLE' }),
  );
});

test.each([
  ['break-glass', { by: 'a', reason: 'b', expiresAt: NOW, file: 'f' }, 'the field text is missing'],
  [
    'break-glass',
    { by: 'a', reason: 'b', expiresAt: NOW, file: 'f', text: '' },
    'the field pools is missing',
  ],
  ['break-glass-ended', {}, 'the field pools is missing'],
])('a damaged record of the kind %s stops the reader: %s', (kind, fields, message) => {
  const line = JSON.stringify({ v: 1, seq: 1, epoch: 1, at: NOW, kind, ...fields });
  expect(() => readJournal(Buffer.from(`${line}\n`), 'j')).toThrow(message);
});
