/**
 * Does each site's copy hold the other's newest message? Asked only when both can be read and descend from one installation.
 * A yes never becomes a no for the same copy, so it is remembered; a no is asked again.
 */
import type { Clock } from '../ports/clock.ts';
import type { SqlInstances } from '../ports/sql-connection.ts';
import { readMessage } from '../statements/read-message.ts';
import { isKnown } from '../topology/known.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { ContentFacts, InstanceFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { AnswerParts } from './answer-parts.ts';
import { CANCEL_GRACE_MS } from './observe-instances.ts';
import type { Sighting } from './source-memory.ts';
import type { Turns } from './turns.ts';

export interface ReadableCopy {
  readonly instance: InstanceName;
  readonly familyGuid: string;
  readonly forkGuid: string;
  readonly content: ContentFacts;
  /** When it was read, monotonic ms. */
  readonly atMs: number;
}

export type Comparison = Extract<PoolFacts['comparison'], { kind: 'value' }>['value'];

export interface ComparePorts {
  readonly sql: SqlInstances;
  readonly clock: Clock;
  readonly turns: Turns;
  /** Keys of questions whose answer was yes. */
  readonly held: Set<string>;
}

/** More than this many remembered answers: start anew. */
const MOST_HELD = 500;

/** The copy of a site that can be read: the first of its instances that has known content. */
export function readableCopy(
  sightings: readonly { readonly instance: InstanceName; readonly sighting: Sighting<InstanceFacts> }[],
  database: string,
): ReadableCopy | undefined {
  for (const { instance, sighting } of sightings) {
    if (sighting.kind === 'unknown') continue;
    const facts = sighting.value.databases[database];
    if (facts === undefined || !isKnown(facts.content) || !isKnown(facts.familyGuid)) continue;
    if (facts.familyGuid === null) continue;
    const forkGuid = isKnown(facts.forkGuid) ? (facts.forkGuid ?? '') : '';
    return { instance, familyGuid: facts.familyGuid, forkGuid, content: facts.content, atMs: sighting.atMs };
  }
  return undefined;
}

async function holds(
  ports: ComparePorts,
  copy: ReadableCopy,
  database: string,
  message: NonNullable<ContentFacts['newest']>,
  deadlineMs: number,
): Promise<boolean> {
  const { channelId, chatId, chatDate } = message;
  const key = JSON.stringify([copy.instance, copy.familyGuid, copy.forkGuid, channelId, chatId, chatDate]);
  if (ports.held.has(key)) return true;
  const found = await ports.turns.take(copy.instance, `message ${key}`, async () => {
    // Later than the request's own deadline, which says that the instance was late.
    using limit = ports.clock.deadline(deadlineMs + CANCEL_GRACE_MS, new AbortController().signal);
    const statement = readMessage(database, message);
    const answer = await ports.sql
      .observer(copy.instance)
      .run(statement, { signal: limit.signal, deadlineMs });
    return new AnswerParts(copy.instance, answer).one('message').integer('found') > 0;
  });
  if (found) {
    if (ports.held.size >= MOST_HELD) ports.held.clear();
    ports.held.add(key);
  }
  return found;
}

/** An empty copy has no newest message that the other could lack. */
export async function compareCopies(
  ports: ComparePorts,
  database: string,
  home: ReadableCopy | undefined,
  backup: ReadableCopy | undefined,
  deadlineMs: number,
): Promise<Comparison> {
  if (home === undefined || backup === undefined) {
    const missing =
      home === undefined
        ? backup === undefined
          ? 'neither copy'
          : 'not the home copy'
        : 'not the backup copy';
    throw new PoolError('PCO_UNEXPECTED_ANSWER', `the copies are not compared: ${missing} can be read`);
  }
  if (home.familyGuid !== backup.familyGuid)
    throw new PoolError(
      'PCO_IDENTITY_MISMATCH',
      'the copies are not compared: they descend from different databases',
    );
  const [homeNewestInBackup, backupNewestInHome] = await Promise.all([
    home.content.newest === null || holds(ports, backup, database, home.content.newest, deadlineMs),
    backup.content.newest === null || holds(ports, home, database, backup.content.newest, deadlineMs),
  ]);
  return { homeNewestInBackup, backupNewestInHome };
}
