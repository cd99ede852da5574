/** Evidence, decisions and single records of a transition, as they are shown. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import { verdictWords } from '../topology/evidence.ts';
import { SITES } from '../topology/pool-topology.ts';
import { recordWords } from './record-words.ts';
import type { DecisionNote, EvidenceNote, Mark } from './transition.ts';

/** Characters of one mark; the whole is in the journal. */
const LONGEST = 200;

export function markOf(record: JournalRecord): Mark {
  const { seq, at, kind } = record;
  const says = recordWords(record);
  return { seq, at, kind, says: says.length <= LONGEST ? says : `${says.slice(0, LONGEST)} …` };
}

type Evidence = JournalRecord & { readonly kind: 'evidence' };

export const evidenceIn = (records: readonly JournalRecord[]): readonly Evidence[] =>
  records.filter((record) => record.kind === 'evidence');

/** What each site's verdict was when the first step began, and how it changed from there to the end. */
export function evidenceNotes(
  evidence: readonly Evidence[],
  first: JournalRecord,
  last: JournalRecord,
): readonly EvidenceNote[] {
  const standing = SITES.flatMap(
    (site) =>
      evidence.findLast(
        (record) => record.site === site && record.seq < first.seq && record.epoch === first.epoch,
      ) ?? [],
  );
  const later = evidence.filter(({ seq }) => seq > first.seq && seq <= last.seq);
  return [...standing, ...later].map((record) => {
    const { seq, at, site, signs } = record;
    return { seq, at, site, verdict: verdictWords(record), signs, before: seq < first.seq };
  });
}

export const decisionNotes = (records: readonly JournalRecord[]): readonly DecisionNote[] =>
  records.filter((record) => record.kind === 'decision');
