/**
 * What sources that are silent said last, kept across restarts: the listing of the share, so that a new daemon can still name the files
 * that went with it, and the last answers of instances, so that a loss does not grow because a daemon was started anew. For the ledger
 * only: whether home lives is judged by what the daemon that runs has seen itself.
 */
import { isSilence } from '../observers/source-memory.ts';
import type { JournalBody, JournalRecord, LastAnswers } from '../ports/journal.ts';
import type { LastSeen, PoolFacts } from '../topology/pool-facts.ts';
import type { PoolTopology } from '../topology/pool-topology.ts';

type Listing = NonNullable<LastSeen['share']>;
type Instants = Readonly<Record<string, string>>;

export interface SightJournal {
  readonly records: () => readonly JournalRecord[];
  readonly write: (body: JournalBody) => void;
}

/** What is copied already cannot be lost with the share. */
function withoutCopied({ folder, at }: Listing, facts: PoolFacts): Listing {
  const copied = facts.copyFolder.kind === 'value' ? facts.copyFolder.value.files : [];
  const names = new Set(copied.map((file) => file.name.toLowerCase()));
  return {
    folder: { ...folder, files: folder.files.filter((file) => !names.has(file.name.toLowerCase())) },
    at,
  };
}

const only = (instants: Instants | undefined, isOf: (instance: string) => boolean): Instants =>
  Object.fromEntries(Object.entries(instants ?? {}).filter(([instance]) => isOf(instance)));

const orLeftOut = <K extends string>(name: K, instants: Instants): Partial<Record<K, Instants>> =>
  Object.keys(instants).length === 0 ? {} : ({ [name]: instants } as Record<K, Instants>);

/** Of a silence that is one: an instance that refuses, or that one look found silent, has not said its last. */
function ownAnswers({ instances, lastSeen }: PoolFacts): LastAnswers {
  const isSilent = (name: string): boolean => {
    const observed = instances[name];
    return (
      observed?.kind === 'unknown' &&
      observed.askedOnce !== true &&
      lastSeen?.unansweredSince?.[name] !== undefined
    );
  };
  return {
    clocks: only(lastSeen?.clocks, isSilent),
    ...orLeftOut('unansweredSince', only(lastSeen?.unansweredSince, isSilent)),
    ...orLeftOut('synchronized', only(lastSeen?.synchronized, isSilent)),
    ...orLeftOut('unusableSince', lastSeen?.unusableSince ?? {}),
  };
}

/** What this daemon saw, and of instances that never said anything to it what an earlier one heard. */
function joined(own: LastAnswers, earlier: LastAnswers, { instances, lastSeen }: PoolFacts): LastAnswers {
  const neverSeen = (name: string): boolean => {
    const observed = instances[name];
    return observed?.kind === 'unknown' && isSilence(observed.code) && lastSeen?.clocks[name] === undefined;
  };
  const stillUnusable = (name: string): boolean => own.unusableSince?.[name] !== undefined;
  const silent = <K extends 'unansweredSince' | 'synchronized'>(name: K): Partial<Record<K, Instants>> =>
    orLeftOut(name, { ...only(earlier[name], neverSeen), ...own[name] });
  return {
    clocks: { ...only(earlier.clocks, neverSeen), ...own.clocks },
    ...silent('unansweredSince'),
    ...silent('synchronized'),
    ...orLeftOut('unusableSince', { ...own.unusableSince, ...only(earlier.unusableSince, stillUnusable) }),
  };
}

const NO_ANSWERS: LastAnswers = { clocks: {} };

export class RememberedSight {
  readonly #journal: SightJournal;
  #listedAt = '';
  /** As they are in the journal. */
  #answers: LastAnswers | undefined;

  constructor(journal: SightJournal) {
    this.#journal = journal;
  }

  /** The facts, completed by what an earlier daemon saw; writes down what this one saw, once per silence. */
  join(pool: PoolTopology, facts: PoolFacts): PoolFacts {
    return this.#withListing(pool, this.#withAnswers(pool, facts));
  }

  #withListing(pool: PoolTopology, facts: PoolFacts): PoolFacts {
    if (facts.share.kind === 'value') return facts;
    const own = facts.lastSeen?.share ?? null;
    if (own !== null) {
      this.#noteListing(pool, own, facts);
      return facts;
    }
    const { share } = pool.logShipping;
    const last = this.#journal
      .records()
      .findLast(
        (record) =>
          record.kind === 'last-listing' && record.pool === pool.name && record.listing.folder.path === share,
      );
    if (last?.kind !== 'last-listing') return facts;
    return { ...facts, lastSeen: { clocks: {}, ...facts.lastSeen, share: last.listing } };
  }

  #noteListing(pool: PoolTopology, listing: Listing, facts: PoolFacts): void {
    if (listing.at === this.#listedAt) return;
    this.#listedAt = listing.at;
    this.#journal.write({ kind: 'last-listing', pool: pool.name, listing: withoutCopied(listing, facts) });
  }

  /**
   * Between two daemons nobody looked: a site may have lived on and died anew. Its log backups would tell, so they must be in sight;
   * otherwise it counts as alive until this daemon began.
   */
  #withAnswers(pool: PoolTopology, facts: PoolFacts): PoolFacts {
    const earlier = this.#earlier(pool);
    const all = joined(ownAnswers(facts), earlier, facts);
    if (JSON.stringify(all) !== JSON.stringify(earlier)) {
      this.#answers = all;
      this.#journal.write({ kind: 'last-answers', pool: pool.name, answers: all });
    }
    if (facts.share.kind !== 'value' || facts.lastSeen === undefined) return facts;
    const seen = joined({ ...facts.lastSeen }, all, facts);
    return { ...facts, lastSeen: { share: facts.lastSeen.share, ...seen } };
  }

  #earlier({ name }: PoolTopology): LastAnswers {
    if (this.#answers === undefined) {
      const last = this.#journal
        .records()
        .findLast((record) => record.kind === 'last-answers' && record.pool === name);
      this.#answers = last?.kind === 'last-answers' ? last.answers : NO_ANSWERS;
    }
    return this.#answers;
  }
}
