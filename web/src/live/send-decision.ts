/** A decision of a person on its way to the daemon, bound to the plan that was on the screen. */
import type { Offered } from '../model/decisions.ts';
import type { ApiClient } from './api-client.ts';
import { poolPath } from './live-store.ts';

export interface SentDecision {
  readonly decision: Offered;
  /** Entity tag of the plan that was seen; null: the decision is about no plan. */
  readonly tag: string | null;
  /** Empty: the token names the person. */
  readonly by: string;
  readonly reason: string;
  readonly lossMinutes: number | null;
}

export async function sendDecision(client: ApiClient, pool: string, sent: SentDecision): Promise<void> {
  const { decision, tag, by, reason, lossMinutes } = sent;
  const body = {
    reason,
    ...(by === '' ? {} : { by }),
    ...(decision === 'accept-loss' ? { lossMinutes } : {}),
  };
  await client.post(`${poolPath(pool)}/${decision}`, body, tag === null ? {} : { 'if-match': tag });
}
