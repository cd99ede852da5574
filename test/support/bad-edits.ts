/** Edits of the example that must be refused: what people, editors and attackers make of a desired state. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const example = readFileSync(
  path.resolve(import.meta.dirname, '../../desired-state.example.yaml'),
  'utf8',
);

/** Replaces a piece of the example that occurs in it. */
export function edited(from: string, to: string): string {
  if (!example.includes(from)) throw new Error(`the example does not hold ${from}`);
  return example.replace(from, to);
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
export const BAD_EDITS: readonly (readonly [string, string, string, string])[] = [
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
  ['a text of brackets only', '['.repeat(50_000), '', 'nested too deeply'],
  [
    'a file that an editor saved as UTF-16',
    Buffer.from(`\ufeff${example}`, 'utf16le').toString('utf8'),
    '1:1',
    'expected a group of keys',
  ],
  ['an anchor that is never set', edited('activeServers: *lyon', 'activeServers: *lion'), '*lion', 'lion'],
  ['a pool declared twice', `${example}---\n${example}`, '', 'already declared'],
];
