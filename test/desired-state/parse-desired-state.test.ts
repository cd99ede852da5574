import { describe, expect, test } from 'vitest';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import type { Finding } from '../../src/desired-state/yaml-document.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { BAD_EDITS, edited, example } from '../support/bad-edits.ts';

const FILE = 'pools.yaml';

function findings(text: string): readonly Finding[] {
  const parsed = parseDesiredState(text, FILE);
  return parsed.kind === 'ok' ? [] : parsed.findings;
}
function pools(text: string, context?: Parameters<typeof parseDesiredState>[2]): readonly DesiredPool[] {
  const parsed = parseDesiredState(text, FILE, context);
  if (parsed.kind === 'invalid')
    throw new Error(parsed.findings.map((finding) => finding.message).join('\n'));
  return parsed.pools;
}
/** Line and column (from 1) of a piece of text. */
function placeOf(text: string, piece: string): string {
  const before = text.slice(0, text.indexOf(piece));
  return `${String(before.split('\n').length)}:${String(before.length - before.lastIndexOf('\n'))}`;
}
describe('a desired state', () => {
  test.each(BAD_EDITS)('with %s is refused at its line and column', (_name, text, place, says) => {
    const found = findings(text);
    const [first] = found;
    expect(found.map((finding) => finding.message + (finding.hint ?? '')).join('\n')).toContain(says);
    if (first === undefined || place === '') return;
    const wanted = /^\d+:\d+$/.test(place) ? place : placeOf(text, place);
    expect(`${String(first.line)}:${String(first.column)}`).toBe(wanted);
  });

  test('becomes two sites, whichever datacenter is named first', () => {
    const [pool] = pools(edited('primaryDatacenter: paris', 'primaryDatacenter: lyon'));
    expect(pool?.primarySite).toBe('backup');
    expect(pool?.topology.sites.home.chat.primary).toBe('sql-par-1.contoso.com');
    expect(pool?.topology.sites.backup.servers).toHaveLength(4);
    expect(pool?.policy).toMatchObject({ mode: 'act', silentAfterMs: 120_000, maxDataLossMinutes: 30 });
  });

  const POLICY = '      stepTimeout: 10m';
  const withPolicy = (lines: string): string => edited(POLICY, `${POLICY}\n      ${lines}`);

  test('may declare change windows, a cooldown and a second person; left out they change no generation', () => {
    const [pool] = pools(
      withPolicy(
        "approvals: 2\n      cooldown: 30m\n      changeWindows: [{ cron: '0 22 * * 6', duration: 4h, timeZone: Europe/Paris }]",
      ),
    );
    expect(pool?.policy).toMatchObject({
      approvals: 2,
      cooldownMs: 1_800_000,
      changeWindows: [{ cron: '0 22 * * 6', durationMs: 14_400_000, timeZone: 'Europe/Paris' }],
    });
    const declared = pools(example)[0]?.declared as { readonly policy: object };
    expect(Object.keys(declared.policy)).not.toEqual(expect.arrayContaining(['approvals']));
    expect(pools(example)[0]?.policy.changeWindows).toBeUndefined();
  });

  test.each([
    ["cron: '0 22 * *', duration: 4h, timeZone: UTC", 'a cron line of five fields'],
    ["cron: '0 25 * * 6', duration: 4h, timeZone: UTC", 'a cron line of five fields'],
    ["cron: '0 22 * * 6', duration: 4h, timeZone: Mars/Base", 'a time zone such as Europe/Paris or UTC'],
    ["cron: '0 22 * * 6', duration: 30s, timeZone: UTC", 'a duration between 1m and 168h'],
    ["cron: '0 22 * * 6', duration: 4h", 'timeZone'],
  ])('refuses the change window {%s}', (window, says) => {
    const found = findings(withPolicy(`changeWindows: [{ ${window} }]`));
    expect(found.map(({ message, path: at }) => `${at}: ${message}`).join('\n')).toContain(says);
  });

  test('may declare a low-latency neighbour and then use its servers', () => {
    const text = edited(
      'activeServers: *lyon',
      'lowLatencyTo: [paris]\n        activeServers: [chat-par-1.contoso.com]',
    );
    expect(findings(text)).toEqual([]);
  });

  test('may hold several documents', () => {
    const second = edited('name: contoso-chat', 'name: other-chat').replaceAll(
      /sql-(par|lyo)-([12])/g,
      'sql2-$1-$2',
    );
    expect(pools(`${example}---\n${second}`).map((pool) => pool.topology.name)).toEqual([
      'contoso-chat',
      'other-chat',
    ]);
  });

  test('gives the chat database of an instance to one pool only, whatever the document; a witness is shared', () => {
    const second = edited('name: contoso-chat', 'name: other-chat').replace('sql-lyo-2', 'sql9-lyo-2');
    const found = findings(`${example}---\n${second}`);
    expect(found.map(({ path: at }) => at)).toEqual([
      'pools[0].datacenters.paris.sql.primary',
      'pools[0].datacenters.paris.sql.mirror',
      'pools[0].datacenters.lyon.sql.primary',
    ]);
    expect(found[0]?.message).toBe('mgc on sql-par-1.contoso.com already belongs to the pool contoso-chat');
    expect(found[0]?.hint).toMatch(/^declared at pools\.yaml:\d+; /);
  });

  test('keeps its generation over comments, order of keys and spelling of durations, and counts real changes', () => {
    const [first] = pools(example);
    const generation = first?.generation ?? { counter: 0, hash: '' };
    const context = { known: new Map([['contoso-chat', { generation, revision: null }]]) };
    const [same] = pools(
      edited('silentAfter: 2m', 'silentAfter: 120s').replace('# What shall', '# Whatever'),
      context,
    );
    const [moved] = pools(edited('primaryDatacenter: paris', 'primaryDatacenter: lyon'), context);
    expect(first?.generation.hash).toMatch(/^[0-9a-f]{12}$/);
    expect(same?.generation).toEqual(first?.generation);
    expect(moved?.generation.counter).toBe(2);
    expect(moved?.generation.hash).not.toBe(first?.generation.hash);
  });
});
