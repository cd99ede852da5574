import { describe, expect, test } from 'vitest';
import { poolPicture, type PoolPicture } from '../../web/src/model/pool-picture.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, failedOver, homeLost, notSeen } from '../support/facts.ts';
import { observed, unobserved } from '../support/pool-status.ts';

function pictureOf(seen: PoolFacts, pool?: DesiredPool): PoolPicture {
  const picture = poolPicture(observed(seen, pool));
  if (picture === null) throw new Error('nothing was drawn');
  return picture;
}

const active = (value: string) => ({ value, because: '' });

describe('the picture of a pool', () => {
  test('is none before the first look', () => {
    expect(poolPicture(unobserved())).toBeNull();
  });

  test('shows a healthy pair at home, its session, and a standby at backup', () => {
    const { home, backup, shipping } = pictureOf(facts());
    expect(home.instances.map(({ tone, word }) => `${tone} ${word}`)).toEqual([
      'good principal · ONLINE',
      'good mirror · RESTORING',
    ]);
    expect(home.mirroring).toMatchObject({ tone: 'good', word: 'synchronized' });
    expect(home.servers.map(({ word }) => word)).toEqual(['active', 'active', 'active', 'active']);
    expect(home).toMatchObject({ serves: true, wanted: true, drift: [] });
    expect(backup.instances[0]).toMatchObject({ tone: 'idle', word: 'RESTORING' });
    expect(backup.servers.map(({ tone }) => tone)).toEqual(['idle', 'idle', 'idle', 'idle']);
    expect(shipping).toMatchObject({ tone: 'good', word: 'running' });
  });

  test('shows what is not seen as unknown, neither good nor bad, with who was asked and for how long', () => {
    const { home } = pictureOf(homeLost());
    const parts = [...home.instances, home.mirroring, home.witness];
    expect(parts.map((part) => part?.tone)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
    expect(home.instances[0]).toMatchObject({ source: 'sql-par-1.contoso.com', ageMs: 600_000 });
    expect(home.instances[0]?.facts[0]).toMatchObject({ label: 'why', known: false });
  });

  test('does not show log shipping as healthy when its home is down', () => {
    const { shipping } = pictureOf(homeLost());
    expect(shipping).toMatchObject({ tone: 'bad', word: 'nothing new from paris' });
  });

  test('puts what is wanted beside what is, in the datacenter that it belongs to', () => {
    const { backup, drift } = pictureOf(homeLost(), desiredPool({ primarySite: 'backup' }));
    expect(backup.drift).toContainEqual({ path: 'backup.mgc', actual: 'restoring', wanted: 'online' });
    expect(drift.map(({ path }) => path)).toContain('active');
  });

  test('shows the service in lyon after a failover', () => {
    const { home, backup, poolState } = pictureOf(failedOver(), desiredPool({ primarySite: 'backup' }));
    expect([home.serves, backup.serves]).toEqual([false, true]);
    expect(backup.instances[0]).toMatchObject({ tone: 'good', word: 'principal · ONLINE' });
    expect(poolState.word).toBe('failed over');
  });

  test('calls an open copy neither good nor bad where nobody says who serves, and wrong only where the other one does', () => {
    const unseen = pictureOf(facts({ poolState: notSeen('management shell') }));
    expect([unseen.home.serves, unseen.backup.serves]).toEqual([null, null]);
    expect(unseen.home.instances[0]).toMatchObject({ tone: 'idle', word: 'principal · ONLINE' });
    const idle = poolPicture({ ...observed(facts()), variables: { active: active('none') } });
    expect(idle?.home).toMatchObject({ serves: false, instances: [{ tone: 'idle' }, { tone: 'good' }] });
    const wrong = poolPicture({ ...observed(facts()), variables: { active: active('backup') } });
    expect(wrong?.home.instances[0]?.tone).toBe('bad');
  });

  test('calls the role of a chat server unknown when nobody tells it', () => {
    const { home } = pictureOf(facts({ poolState: notSeen('management shell') }));
    expect(home.servers.map(({ tone, word }) => `${tone} ${word}`)).toEqual(
      Array(4).fill('unknown role not seen'),
    );
  });

  test('counts the files that the backup copy still lacks by their names', () => {
    const labels = pictureOf(facts()).shipping.facts.map(({ label }) => label);
    expect(labels).toEqual(
      expect.arrayContaining(['backup copy lacks', 'not copied yet', 'not restored yet', 'last restored']),
    );
  });
});
