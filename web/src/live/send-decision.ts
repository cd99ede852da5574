/** A decision of a person on its way to the daemon, bound to the plan that was on the screen. */
import type { Site } from '../../../src/topology/pool-topology.ts';
import type { Offered } from '../model/decisions.ts';
import type { ApiClient } from './api-client.ts';
import { poolPath } from './live-store.ts';

export interface SentDecision {
  readonly decision: Offered;
  /** Of an attestation and of a copy to keep; else null. */
  readonly site: Site | null;
  /** Entity tag of the plan that was seen; null: the decision is about no plan. */
  readonly tag: string | null;
  /** Empty: the token names the person. */
  readonly by: string;
  readonly reason: string;
  readonly lossMinutes: number | null;
}

/** Last part of the path, where it is not the decision's own name. */
const PARTS: Partial<Readonly<Record<Offered, string>>> = { 'attest-down': 'attest', keep: 'decide' };

export async function sendDecision(client: ApiClient, pool: string, sent: SentDecision): Promise<void> {
  const { decision, site, tag, by, reason, lossMinutes } = sent;
  const body = {
    reason,
    ...(by === '' ? {} : { by }),
    ...(decision === 'accept-loss' ? { lossMinutes } : {}),
    ...(site === null ? {} : { site }),
  };
  await client.post(
    `${poolPath(pool)}/${PARTS[decision] ?? decision}`,
    body,
    tag === null ? {} : { 'if-match': tag },
  );
}
