/**
 * What a support bundle holds, as plain data. Secrets that somebody put where none belongs are blanked out. Under pseudonyms only the
 * fields listed here are given, so that a field that is added later is left out until somebody decides that it may be seen. Pure.
 */
import type { Pseudonyms } from '../recording/pseudonyms.ts';

/** A part that could not be had says why. */
export type Section = { readonly value: unknown } | { readonly missing: string };

export const SECTIONS = [
  'settings',
  'desiredState',
  'status',
  'why',
  'recording',
  'journal',
  'doctor',
] as const;
export type SectionName = (typeof SECTIONS)[number];

export interface SupportBundle extends Readonly<Record<SectionName, Section>> {
  readonly kind: 'pchat-support-bundle';
  readonly v: 1;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly pseudonyms: boolean;
  readonly versions: Readonly<Record<string, string>>;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Words of the product, instants, counters and figures; what lies below them is looked at in the same way. */
const SHOWN = words(
  `kind v seq at epoch round action target attempt seedStep risk result code durationMs externalMs type status level check site
   verdict state mode primarySite counter startedAt since observedAt step fraction version lossMinutes lostFiles appliedAt ageSeconds
   decision predictedMinutes actualMinutes generation observedGeneration plan steps conditions gate running lastError desiredSource
   condition pools findings desiredStateReachable`,
);
/** Names of the site: their pseudonym is that of the recording. */
const NAMED = words('pool party instance');
/** Of a condition it is a word of the product; of a decision, an outcome or a finding a sentence. */
const REASON = /^[A-Z][A-Za-z]+$/;
const CONDITION_STATUS = words('True False Unknown');

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Of statuses, journal records and findings what says nothing about the site. */
export function digest(value: unknown, names: Pseudonyms): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => digest(one, names));
  if (!isFields(value)) return value;
  const { status, reason } = value;
  const isCondition = typeof status === 'string' && CONDITION_STATUS.has(status);
  const kept = Object.entries(value).flatMap(([field, one]) => {
    if (SHOWN.has(field)) return [[field, digest(one, names)] as const];
    return NAMED.has(field) && typeof one === 'string' ? [[field, names.of(one)] as const] : [];
  });
  const word = isCondition && typeof reason === 'string' && REASON.test(reason) ? { reason } : {};
  return { ...Object.fromEntries(kept), ...word };
}

const BLANK = '[secret]';
/** A shorter one would be found in any text. */
const SHORTEST_SECRET = 4;

/** @param secrets values, however they came to be known */
export function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  const known = secrets.filter(({ length }) => length >= SHORTEST_SECRET);
  const text = (one: string): string =>
    known.reduce((all, secret) => (all.includes(secret) ? all.replaceAll(secret, () => BLANK) : all), one);
  const walk = (one: unknown): unknown => {
    if (typeof one === 'string') return text(one);
    if (Array.isArray(one)) return one.map(walk);
    if (!isFields(one)) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [text(key), walk(inner)]));
  };
  return walk(value);
}

/** Arguments of a command line may be anything, also a password. */
export function shownSettings(document: unknown): unknown {
  if (!isFields(document) || !isFields(document['shell'])) return document;
  const { command, ...shell } = document['shell'];
  if (!Array.isArray(command)) return document;
  const shown: unknown[] = command.map((part: unknown, at) => (at === 0 ? part : 'withheld'));
  return { ...document, shell: { ...shell, command: shown } };
}

/** Keys whose object `{env: NAME}` or `{file: PATH}` leads to a secret. */
const SECRET_KEYS = words('password url token secret');

/** References of a settings document to secrets; the document was accepted by the schema. */
export function secretReferences(value: unknown, key = ''): readonly Fields[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => secretReferences(one, key));
  if (!isFields(value)) return [];
  if (SECRET_KEYS.has(key)) return [value];
  return Object.entries(value).flatMap(([field, one]) => secretReferences(one, field));
}

/** Characters of JSON of one part. */
export const MOST_OF_SECTION = 8_000_000;

/** Nobody can mail what has no bounds. */
export function bounded(section: Section): Section {
  const { length } = JSON.stringify(section);
  return length <= MOST_OF_SECTION
    ? section
    : { missing: `larger than a bundle may hold: ${String(length)} characters` };
}

const MOST_RECORDS = 1_000;

/** The newest records, as many as a bundle may hold. */
export function newestRecords<T>(records: readonly T[]): readonly T[] {
  const newest = records.slice(-MOST_RECORDS);
  const sizes = newest.map((record) => JSON.stringify(record).length + 1);
  let room = MOST_OF_SECTION / 2;
  const first = sizes.findLastIndex((size) => (room -= size) < 0);
  return newest.slice(first + 1);
}
