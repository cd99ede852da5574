import { describe, expect, test } from 'vitest';
import { poolSamples } from '../../src/daemon/pool-samples.ts';
import { unknownAnswers } from '../../src/daemon/sight-samples.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { Site } from '../../src/topology/pool-topology.ts';
import { desiredPool, instanceName } from '../support/desired-pool.ts';
import { chatServer, chatServers, facts, homeLost, notSeen, NOW_MS, seen } from '../support/facts.ts';
import { valueOf } from '../support/pool-series.ts';
import { observed, unobserved } from '../support/pool-status.ts';

describe('the sight', () => {
  const parts = (['home', 'backup'] as const).flatMap((site) =>
    (['primary', 'mirror', 'witness'] as const).map((part) => [site, part] as const),
  );
  const short = { home: 'par', backup: 'lyo' };
  const suffix = { primary: '1', mirror: '2', witness: 'w' };

  test.each(parts)('of the %s %s is 1 while it gives facts and 0 otherwise', (site, part) => {
    const name = `sql-${short[site]}-${suffix[part]}.contoso.com`;
    const dark = facts({ instances: { ...facts().instances, [name]: notSeen(name) } });
    expect(valueOf('pchat_instance_seen', { site, part }, observed(facts()))).toBe(1);
    expect(valueOf('pchat_instance_seen', { site, part }, observed(dark))).toBe(0);
  });

  test.each(parts)('of the %s %s tells how far its clock is from that of the daemon', (site, part) => {
    const name = `sql-${short[site]}-${suffix[part]}.contoso.com`;
    const { instances } = facts();
    const shown = (answer: PoolFacts['instances'][string]): number | undefined =>
      valueOf(
        'pchat_instance_clock_offset_seconds',
        { site, part },
        observed(facts({ instances: { ...instances, [name]: answer } })),
      );
    const answer = instances[name];
    if (answer?.kind !== 'value') throw new TypeError(`${name} gave no facts`);
    for (const [clockOffsetMs, seconds] of [
      [12_500, 12.5],
      [-12_500, -12.5],
    ] as const)
      expect(shown({ ...answer, value: { ...answer.value, clockOffsetMs } })).toBe(seconds);
    expect(shown(notSeen(name))).toBeNaN();
  });

  test('of an instance that serves both stores is that of the chat store, of another one its own', () => {
    const pool = desiredPool();
    const { home } = pool.topology.sites;
    const compliance = {
      primary: home.chat.primary,
      mirror: instanceName('sql-par-3'),
      witness: instanceName('sql-par-x'),
    };
    const topology = {
      ...pool.topology,
      sites: { ...pool.topology.sites, home: { ...home, compliance } },
    };
    const series = poolSamples(unobserved(pool), { ...pool, topology }).pchat_instance_seen;
    expect(series.filter(({ labels }) => labels.site === 'home').map(({ labels }) => labels.part)).toEqual([
      'primary',
      'mirror',
      'witness',
      'compliance-mirror',
      'compliance-witness',
    ]);
  });

  test.each([
    ['share', { share: notSeen('share') }],
    ['copy', { copyFolder: notSeen('copy') }],
    ['quarantine-home', { quarantine: { ...facts().quarantine, home: notSeen('q') } }],
    ['quarantine-backup', { quarantine: { ...facts().quarantine, backup: notSeen('q') } }],
  ] as [string, Partial<PoolFacts>][])(
    'of the folder %s is 1 while it is listed and 0 otherwise',
    (name, dark) => {
      expect(valueOf('pchat_folder_seen', { folder: name }, observed(facts()))).toBe(1);
      expect(valueOf('pchat_folder_seen', { folder: name }, observed(facts(dark)))).toBe(0);
    },
  );

  test('of the management shell is 1 while it tells the pool state and 0 otherwise', () => {
    expect(valueOf('pchat_shell_seen', {}, observed(facts()))).toBe(1);
    expect(valueOf('pchat_shell_seen', {}, observed(facts({ poolState: notSeen('shell') })))).toBe(0);
  });

  test('of chat servers counts those of each site that say nothing', () => {
    const unseen = (site: Site, status: PoolStatus) => valueOf('pchat_chat_servers_unseen', { site }, status);
    const pool = desiredPool();
    const world = facts({ chatServers: chatServers(pool, notSeen('shell'), seen(chatServer(), 'shell')) });
    expect([unseen('home', observed(world)), unseen('backup', observed(world))]).toEqual([4, 0]);
    expect([unseen('home', unobserved()), unseen('backup', unobserved())]).toEqual([4, 4]);
  });

  test('of the pool is the end of its last round, 0 before the first', () => {
    expect(valueOf('pchat_last_observation_timestamp_seconds', {}, unobserved())).toBe(0);
    expect(valueOf('pchat_last_observation_timestamp_seconds', {}, observed(facts()))).toBe(NOW_MS / 1_000);
  });
});

describe('the answers that are unknown', () => {
  test('are counted by what was asked, the comparison of the copies left out', () => {
    expect(unknownAnswers(facts())).toEqual({ instance: 0, folder: 0, shell: 0, 'chat-server': 0 });
    expect(unknownAnswers(homeLost({ poolState: notSeen('shell') }))).toEqual({
      instance: 3,
      folder: 1,
      shell: 1,
      'chat-server': 4,
    });
  });
});
