/**
 * What became of the newest desired state that the source offered, and which one is in force. The two differ while the newest is refused
 * or the source cannot be read; then its age tells how old the last good one is.
 */
import type { Clock } from '../ports/clock.ts';
import type { DesiredEvent } from '../ports/desired-source.ts';
import type { JournalRecord } from '../ports/journal.ts';
import type { SourceCondition, SourceReason, SourceView } from '../reconciler/pool-status.ts';

type Verdict = Pick<SourceCondition, 'status' | 'reason' | 'message'>;
const MS_PER_SECOND = 1_000;

const iso = (ms: number): string => new Date(ms).toISOString();

export class SourceStatus {
  readonly #clock: Clock;
  #attempted: string | null = null;
  #applied: string | null = null;
  /** ms since 1970 UTC; undefined: nothing was ever in force. */
  #appliedAtMs: number | undefined;
  /** What is in force, to tell a return of the source from something new. */
  #inForce: string | undefined;
  #condition: SourceCondition;

  /** @param records what an earlier start accepted last is in force until the source has been read */
  constructor(clock: Clock, records: readonly JournalRecord[]) {
    this.#clock = clock;
    const last = records.findLast((record) => record.kind === 'generation');
    if (last?.kind === 'generation') {
      this.#applied = last.revision?.commit ?? null;
      this.#appliedAtMs = Date.parse(last.at);
    }
    const message = 'The source was not read yet.';
    this.#condition = { status: 'Unknown', reason: 'NotRead', message, since: iso(clock.now()) };
  }

  /** @returns whether the condition or a revision is another one now */
  told(event: DesiredEvent): boolean {
    const before = JSON.stringify([this.#attempted, this.#applied, this.#condition]);
    const nowMs = this.#clock.now();
    this.#attempted = event.attempted ?? this.#attempted;
    const verdict = verdictOn(event);
    if (verdict.reason === 'InForce') this.#nowInForce(event, nowMs);
    const same = verdict.reason === this.#condition.reason;
    this.#condition = { ...verdict, since: same ? this.#condition.since : iso(nowMs) };
    return before !== JSON.stringify([this.#attempted, this.#applied, this.#condition]);
  }

  #nowInForce({ attempted, pools }: DesiredEvent, nowMs: number): void {
    const inForce = attempted ?? pools.map(({ generation }) => generation.hash).join(' ');
    if (this.#inForce !== inForce && this.#applied !== attempted) this.#appliedAtMs = nowMs;
    this.#inForce = inForce;
    this.#applied = attempted ?? null;
  }

  view(): SourceView {
    const at = this.#appliedAtMs;
    return {
      attempted: this.#attempted,
      applied: this.#applied,
      appliedAt: at === undefined ? null : iso(at),
      ageSeconds: at === undefined ? null : Math.max(0, (this.#clock.now() - at) / MS_PER_SECOND),
      condition: this.#condition,
    };
  }
}

function verdictOn(event: DesiredEvent): Verdict {
  const message = event.findings.join('\n');
  const told = (status: Verdict['status'], reason: SourceReason): Verdict => ({ status, reason, message });
  switch (event.kind) {
    case 'accepted':
      return event.findings.length === 0 ? told('True', 'InForce') : told('False', 'PartlyInvalid');
    case 'rejected':
      return told('False', event.error.code === 'PCO_COMMIT_REFUSED' ? 'CommitRefused' : 'Invalid');
    case 'unreachable':
      return told('Unknown', 'Unreachable');
  }
}
