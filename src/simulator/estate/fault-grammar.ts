/** Fault commands as text: one line each, words in any case. Parsing only; apply-faults.ts carries them out. */
import { ESTATE_SITES, type EstateSite } from './estate-options.ts';
import { LINK_ENDS, linkName } from './links.ts';

export const FAULT_GRAMMAR = `down | hung | up instance NAME
slow instance NAME [MILLISECONDS]
down | up | return site home | backup        (return: exactly as it was)
rebuild site home | backup                   (returns empty: fresh instances, empty databases)
cut | heal link END-END[, END-END ...]       (at once; ends: daemon, shell, share, home, backup, and of each site
                                             SITE primary | mirror | witness | store | chat, for example home store;
                                             a site is all of its parties, a store its primary and its mirror)
down | up share
fill | free share                             (nothing more can be written there; what is there can be read)
down | hung | up shell
stop | start agent NAME
cms read-only | writable
skew instance NAME MILLISECONDS
clients on | off
cut restore | backup NAME
lose | damage | ruin | mend files NAME DATABASE (found by the next start of the instance; ruin: its log too)
busy mirror NAME [TIMES]                      (answers SET PARTNER by 1404)
fail redo NAME DATABASE
waiting events NAME DATABASE [COUNT]          (compliance events that no adapter has processed)
deadlock | lock reads NAME [TIMES]            (1205 | 1222 for whoever reads views and msdb)`;

export type Fault =
  | { readonly kind: 'instance'; readonly change: 'down' | 'hung' | 'up'; readonly name: string }
  | { readonly kind: 'slow'; readonly name: string; readonly ms: number }
  | { readonly kind: 'skew'; readonly name: string; readonly ms: number }
  | { readonly kind: 'site'; readonly change: 'down' | 'return' | 'rebuild'; readonly site: EstateSite }
  | { readonly kind: 'link'; readonly cut: boolean; readonly links: readonly string[] }
  | { readonly kind: 'share'; readonly up: boolean }
  | { readonly kind: 'disk'; readonly full: boolean }
  | { readonly kind: 'shell'; readonly change: 'down' | 'hung' | 'up' }
  | { readonly kind: 'agent'; readonly running: boolean; readonly name: string }
  | { readonly kind: 'cms'; readonly mode: 'read-only' | 'writable' }
  | { readonly kind: 'clients'; readonly on: boolean }
  | {
      readonly kind: 'files';
      readonly change: 'lost' | 'damaged' | 'ruined' | 'whole';
      readonly name: string;
      readonly database: string;
    }
  | { readonly kind: 'redo'; readonly name: string; readonly database: string }
  | { readonly kind: 'events'; readonly name: string; readonly database: string; readonly count: number }
  | { readonly kind: 'busy'; readonly name: string; readonly times: number }
  | {
      readonly kind: 'reads';
      readonly trouble: 'deadlock' | 'lockTimeout';
      readonly name: string;
      readonly times: number;
    }
  | { readonly kind: 'cut'; readonly what: 'restore' | 'backup'; readonly name: string };

export type ParsedFault = Fault | { readonly kind: 'unknown'; readonly problem: string };

const DEFAULT_SLOW_MS = 5_000;

const unknown = (command: string, reason: string): ParsedFault => ({
  kind: 'unknown',
  problem: `"${command}": ${reason}. Known are:\n${FAULT_GRAMMAR}`,
});

type Parse = (words: readonly string[]) => Fault | string;

const siteOf = (word: string | undefined): EstateSite | undefined =>
  ESTATE_SITES.find((site) => site === word);

const instanceFault =
  (change: 'down' | 'hung' | 'up'): Parse =>
  ([name]) =>
    name === undefined ? 'an instance name is missing' : { kind: 'instance', change, name };

const siteFault =
  (change: 'down' | 'return' | 'rebuild'): Parse =>
  ([word]) => {
    const site = siteOf(word);
    return site === undefined ? 'the site is home or backup' : { kind: 'site', change, site };
  };

function linkIn(text: string): string | undefined {
  const [a = '', b = '', ...more] = text.split('-').map((end) => end.trim());
  const known = LINK_ENDS.includes(a) && LINK_ENDS.includes(b) && a !== b && more.length === 0;
  return known ? linkName(a, b) : undefined;
}

const linkFault =
  (cut: boolean): Parse =>
  (words) => {
    const links = words.join(' ').split(',').map(linkIn);
    const known = links.filter((link) => link !== undefined);
    if (known.length < links.length) return 'a link is two different ends joined by a hyphen';
    return { kind: 'link', cut, links: known };
  };

const timed =
  (kind: 'slow' | 'skew', fallback: number | undefined): Parse =>
  ([name, ms]) => {
    const value = ms === undefined ? fallback : Number(ms);
    if (name === undefined) return 'an instance name is missing';
    if (value === undefined || !Number.isFinite(value)) return 'a number of milliseconds is missing';
    return { kind, name, ms: Math.trunc(value) };
  };

const agentFault =
  (running: boolean): Parse =>
  ([name]) =>
    name === undefined ? 'an instance name is missing' : { kind: 'agent', running, name };

const cutFault =
  (what: 'restore' | 'backup'): Parse =>
  ([name]) =>
    name === undefined ? 'an instance name is missing' : { kind: 'cut', what, name };

const filesFault =
  (change: 'lost' | 'damaged' | 'ruined' | 'whole'): Parse =>
  ([name, database]) =>
    name === undefined || database === undefined
      ? 'the name of an instance or a database is missing'
      : { kind: 'files', change, name, database };

const redoFault: Parse = ([name, database]) =>
  name === undefined || database === undefined
    ? 'the name of an instance or a database is missing'
    : { kind: 'redo', name, database };

const eventsFault: Parse = ([name, database, word]) => {
  const count = Number(word ?? 0);
  if (name === undefined || database === undefined) return 'the name of an instance or a database is missing';
  return Number.isInteger(count) && count >= 0
    ? { kind: 'events', name, database, count }
    : 'the number of events is 0 or more';
};

/** So often, once unless said. */
const counted =
  (fault: (name: string, times: number) => Fault): Parse =>
  ([name, word]) => {
    const times = Number(word ?? 1);
    if (name === undefined) return 'an instance name is missing';
    return Number.isInteger(times) && times > 0 ? fault(name, times) : 'the number of times is 1 or more';
  };

const readsFault = (trouble: 'deadlock' | 'lockTimeout'): Parse =>
  counted((name, times) => ({ kind: 'reads', trouble, name, times }));

const constant =
  (fault: Fault): Parse =>
  () =>
    fault;

/** First two words -> what the rest means. */
const RULES: Readonly<Record<string, Parse>> = {
  'down instance': instanceFault('down'),
  'hung instance': instanceFault('hung'),
  'up instance': instanceFault('up'),
  'slow instance': timed('slow', DEFAULT_SLOW_MS),
  'skew instance': timed('skew', undefined),
  'down site': siteFault('down'),
  'up site': siteFault('return'),
  'return site': siteFault('return'),
  'rebuild site': siteFault('rebuild'),
  'cut link': linkFault(true),
  'heal link': linkFault(false),
  'down share': constant({ kind: 'share', up: false }),
  'up share': constant({ kind: 'share', up: true }),
  'fill share': constant({ kind: 'disk', full: true }),
  'free share': constant({ kind: 'disk', full: false }),
  'down shell': constant({ kind: 'shell', change: 'down' }),
  'hung shell': constant({ kind: 'shell', change: 'hung' }),
  'up shell': constant({ kind: 'shell', change: 'up' }),
  'stop agent': agentFault(false),
  'start agent': agentFault(true),
  'cms read-only': constant({ kind: 'cms', mode: 'read-only' }),
  'cms writable': constant({ kind: 'cms', mode: 'writable' }),
  'clients on': constant({ kind: 'clients', on: true }),
  'clients off': constant({ kind: 'clients', on: false }),
  'cut restore': cutFault('restore'),
  'cut backup': cutFault('backup'),
  'lose files': filesFault('lost'),
  'damage files': filesFault('damaged'),
  'ruin files': filesFault('ruined'),
  'mend files': filesFault('whole'),
  'fail redo': redoFault,
  'waiting events': eventsFault,
  'busy mirror': counted((name, times) => ({ kind: 'busy', name, times })),
  'deadlock reads': readsFault('deadlock'),
  'lock reads': readsFault('lockTimeout'),
};

export function parseFault(command: string): ParsedFault {
  const words = command.trim().toLowerCase().split(/\s+/);
  const rule = RULES[words.slice(0, 2).join(' ')];
  if (rule === undefined) return unknown(command, 'no such fault');
  const fault = rule(words.slice(2));
  return typeof fault === 'string' ? unknown(command, fault) : fault;
}
