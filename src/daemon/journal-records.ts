/** Lines of the journal to records and back, and which of them are worth keeping in memory. Pure; opens no file. */
import type { JournalBody, JournalRecord } from '../ports/journal.ts';
import { neededByGates } from '../reconciler/gates/pool-history.ts';
import { isSignOfLife } from '../topology/evidence.ts';
import { PoolError } from '../topology/pool-error.ts';
import { isMeasured, SAMPLES_KEPT } from './step-history.ts';

type Kind = JournalBody['kind'];

/** Text fields that a record of this kind must have; a journal that lacks them was not written by this format. */
const REQUIRED: Readonly<Record<Kind, readonly string[]>> = {
  started: ['version'],
  generation: ['pool', 'origin', 'primarySite'],
  removed: ['pool'],
  plan: ['pool', 'round'],
  intent: ['pool', 'round', 'action', 'target', 'attempt', 'risk'],
  effect: ['pool', 'round', 'action', 'target', 'attempt', 'where', 'what'],
  outcome: ['pool', 'round', 'action', 'target', 'attempt', 'result'],
  condition: ['pool', 'type', 'status', 'reason'],
  evidence: ['pool', 'site', 'verdict'],
  'last-listing': ['pool'],
  'last-answers': ['pool'],
  transition: ['pool'],
  'loss-seen': ['pool', 'because'],
  decision: ['pool', 'by', 'reason', 'decision'],
  'break-glass': ['by', 'reason', 'expiresAt', 'file', 'text'],
  'break-glass-ended': [],
  rotated: ['archive'],
};
const DECISIONS = new Set(['approve', 'attest-down', 'accept-loss', 'keep', 'cancel', 'suspend', 'resume']);

/** Kinds that name several pools. */
const OF_POOLS = new Set(['break-glass', 'break-glass-ended']);

/** Objects that a record of this kind must have: the daemon reads on in them at every round. */
const OBJECT: Readonly<Partial<Record<Kind, string>>> = {
  'last-listing': 'listing',
  'last-answers': 'answers',
};

/** Decisions that count for one generation only. */
const OF_A_GENERATION = new Set(['approve', 'accept-loss', 'keep', 'cancel']);

/** Of the records; a higher one means that this program cannot tell what they say. */
const FORMAT = 1;

/** Moving such a journal away would forget decisions that count. */
const fromNewerVersion = (file: string, line: number, why: string): PoolError =>
  new PoolError('PCO_JOURNAL_UNREADABLE', `${file}:${line}: ${why}`, {
    hint: 'a newer version has written it: run that version again; nothing is done without a readable journal',
  });

const unreadable = (file: string, line: number, why: string, cause?: unknown): PoolError =>
  new PoolError('PCO_JOURNAL_UNREADABLE', `${file}:${line}: ${why}`, {
    cause,
    hint: 'restore the file from a copy or move it away; nothing is done without a readable journal',
  });

export interface ReadJournal {
  readonly records: readonly JournalRecord[];
  /** Bytes of whole lines; what lies behind was being written when the writer died, and was never acknowledged. */
  readonly goodBytes: number;
  readonly tornBytes: number;
}

const NEWLINE = 0x0a;

/** Throws PCO_JOURNAL_UNREADABLE naming file and line. Only bytes after the last newline may be damaged: they are reported. */
export function readJournal(bytes: Uint8Array, file: string): ReadJournal {
  const goodBytes = bytes.lastIndexOf(NEWLINE) + 1;
  const text = new TextDecoder().decode(bytes.subarray(0, goodBytes));
  const records: JournalRecord[] = [];
  const lines = text.split('\n').slice(0, -1);
  // Records that a rotation carried over have gaps between them; how many they are stands behind the last of them.
  const carried = lines.findLastIndex((line) => line.includes('"kind":"rotated"'));
  for (const [index, line] of lines.entries()) {
    const place: Place = { file, number: index + 1, mayGap: index <= carried };
    const record = parseLine(line, place, records.at(-1));
    if (record.kind === 'rotated' && record.carried !== records.length)
      throw unreadable(
        file,
        place.number,
        `expected ${record.carried} records before it, found ${records.length}`,
      );
    records.push(record);
  }
  return { records, goodBytes, tornBytes: bytes.length - goodBytes };
}

interface Place {
  readonly file: string;
  readonly number: number;
  readonly mayGap: boolean;
}

function knownKind({ v, kind }: Readonly<Record<string, unknown>>, file: string, line: number): Kind {
  if (v !== FORMAT) {
    const why = `format version ${JSON.stringify(v)} is not known`;
    throw typeof v === 'number' && v > FORMAT
      ? fromNewerVersion(file, line, why)
      : unreadable(file, line, why);
  }
  const name = String(kind);
  if (!isKind(name)) throw fromNewerVersion(file, line, `a record of the kind ${name} is not known`);
  return name;
}

function parseLine(
  line: string,
  { file, number, mayGap }: Place,
  previous: JournalRecord | undefined,
): JournalRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw unreadable(file, number, 'this is no JSON', error);
  }
  if (typeof value !== 'object' || value === null) throw unreadable(file, number, 'this is no record');
  const record = value as Readonly<Record<string, unknown>>;
  const kind = knownKind(record, file, number);
  const wanted = (previous?.seq ?? 0) + 1;
  const seq = Number(record['seq']);
  if (mayGap ? !Number.isInteger(seq) || seq < wanted : record['seq'] !== wanted)
    throw unreadable(
      file,
      number,
      `expected record ${wanted}, found ${JSON.stringify(record['seq'])}: a line is missing or doubled`,
    );
  if (typeof record['epoch'] !== 'number' || record['epoch'] < (previous?.epoch ?? 0))
    throw unreadable(file, number, 'the epoch went back');
  for (const field of ['at', ...REQUIRED[kind]])
    if (typeof record[field] !== 'string') throw unreadable(file, number, `the field ${field} is missing`);
  if (kind === 'decision' && !DECISIONS.has(String(record['decision'])))
    throw unreadable(file, number, `the decision ${String(record['decision'])} is not known`);
  if (OF_A_GENERATION.has(String(record['decision'])) && typeof record['generation'] !== 'object')
    throw unreadable(file, number, 'the field generation is missing');
  const object = OBJECT[kind];
  if (object !== undefined && !isObject(record[object]))
    throw unreadable(file, number, `the field ${object} is missing`);
  if (OF_POOLS.has(kind) && !Array.isArray(record['pools']))
    throw unreadable(file, number, 'the field pools is missing');
  return value as JournalRecord;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isKind = (kind: string): kind is Kind => Object.hasOwn(REQUIRED, kind);

/** `v, seq, epoch, at` first, so that a person reads the file from left to right. */
export const journalLine = (record: JournalRecord): string => `${JSON.stringify(record)}\n`;

/** Open intents (no outcome yet), oldest first. */
export function openIntents(
  records: readonly JournalRecord[],
  pool?: string,
): (JournalRecord & { kind: 'intent' })[] {
  const open = new Map<string, JournalRecord & { kind: 'intent' }>();
  for (const record of records) {
    if (record.kind === 'intent') open.set(record.attempt, record);
    else if (record.kind === 'outcome') open.delete(record.attempt);
  }
  return [...open.values()].filter((intent) => pool === undefined || intent.pool === pool);
}

/** Kinds of which each pool's newest record counts, however old. */
const NEWEST_OF_POOL: ReadonlySet<Kind> = new Set<Kind>([
  'generation',
  'removed',
  'last-listing',
  'last-answers',
  'transition',
  'loss-seen',
]);

/** Predictions rest on them: the newest of each step of each pool. */
function measurementsToKeep(records: readonly JournalRecord[]): ReadonlySet<number> {
  const perStep = new Map<string, number[]>();
  for (const record of records) {
    if (!isMeasured(record)) continue;
    const key = `${record.pool} ${record.action}:${record.target}`;
    const numbers = perStep.get(key) ?? [];
    numbers.push(record.seq);
    if (numbers.length > SAMPLES_KEPT) numbers.shift();
    perStep.set(key, numbers);
  }
  return new Set([...perStep.values()].flat());
}

/**
 * The newest `limit` records, plus every decision, every open intent, each pool's newest generation, removal, listing, account and return
 * from a break-glass, every break-glass that is not over, each site's and instance's newest sign of life, what the gates go by and the newest
 * measurements of each step, however old. What a long-running daemon needs; the whole history stays in the file.
 */
export function keepInMemory(records: readonly JournalRecord[], limit: number): JournalRecord[] {
  if (records.length <= limit) return [...records];
  const recent = records.length - limit;
  const open = new Set(openIntents(records).map((intent) => intent.seq));
  const newest = new Map<string, number>();
  const measured = measurementsToKeep(records);
  const overAt = records.findLast(({ kind }) => kind === 'break-glass-ended')?.seq ?? 0;
  for (const record of records) {
    if (NEWEST_OF_POOL.has(record.kind) && 'pool' in record)
      newest.set(`${record.kind} ${record.pool}`, record.seq);
    // It voids attestations that are older.
    else if (record.kind === 'evidence' && isSignOfLife(record.verdict))
      for (const of of [record.site, ...(record.living ?? [])])
        newest.set(`life ${record.pool} ${of}`, record.seq);
    else if (record.kind === 'break-glass' && record.seq > overAt)
      newest.set(`break-glass ${String(record.seq)}`, record.seq);
    else if (record.kind === 'break-glass-ended')
      for (const { pool } of record.pools) newest.set(`ended ${pool}`, record.seq);
  }
  const kept = new Set([...newest.values(), ...neededByGates(records)]);
  return records.filter(
    (record, index) =>
      index >= recent ||
      record.kind === 'decision' ||
      open.has(record.seq) ||
      kept.has(record.seq) ||
      measured.has(record.seq),
  );
}
