/** One message to people, before it takes the form of a receiver. Types and the words that all forms share; pure. */
import type { NoticeEvent, Severity } from '../topology/notice-event.ts';

export interface Situation {
  readonly event: NoticeEvent;
  /** null: of the daemon as a whole. */
  readonly pool: string | null;
  /** unknown: nothing is told and nothing is taken back. */
  readonly state: 'on' | 'off' | 'unknown';
  /** Stable CamelCase word. */
  readonly reason: string;
  readonly message: string;
  /** What a person can do. */
  readonly next: string;
  /** ISO 8601 UTC. */
  readonly since: string;
}

export interface Notice {
  /** The same for every try. */
  readonly id: string;
  /** held-back: more would have been told than the bound allows. */
  readonly kind: 'raised' | 'resolved' | 'held-back';
  readonly event: NoticeEvent | null;
  readonly severity: Severity;
  readonly pool: string | null;
  readonly reason: string;
  readonly message: string;
  readonly next: string;
  /** ISO 8601 UTC: since when it stands, and when this was made. */
  readonly since: string;
  readonly at: string;
}

/** @param most characters, the mark of the cut included */
export const cutText = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;

/** One line for a person: what, where, and whether it is over. */
export function headline({ kind, event, pool, severity }: Notice): string {
  if (kind === 'held-back') return 'pchat: more messages are held back';
  const where = pool === null ? '' : ` ${pool}:`;
  const what = (event ?? '').replaceAll('-', ' ');
  return kind === 'resolved' ? `pchat:${where} resolved: ${what}` : `pchat:${where} ${what} (${severity})`;
}

/** What every form shows besides the headline, in this order; what is empty is left out. */
export function factsOf(notice: Notice): readonly (readonly [string, string])[] {
  const { pool, reason, message, next, since, at, kind } = notice;
  const rows: readonly (readonly [string, string])[] = [
    ['Pool', pool ?? ''],
    ['Reason', reason],
    ['What', message],
    ['Since', since],
    ['Told', at],
    ['Next', kind === 'resolved' ? '' : next],
  ];
  return rows.filter(([, text]) => text !== '');
}
