import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  acceptFiles,
  inForceBefore,
  unreachable,
  type InForce,
  type SourceFile,
} from '../../src/desired-state/accept-files.ts';
import type { KnownPool } from '../../src/desired-state/to-desired-pool.ts';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';

const example = readFileSync(path.resolve(import.meta.dirname, '../../desired-state.example.yaml'), 'utf8');
const NOTHING = inForceBefore(new Map());

/** A pool of its own on instances of its own. */
const pool = (name: string, primaryDatacenter = 'paris'): string =>
  example
    .replace('name: contoso-chat', `name: ${name}`)
    .replaceAll(/sql-(par|lyo)-([12])/g, `${name}-$1-$2`)
    .replace('primaryDatacenter: paris', `primaryDatacenter: ${primaryDatacenter}`);
const file = (name: string, text: string): SourceFile => ({
  name,
  content: { kind: 'text', text },
  revision: null,
});
const broken = (name: string): SourceFile => file(name, pool(name).replace('mode: act', 'mode: maybe'));

const inForce = (event: DesiredEvent): Record<string, string> =>
  Object.fromEntries(
    event.pools.map(({ topology, generation, primarySite }) => [
      topology.name,
      `${primarySite} ${String(generation.counter)}`,
    ]),
  );

/** One reading after the other; the last event. */
function readings(start: InForce, ...reads: readonly (readonly SourceFile[])[]): DesiredEvent {
  let state = start;
  let last: DesiredEvent | undefined;
  for (const files of reads) {
    const accepted = acceptFiles(files, state);
    state = accepted.inForce;
    last = accepted.event;
  }
  if (last === undefined) throw new Error('nothing was read');
  return last;
}

describe('several files of one source', () => {
  test('go each its own way: a broken one leaves its pool as it was and its error names its line', () => {
    const before = [file('a', pool('a')), file('b', pool('b'))];
    const event = readings(NOTHING, before, [file('a', pool('a', 'lyon')), broken('b')]);
    expect(event.kind).toBe('accepted');
    expect(inForce(event)).toEqual({ a: 'backup 2', b: 'home 1' });
    expect(event.findings).toHaveLength(1);
    expect(event.findings[0]).toMatch(/^b:\d+:13: pools\[0\]\.policy\.mode: /);
  });

  test('are rejected as a whole when none is valid, and everything stays in force', () => {
    const event = readings(NOTHING, [file('a', pool('a'))], [broken('a')]);
    expect(event).toMatchObject({ kind: 'rejected', error: { code: 'PCO_DESIRED_INVALID' } });
    expect(inForce(event)).toEqual({ a: 'home 1' });
  });

  test('let a pool go only when all of them are valid: it may have been moved to the broken one', () => {
    const before = [file('a', pool('a')), file('b', pool('b'))];
    const moved = readings(NOTHING, before, [file('b', pool('b')), broken('c')]);
    expect(inForce(moved)).toEqual({ a: 'home 1', b: 'home 1' });
    expect(moved.findings.at(-1)).toContain('the pool a is no longer declared; it stays in force');
    const gone = readings(NOTHING, before, [file('b', pool('b'))]);
    expect(inForce(gone)).toEqual({ b: 'home 1' });
  });

  test('cannot take a name or an instance from a pool that is in force, whatever their names', () => {
    const event = readings(
      NOTHING,
      [file('m', pool('m'))],
      [file('a', pool('m', 'lyon')), file('m', pool('m'))],
    );
    expect(inForce(event)).toEqual({ m: 'home 1' });
    expect(event.findings[0]).toMatch(/^a:\d+:\d+: pools\[0\]\.name: a pool named m is already declared/);
  });

  test('may be renamed: the generation goes on', () => {
    const event = readings(NOTHING, [file('a', pool('x', 'lyon'))], [file('b', pool('x', 'lyon'))]);
    expect(inForce(event)).toEqual({ x: 'backup 1' });
    expect(event.pools[0]?.origin).toBe('b');
  });

  test('keep the counter of a pool that leaves and comes back otherwise', () => {
    const both = [file('a', pool('a')), file('b', pool('b'))];
    const event = readings(
      NOTHING,
      both,
      [file('a', pool('a'))],
      [file('a', pool('a')), file('b', pool('b', 'lyon'))],
    );
    expect(inForce(event)).toEqual({ a: 'home 1', b: 'backup 2' });
  });
});

describe('the commit of a generation', () => {
  const at = (commit: string, text: string): SourceFile => ({
    ...file('a', text),
    revision: { commit, author: 'Ann <ann@contoso.com>', subject: 'move', at: '2026-11-23T08:00:00Z' },
  });

  test('is the one that brought it; a later commit that changes nothing of the pool is not', () => {
    const event = readings(
      NOTHING,
      [at('c1', pool('a'))],
      [at('c2', pool('a', 'lyon'))],
      [at('c3', `${pool('a', 'lyon')}# a comment\n`)],
    );
    expect(event.pools[0]?.revision?.commit).toBe('c2');
    expect(inForce(event)).toEqual({ a: 'backup 2' });
  });
});

describe('after a restart', () => {
  const [accepted] = readings(NOTHING, [file('a', pool('a', 'lyon'))]).pools;
  const known = (changes: Partial<KnownPool> = {}): InForce => {
    if (accepted === undefined) throw new Error('the pool was not accepted');
    // Through the journal, as JSON.
    return inForceBefore(
      new Map([['a', { ...(JSON.parse(JSON.stringify(accepted)) as KnownPool), ...changes }]]),
    );
  };

  test('a source that cannot be read leaves in force what was accepted before it, exactly', () => {
    const event = unreachable(known(), 'the file is gone', undefined);
    expect(event.kind).toBe('unreachable');
    expect(event.pools).toEqual([accepted]);
  });

  test('a broken file leaves its pool in force', () => {
    expect(inForce(readings(known(), [broken('a')]))).toEqual({ a: 'backup 1' });
  });

  test('a pool that was removed does not come back with a broken file', () => {
    expect(inForce(readings(known({ declared: null }), [broken('a')]))).toEqual({});
  });

  test('a valid source counts, and an unchanged pool keeps its generation', () => {
    expect(inForce(readings(known(), [file('a', pool('a', 'lyon'))]))).toEqual({ a: 'backup 1' });
    expect(inForce(readings(known(), [file('a', pool('a'))]))).toEqual({ a: 'home 2' });
    expect(inForce(readings(known(), [file('b', pool('b'))]))).toEqual({ b: 'home 1' });
  });
});
