/** The daemon's journal as another process sees it: read only, whole lines only. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import type { JournalRecord } from '../../ports/journal.ts';
import { verdictWords } from '../../topology/evidence.ts';

const PIECE_BYTES = 65_536;

/** Every record so far; none when the file is not there yet. */
export function journalRecords(directory: string): readonly JournalRecord[] {
  let text: string;
  try {
    text = readFileSync(path.join(directory, 'journal.ndjson'), 'utf8');
  } catch {
    // The daemon has not written anything yet.
    return [];
  }
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as JournalRecord);
}

const MOST_CHARACTERS = 160;
const shortened = (text: string): string =>
  text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)} ... (whole in the journal)`;

/** What a person wants to read while it happens; undefined for records that only a machine needs. */
export function describeRecord(record: JournalRecord): string | undefined {
  switch (record.kind) {
    case 'intent':
      return `step ${record.seedStep === null ? '' : `(${record.seedStep}) `}${record.action}:${record.target} begins`;
    case 'effect':
      return `  ${record.where}: ${shortened(record.what)}`;
    case 'outcome':
      return `step ${record.action}:${record.target} ${record.result} after ${(record.durationMs / 1_000).toFixed(1)} s${record.reason === null ? '' : `: ${record.reason}`}`;
    case 'generation':
      return `generation ${record.generation.counter} in force: primaryDatacenter ${record.primaryDatacenter}`;
    case 'evidence':
      return `the daemon's verdict on ${record.site}: ${verdictWords(record)}`;
    default:
      return undefined;
  }
}

/** What is new since the last look. Reads only the bytes that were added, since a journal may grow for days. */
export class JournalTail {
  readonly #file: string;
  #position = 0;
  #seq = 0;
  /** Of the file that the position is in; a rotation puts another one in its place. */
  #inode: bigint | undefined;

  constructor(directory: string) {
    this.#file = path.join(directory, 'journal.ndjson');
  }

  next(): readonly JournalRecord[] {
    let descriptor: number;
    try {
      descriptor = openSync(this.#file, 'r');
    } catch {
      // The daemon has not written anything yet.
      return [];
    }
    try {
      const { ino } = fstatSync(descriptor, { bigint: true });
      if (ino !== this.#inode) this.#position = 0;
      this.#inode = ino;
      return this.#unseen(bytesFrom(descriptor, this.#position));
    } finally {
      closeSync(descriptor);
    }
  }

  /** A new file begins with records that were carried over from the old one. */
  #unseen(added: Buffer): readonly JournalRecord[] {
    const whole = added.subarray(0, added.lastIndexOf('\n') + 1);
    this.#position += whole.length;
    const lines = whole.toString('utf8').split('\n');
    const records = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as JournalRecord);
    const unseen = records.filter(({ seq }) => seq > this.#seq);
    this.#seq = unseen.at(-1)?.seq ?? this.#seq;
    return unseen;
  }
}

function bytesFrom(descriptor: number, position: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = position; ;) {
    const piece = Buffer.alloc(PIECE_BYTES);
    const count = readSync(descriptor, piece, 0, PIECE_BYTES, at);
    if (count === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, count));
    at += count;
  }
}
