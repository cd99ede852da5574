/**
 * Clients of a daemon, in a process of their own: streams of events, and looks at a rate. One argument: JSON of ApiLoad. Prints what has
 * come every second, until it is ended.
 */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import os from 'node:os';
import path from 'node:path';

export interface ApiLoad {
  readonly journalDirectory: string;
  readonly streams: number;
  readonly perSecond: number;
}

/** What has come so far; a line on stdout. */
export interface ApiLoadCounts {
  readonly listening: number;
  readonly events: number;
  readonly answers: number;
  readonly failures: number;
}

// They stand for other computers: their own work must not take the processor from what is measured.
os.setPriority(os.constants.priority.PRIORITY_LOW);

const { journalDirectory, streams, perSecond } = JSON.parse(process.argv[2] ?? '') as ApiLoad;
const textOf = (name: string): string => readFileSync(path.join(journalDirectory, name), 'utf8').trim();
const address = textOf('control-address');
const headers = { authorization: `Bearer ${textOf('control-token')}` };
const agent = new Agent({ keepAlive: true });
const pool = `${address}/api/v1/pools/contoso-chat`;
/** What a page shows, part by part. */
const LOOKS = [pool, `${pool}/plan`, `${pool}/why`, `${pool}/ledger`, `${pool}/history?limit=20`];

let listening = 0;
let events = 0;
let answers = 0;
let failures = 0;

for (let count = 0; count < streams; count += 1)
  get(`${address}/api/v1/events`, { headers, agent: false }, (answer) => {
    if (answer.statusCode === 200) listening += 1;
    else failures += 1;
    answer.on('data', (part: Buffer) => (events += part.toString().split('event: ').length - 1));
    answer.on('error', () => (failures += 1));
  }).on('error', () => (failures += 1));

let asked = 0;
setInterval(() => {
  asked += 1;
  get(LOOKS[asked % LOOKS.length] ?? pool, { headers, agent }, (answer) => {
    answer.resume().on('end', () => {
      if (answer.statusCode === 200) answers += 1;
      else failures += 1;
    });
  }).on('error', () => (failures += 1));
}, 1_000 / perSecond);

setInterval(() => {
  const counts: ApiLoadCounts = { listening, events, answers, failures };
  process.stdout.write(`${JSON.stringify(counts)}\n`);
}, 1_000);
process.once('SIGTERM', () => process.exit());
