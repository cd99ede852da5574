import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import type { Finding } from '../../src/desired-state/yaml-document.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';

const example = readFileSync(path.resolve(import.meta.dirname, '../../desired-state.example.yaml'), 'utf8');
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
/** Replaces a piece of the example that occurs in it. */
function edited(from: string, to: string): string {
  if (!example.includes(from)) throw new Error(`the example does not hold ${from}`);
  return example.replace(from, to);
}
/** Line and column (from 1) of a piece of text. */
function placeOf(text: string, piece: string): string {
  const before = text.slice(0, text.indexOf(piece));
  return `${String(before.split('\n').length)}:${String(before.length - before.lastIndexOf('\n'))}`;
}
const bomb = `a: &a [x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
pools: [*c,*c,*c]
`;
const activeFive = edited(
  '- chat-lyo-4.contoso.com\n        activeServers: *lyon',
  '- chat-lyo-4.contoso.com\n          - chat-lyo-5.contoso.com\n        activeServers: *lyon',
);

/** name, text, the piece at which the error must point (or line:column), what it must say. */
const BAD: readonly (readonly [string, string, string, string])[] = [
  ['an empty file', '', '1:1', 'the file is empty'],
  ['a file of comments', '# nothing\n', '1:1', 'the file is empty'],
  ['a file of 10 MB', 'x'.repeat(10 * 1_048_576), '1:1', '10.0 MB, at most 1 MB'],
  ['an alias bomb', bomb, '2:8', 'aliases cannot be resolved'],
  ['a tab', edited('    poolFqdn:', '\tpoolFqdn:'), '5:1', 'Tabs are not allowed'],
  ['a file that is cut off', example.slice(0, example.indexOf('datacenters:')), '4:5', 'is missing'],
  [
    'a quote that is never closed',
    edited('poolFqdn: pchat.contoso.com', 'poolFqdn: "pchat.contoso.com'),
    '',
    'quote',
  ],
  ['an unknown key', edited('poolFqdn:', 'poolFQDN:'), 'poolFQDN', 'not known'],
  ['a key given twice', edited('mode: act', 'mode: act\n      mode: observe'), 'mode: observe', 'unique'],
  [
    'no policy.mode',
    edited('      mode: act # observe | propose | act: here the merged edit is the approval\n', ''),
    'evidence: silent',
    'expected one of observe, propose, act',
  ],
  ['an unknown mode', edited('mode: act', 'mode: yolo'), 'yolo', 'expected one of observe, propose, act'],
  ['a number where text belongs', edited('name: contoso-chat', 'name: 12'), '12', 'expected text'],
  [
    'a list where a group belongs',
    `${example.slice(0, example.indexOf('policy:'))}policy: []\n`,
    '[]',
    'expected a group of keys',
  ],
  [
    'a name of a datacenter that is not declared',
    edited('primaryDatacenter: paris', 'primaryDatacenter: berlin'),
    'berlin',
    'expected one of paris, lyon',
  ],
  [
    'a missing mirror',
    edited('          mirror: sql-lyo-2.contoso.com\n', ''),
    'primary: sql-lyo-1',
    'expected',
  ],
  [
    'an instance in two roles of one database',
    edited('mirror: sql-lyo-2', 'mirror: sql-par-2'),
    'sql-par-2.contoso.com\n          witness: sql-lyo',
    'already the mirror of paris',
  ],
  [
    'a witness without a mirror',
    edited('mirror: sql-lyo-2.contoso.com', 'mirror: none'),
    'sql-lyo-w',
    'nothing to watch',
  ],
  ['five active servers', activeFive, '*lyon', 'at most 4'],
  [
    'an active server of the other site',
    edited('activeServers: *lyon', 'activeServers: [chat-par-1.contoso.com]'),
    'chat-par-1.contoso.com]',
    'is a server of paris, not of lyon',
  ],
  [
    'an active server that is no member',
    edited('activeServers: *lyon', 'activeServers: [chat-x.contoso.com]'),
    'chat-x',
    'no member',
  ],
  ['no active server', edited('activeServers: *lyon', 'activeServers: []'), '[]', 'at least 1'],
  [
    'a server in both datacenters',
    edited('- chat-lyo-1.contoso.com', '- chat-par-1.contoso.com'),
    'chat-par-1.contoso.com\n          - chat-lyo-2',
    'already a server of paris',
  ],
  [
    'two primary stores',
    edited('role: backup-store', 'role: primary-store'),
    'primary-store\n        sql:\n          primary: sql-lyo',
    'both datacenters',
  ],
  [
    'a quarantine folder where jobs pick files up',
    edited('D:\\Quarantine\\lyon', 'D:\\LSCopy'),
    'D:\\LSCopy',
    'log-shipping folder',
  ],
  [
    'one quarantine folder for both sites',
    edited('D:\\Quarantine\\lyon', 'D:\\Quarantine\\paris'),
    'D:\\Quarantine\\paris\n        mirroringShare',
    'name of its own',
  ],
  [
    'a share in a datacenter that is not declared',
    edited('shareDatacenter: lyon', 'shareDatacenter: berlin'),
    'berlin',
    'expected one of paris, lyon',
  ],
  ['a duration without a unit', edited('maxDataLoss: 30m', 'maxDataLoss: 30'), '30 #', 'expected text'],
  ['a duration that is too short', edited('silentAfter: 2m', 'silentAfter: 1s'), '1s', 'between 5s and 24h'],
  [
    'compliance in one datacenter only',
    edited(
      '        servers: &paris',
      '        compliance: { primary: sql-par-1.contoso.com, mirror: none }\n        servers: &paris',
    ),
    'role: backup-store',
    'other datacenter only',
  ],
  ['a pool declared twice', `${example}---\n${example}`, '', 'already declared'],
];

describe('a desired state', () => {
  test.each(BAD)('with %s is refused at its line and column', (_name, text, place, says) => {
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
