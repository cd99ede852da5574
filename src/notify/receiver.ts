/** Who is told, and how a message gets there. Types and what an answer of HTTP means; pure. */
import type { NoticeEvent, ReceiverKind } from '../topology/notice-event.ts';
import type { Notice } from './notice.ts';

/** No problem holds an address, a password or the name of a secret. */
export type Answer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly problem: string }
  /** Worth another try, at the earliest after `waitMs`. */
  | { readonly kind: 'failed'; readonly problem: string; readonly waitMs: number };

export interface Sender {
  /** One try; never rejects. Ends soon after `signal` aborts. */
  send(notice: Notice, signal: AbortSignal): Promise<Answer>;
}

export interface Bounds {
  /** At least 2: the last one says that more are held back. */
  readonly maxPerHour: number;
  /** ms that anything must stand before it is told; undefined: what the event says. */
  readonly beginAfterMs: number | undefined;
  /** ms that it must be over before its end is told: what comes back earlier was never over. */
  readonly endAfterMs: number;
}

export interface Receiver extends Bounds {
  readonly kind: ReceiverKind;
  readonly events: ReadonlySet<NoticeEvent>;
  readonly sender: Sender;
}

/** Words for whatever went wrong on the way; the message of an error may hold the address. */
export function wayProblem(error: unknown): string {
  const codes = [error, error instanceof Error ? error.cause : undefined].flatMap((one) =>
    one instanceof Error && 'code' in one && typeof one.code === 'string' ? [one.code] : [],
  );
  const name = error instanceof Error ? error.name : 'unknown';
  return `not reached: ${codes[0] ?? name}`;
}
