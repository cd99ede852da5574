/**
 * The last listing of a share that fell silent, kept across restarts, so that a new daemon can still name the files that went with
 * it. Names only: how long home lived is judged by what the daemon that runs has seen itself.
 */
import type { JournalBody, JournalRecord } from '../ports/journal.ts';
import type { LastSeen, PoolFacts } from '../topology/pool-facts.ts';
import type { PoolTopology } from '../topology/pool-topology.ts';

type Listing = NonNullable<LastSeen['share']>;

export interface ListingJournal {
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

export class RememberedListing {
  readonly #journal: ListingJournal;
  #writtenAt = '';

  constructor(journal: ListingJournal) {
    this.#journal = journal;
  }

  /** The facts, completed by what an earlier daemon saw; writes down what this one saw, once per silence. */
  join(pool: PoolTopology, facts: PoolFacts): PoolFacts {
    if (facts.share.kind === 'value') return facts;
    const own = facts.lastSeen?.share ?? null;
    if (own !== null) {
      this.#note(pool, own, facts);
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

  #note(pool: PoolTopology, listing: Listing, facts: PoolFacts): void {
    if (listing.at === this.#writtenAt) return;
    this.#writtenAt = listing.at;
    this.#journal.write({ kind: 'last-listing', pool: pool.name, listing: withoutCopied(listing, facts) });
  }
}
